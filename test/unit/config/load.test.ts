// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own placeholders
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../../../src/config/load.ts";
import type { VisionError } from "../../../src/core/errors.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const examples = resolve(import.meta.dirname, "../../../examples");
const MARK = "# → ";

function faultOf(text: string, env: Record<string, string> = {}): VisionError {
  try {
    parseConfig(text, env, "file");
  } catch (error) {
    return error as VisionError;
  }
  return expect.fail("the configuration is accepted");
}

describe("a faulty configuration", () => {
  const files = readdirSync(fixtures);

  it("has a fixture for every kind of fault", () => {
    expect(files.length).toBeGreaterThanOrEqual(45);
  });

  // The lines after an arrow at the end of a fixture are the faults to find: these and no others.
  it.each(files)("is refused with every fault, its line and its remedy: %s", (file) => {
    const text = readFileSync(join(fixtures, file), "utf8");
    const expected = text.split("\n").filter((line) => line.startsWith(MARK));
    const fault = faultOf(text);
    expect(fault.code).toBe("CONFIG_INVALID");
    const [head, ...lines] = fault.message.split("\n");
    expect(lines).toEqual(expected.map((line) => `  ${line.slice(MARK.length)}`));
    expect(head).toBe(`file has ${expected.length} ${expected.length === 1 ? "fault" : "faults"}:`);
  });

  it("is unreadable when it is not YAML, with the line", () => {
    for (const text of ["model: {", "model: { name: a }\nmodel: { name: b }\n", "a: *nowhere\n", "--- 1\n--- 2\n"]) {
      expect(faultOf(text)).toMatchObject({ code: "CONFIG_UNREADABLE", message: expect.stringMatching(/^file: .*/) });
    }
    expect(faultOf("model:\n  name: a\n name: b\n").message).toContain("line 3");
  });

  it("is unreadable when its aliases grow without end", () => {
    const bomb = Array.from(
      { length: 12 },
      (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}]`,
    );
    expect(faultOf(["a0: &a0 [x]", ...bomb].join("\n")).code).toBe("CONFIG_UNREADABLE");
  });

  it.each([
    ["lists", (levels: number) => "[".repeat(levels) + "]".repeat(levels)],
    ["sections", (levels: number) => `${"{a: ".repeat(levels)}1${"}".repeat(levels)}`],
    ["items", (levels: number) => `${"- ".repeat(levels)}1`],
  ])("is unreadable when it is nested without end: %s", (_, nest) => {
    expect(faultOf(`model: { name: m }\nwindows: ${nest(17)}\n`).code).toMatch(/^CONFIG_/);
    for (const levels of [300, 1_500, 20_000]) expect(faultOf(nest(levels)).code).toBe("CONFIG_UNREADABLE");
  });

  it("is unreadable with tens of thousands of errors in one line, in time that grows with them and no faster", () => {
    const milliseconds = (errors: number): number => {
      const before = process.cpuUsage();
      expect(faultOf("!!x ".repeat(errors)).code).toBe("CONFIG_UNREADABLE");
      return process.cpuUsage(before).user / 1000;
    };
    milliseconds(1_000);
    // 6 s when each error looked at the whole line; .3 s since.
    expect(milliseconds(40_000)).toBeLessThan(3_000);
  });

  it("quotes nothing of a file that is unreadable, which may hold a password", () => {
    expect(faultOf("labels: { token: secret, ]\n").message).toMatch(/^file: [^\n]* at line 1, column \d+$/);
    expect(faultOf("labels: { token: secret, ]\n").message).not.toContain("secret");
  });

  it("is unreadable over a mebibyte, whatever the path leads to", () => {
    expect(() => loadConfig("/dev/zero", {})).toThrow(
      expect.objectContaining({
        code: "CONFIG_UNREADABLE",
        message: expect.stringContaining("more than 1048576 bytes"),
      }),
    );
  });

  it("names fifty of its faults, each shortened, and counts the rest", () => {
    const keys = Array.from({ length: 5_000 }, (_, k) => `unknown${k}${"x".repeat(300)}: 1`).join("\n");
    const { message } = faultOf(`model: { name: m }\n${keys}\n`);
    expect(message.length).toBeLessThan(50_000);
    expect(message.split("\n").at(-1)).toMatch(/^ {2}and \d+ more$/);
    expect(faultOf(`model: { name: m }\n${"y".repeat(1_000)}: 1\n`).message.length).toBeLessThan(1_000);
  });

  it("is unreadable when there is no such file, with its path", () => {
    expect(() => loadConfig("/nowhere/vision.yaml", {})).toThrow(
      expect.objectContaining({ code: "CONFIG_UNREADABLE", message: expect.stringContaining("/nowhere/vision.yaml") }),
    );
  });

  it("never shows the value of a secret or of a variable", () => {
    const { message } = faultOf("model: { name: m }\npage: { password: s3cret }\nlog: { level: '${LEVEL}' }\n", {
      LEVEL: "hidden",
    });
    expect(message).not.toMatch(/s3cret|hidden/);
    expect(message).toContain('"${LEVEL}" is not accepted');
  });
});

describe("a configuration", () => {
  it("needs the model's name only", () => {
    const config = parseConfig("model: { name: roofs }", {});
    expect(config).toMatchObject({
      model: { name: "roofs", version: "", activation: "auto" },
      sampling: { predictionsRatio: 1, imagesRatio: 0.1, imagesPerSecond: 5 },
      windows: [
        { name: "10m", durationSeconds: 600 },
        { name: "1h", durationSeconds: 3600 },
        { name: "24h", durationSeconds: 86_400 },
      ],
      labels: { keepPredictions: 604_800, maxPredictions: 1_000_000, onConflict: "last" },
      listen: { page: { host: "127.0.0.1", port: 9437 } },
      gallery: { enabled: false },
    });
    expect(Object.keys(config)).not.toContain("tap");
    expect(Object.keys(config.state)).toEqual(["snapshotEvery", "maxBytes"]);
  });

  it("may count a share of the predictions and look at all images of that share", () => {
    const text = "model: { name: m }\nsampling: { predictionsRatio: 0.05, imagesRatio: 1 }";
    expect(parseConfig(text, {}).sampling).toMatchObject({ predictionsRatio: 0.05, imagesRatio: 1 });
  });

  it("may have sections without content", () => {
    expect(parseConfig("model: { name: m }\nstate:\n  # directory: /state\ntap:\n", {})).toEqual(
      parseConfig("model: { name: m }", {}),
    );
  });

  it("reads durations, sizes and addresses with every unit", () => {
    const config = parseConfig(
      [
        "model: { name: m }",
        "image: { maxBytes: 1.5MiB }",
        "limits: { requestBytes: 2MB }",
        "state: { snapshotEvery: 90s }",
        "drift: { falseAlarmEvery: 1.5h }",
        "labels: { keepPredictions: 2d, keepEarlyLabels: 10m }",
        "listen: { metrics: '[::1]:1', api: localhost:65535 }",
      ].join("\n"),
      {},
    );
    expect(config).toMatchObject({
      image: { maxBytes: 1_572_864 },
      limits: { requestBytes: 2_000_000 },
      state: { snapshotEvery: 90 },
      drift: { falseAlarmEvery: 5400 },
      labels: { keepPredictions: 172_800, keepEarlyLabels: 600 },
      listen: { metrics: { host: "::1", port: 1 }, api: { host: "localhost", port: 65_535 } },
    });
  });

  it("hands the scale of tensors to the intake as a factor, that of the network as a divisor", () => {
    const config = parseConfig("model: { name: m }\nintake: { tensor: { scale: 255 } }", {});
    expect(config.intake.tensor?.scale).toBe(1 / 255);
    expect(config.embedding.scale).toBe(255);
  });

  it("takes variables from the environment, several in a text, and doubled dollars as one", () => {
    const text = "model: { name: '${A}-${B}', version: '$${A}' }\nlabels: { keepPredictions: '${DAYS}d' }";
    const config = parseConfig(text, { A: "roof", B: "${A}", DAYS: "3" });
    expect(config.model).toMatchObject({ name: "roof-${A}", version: "${A}" });
    expect(config.labels.keepPredictions).toBe(259_200);
  });

  it("puts the tap's socket below the runtime directory, unless told otherwise", () => {
    const tap = (more: string, env: Record<string, string>): string | undefined =>
      parseConfig(`model: { name: m }\ntap: { listen: "0.0.0.0:9000", upstream: "127.0.0.1:8080"${more} }`, env).tap
        ?.linkPath;
    expect(tap("", {})).toBe("/tmp/vision-exporter/tap.sock");
    expect(tap("", { XDG_RUNTIME_DIR: "/run/user/7" })).toBe("/run/user/7/vision-exporter/tap.sock");
    expect(tap(", linkPath: /shared/tap.sock", { XDG_RUNTIME_DIR: "/run/user/7" })).toBe("/shared/tap.sock");
  });
});

describe("the examples", () => {
  it.each(readdirSync(examples).filter((file) => file.endsWith(".yaml")))("are accepted: %s", (file) => {
    const config = loadConfig(join(examples, file), { VISION_PAGE_PASSWORD: "a long password" });
    expect(config.tap?.upstream.host).toBe("127.0.0.1");
    expect(config.reference.path).toBeDefined();
  });
});
