import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { helpText } from "../../../src/commands/command.ts";
import { COMMANDS } from "../../../src/commands/index.ts";
import { type VerificationReport, verificationText } from "../../../src/commands/verification-text.ts";
import { VisionError } from "../../../src/core/errors.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { readArtefact } from "../../../src/reference/load.ts";
import { tinyNetwork } from "../embedding/tiny-network.ts";
import { scene } from "../image/pictures.ts";

const CLASSES = ["bright", "dark"] as const;
const IMAGES = 200;
let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

/** What a command prints, or its fault as "CODE: message → remedy". */
async function cli(...argv: string[]): Promise<string> {
  const command = COMMANDS.find(({ words }) => words.every((word, index) => argv[index] === word));
  if (!command) throw new Error(`no command: ${argv.join(" ")}`);
  let printed = "";
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await command.run(argv.slice(command.words.length));
    return printed;
  } catch (error) {
    if (!(error instanceof VisionError)) throw error;
    return `${error.code}: ${error.message} → ${error.remedy}`;
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

function config(name: string, text = ""): string {
  const path = at(name);
  writeFileSync(
    path,
    `model: { name: tiny, classes: [${CLASSES.join(", ")}] }
embedding: { path: ${at("tiny.onnx")}, width: 8, height: 8, layout: NCHW, pooling: none ${text} }
windows: [{ name: few, images: 20 }, { name: 1h, duration: 1h }]
chunk: { images: 10 }
`,
  );
  return path;
}

/** Pictures of two classes, and recorded predictions that are right nine times in ten at a confidence of 0.9. */
async function writeImages(): Promise<void> {
  const random = seededRandom(5);
  const lines: string[] = [];
  for (const name of CLASSES) mkdirSync(at("images", name), { recursive: true });
  for (let index = 0; index < IMAGES; index++) {
    const classIndex = index % 2;
    const file = `${CLASSES[classIndex]}/${index}.png`;
    const factor = classIndex === 0 ? 1 : 0.5;
    writeFileSync(at("images", file), await scene(48, 48, index).linear(factor, 0).png().toBuffer());
    const confidence = 0.8 + 0.2 * random.next();
    const right = random.next() < 0.9 ? classIndex : 1 - classIndex;
    lines.push(
      JSON.stringify({ file, scores: right === 0 ? [confidence, 1 - confidence] : [1 - confidence, confidence] }),
    );
  }
  writeFileSync(at("predictions.jsonl"), lines.join("\n"));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "reference-cli-"));
  writeFileSync(at("tiny.onnx"), tinyNetwork({ input: { name: "image", shape: [1, 3, 8, 8] } }));
  config("config.yaml");
  await writeImages();
  const printed = await cli(
    ...["reference", "build", "--config", at("config.yaml"), "--images", at("images")],
    ...["--predictions", at("predictions.jsonl"), "--out", at("r.vxref")],
  );
  expect(printed).toMatch(/r.vxref: reference [0-9a-f]{12}, 200 images/);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("reference verify", () => {
  const verify = (...more: string[]): Promise<string> =>
    cli("reference", "verify", at("r.vxref"), "--config", at("config.yaml"), "--json", ...more);

  it("measures real copies, finds less in larger windows, and repeats itself with fewer questions", async () => {
    const report = JSON.parse(await verify("--images", at("images"))) as VerificationReport;
    expect(report.copiesOf).toEqual({ ofReference: true, images: 50, longSide: 48 });
    expect(report.windows).toEqual([
      { name: "few", images: 20 },
      { name: "1h", images: 18_000 },
    ]);
    const dark = report.copies?.powers.find(({ corruption }) => corruption === "darker");
    const [ten, twenty] = dark?.smallest ?? [];
    expect([ten?.windowImages, twenty?.windowImages]).toEqual([10, 20]);
    expect(twenty?.strength).toBeLessThanOrEqual(ten?.strength ?? 80);
    expect(report.copies?.intactRatio).toBeLessThan(0.05);
    expect(report.copies?.estimateErrors).toBeUndefined();
    expect(report.advice.join("\n")).toMatch(/1h \(up to 18,000 images\)/);
    expect(verificationText(report)).toMatch(/darker, % .*\n/);

    const again = JSON.parse(await verify()) as VerificationReport;
    expect(again.falseAlarms).toEqual(report.falseAlarms);
    expect(again.unseenClasses).toEqual(report.unseenClasses);
    expect(verificationText(again)).toContain("Skipped: give the folder of images with --images.");
    expect(verificationText(again)).toContain("--model-url to ask the model");
  }, 300_000);
});

describe("reference recalibrate", () => {
  function production(count: number, rightRatio: number): void {
    const random = seededRandom(6);
    const [lines, labels]: [string[], string[]] = [[], ["id,label"]];
    for (let index = 0; index < count; index++) {
      const confidence = 0.8 + 0.2 * random.next();
      lines.push(JSON.stringify({ id: `p${index}`, scores: [confidence, 1 - confidence] }));
      if (index % 2 === 0) labels.push(`p${index},${CLASSES[random.next() < rightRatio ? 0 : 1]}`);
    }
    writeFileSync(at("production.jsonl"), lines.join("\n"));
    writeFileSync(at("labels.csv"), labels.join("\n"));
  }
  const recalibrate = (): Promise<string> =>
    cli(
      ...["reference", "recalibrate", at("r.vxref"), "--predictions", at("production.jsonl")],
      ...["--labels", at("labels.csv"), "--out", at("new.vxref")],
    );

  it("writes a new reference that names the old one, and says what it gained", async () => {
    production(800, 0.6);
    const before = readFileSync(at("r.vxref"));
    const printed = await recalibrate();
    expect(printed).toMatch(/recalibrated from [0-9a-f]{12} on 400 labelled predictions/);
    const [, old, now] = /calibration error +([\d.]+) % +([\d.]+) %/.exec(printed) ?? [];
    expect(Number(now)).toBeLessThan(Number(old) / 2);
    expect(readFileSync(at("r.vxref"))).toEqual(before);
    const [parent, child] = [readArtefact(at("r.vxref")).id, readArtefact(at("new.vxref")).id];
    expect(child).not.toBe(parent);
    expect(await cli("reference", "inspect", at("new.vxref"))).toMatch(
      new RegExp(`recalibrated .*, from ${parent} on 400 labelled predictions`),
    );
  });

  it("refuses too few labels and writes nothing", async () => {
    rmSync(at("new.vxref"), { force: true });
    production(100, 0.6);
    expect(await recalibrate()).toMatch(/^REFERENCE_TOO_FEW_LABELS: 50 of 100/);
    expect(existsSync(at("new.vxref"))).toBe(false);
  });
});

describe("the reference commands on a wrong command line", () => {
  const build = (...more: string[]): Promise<string> =>
    cli("reference", "build", "--config", at("config.yaml"), "--out", at("x.vxref"), ...more);

  it("name the file or folder that is not there", async () => {
    expect(await build("--images", at("none"))).toMatch(/^REFERENCE_INPUT_INVALID: The folder .*none does not exist/);
    expect(await build("--images", at("r.vxref"))).toMatch(/^REFERENCE_INPUT_INVALID: .*r.vxref is no folder/);
    expect(await build("--images", at("images"), "--predictions", at("no.jsonl"))).toMatch(/no.jsonl cannot be read/);
    expect(await build("--images", at("images"), "--labels", at("no.csv"))).toMatch(/no.csv cannot be read/);
    expect(await cli("reference", "verify", at("no.vxref"))).toMatch(
      /^REFERENCE_UNREADABLE: .*no.vxref cannot be read/,
    );
    expect(await cli("reference", "verify", at("config.yaml"))).toMatch(/is not a reference file/);
  });

  it("refuse an unwritable place before the work", async () => {
    const argv = ["reference", "build", "--config", at("config.yaml"), "--images", at("images"), "--out", at("no/r")];
    expect(await cli(...argv)).toMatch(/^REFERENCE_UNREADABLE: .*no\/r cannot be written/);
  });

  it("refuse an empty folder and a label that is no class", async () => {
    mkdirSync(at("empty"), { recursive: true });
    expect(await build("--images", at("empty"))).toMatch(/^REFERENCE_INPUT_INVALID: No .jpg/);
    writeFileSync(at("mixed.csv"), "file,label\nbright/0.png,green\n");
    expect(await build("--images", at("images"), "--labels", at("mixed.csv"))).toMatch(
      /bright\/0.png is labelled "green", which is not one of: bright, dark/,
    );
  });

  it("refuse a reference of another network, and too few images to verify with", async () => {
    const other = config("other.yaml", ", mean: [1, 1, 1]");
    expect(await cli("reference", "verify", at("r.vxref"), "--config", other, "--images", at("images"))).toMatch(
      /^REFERENCE_MISMATCH: .*another embedding network/,
    );
    mkdirSync(at("few"), { recursive: true });
    writeFileSync(at("few", "1.png"), readFileSync(at("images/bright/0.png")));
    const argv = ["reference", "verify", at("r.vxref"), "--config", at("config.yaml"), "--images", at("few")];
    expect(await cli(...argv)).toMatch(/^REFERENCE_TOO_FEW_IMAGES: .*at least 80/);
  });

  it("refuse options that do not fit, each with the usage or the reason", async () => {
    expect(await cli("reference", "verify")).toMatch(/^USAGE: expected 1 file name/);
    expect(await cli("reference", "verify", at("r.vxref"), "--seed", "x")).toMatch(/^USAGE: --seed must be a whole/);
    expect(await cli("reference", "verify", at("r.vxref"), "--model-url", "http://x")).toMatch(/--images is missing/);
    expect(await cli("reference", "recalibrate", at("r.vxref"), "--out", at("y"))).toMatch(/--predictions is missing/);
    expect(await cli("reference", "rebuild")).toMatch(/"reference rebuild" is no command; there are: build, inspect/);
  });

  it("explain every option that they take", async () => {
    const help = await cli("reference");
    for (const words of ["build", "verify", "recalibrate"])
      expect(help).toContain(`vision-exporter reference ${words}`);
    for (const command of COMMANDS.filter(({ words }) => words[0] === "reference" && words.length === 2)) {
      const fault = await command.run(["a", "b", "c"]).catch((error: Error) => error.message);
      expect(String(fault)).toContain("usage: vision-exporter");
      expect(helpText(command)).toContain(command.summary);
    }
  });
});
