import { type ChildProcess, execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import type { Assessment } from "../../src/core/assessment.ts";
import { answers, COLOURS, cli, paint, startColourModel, startProgram, stop, until } from "./fixtures/program.ts";

let folder: string;
let config: string;
let ports: { model: number; tap: number; metrics: number; api: number; page: number };
let model: ChildProcess;
let sidecar: ChildProcess & { said: () => string };
const prediction = { sequence: 0 };

const url = (port: number, path = "/"): string => `http://127.0.0.1:${port}${path}`;
const metricsText = async (): Promise<string> => (await fetch(url(ports.metrics, "/metrics"))).text();
const assessment = async (): Promise<Assessment> =>
  (await fetch(url(ports.api, "/v1/assessment"))).json() as Promise<Assessment>;

/** Sum of the values of a metric's series that hold all the given label texts. */
async function metric(name: string, ...labels: readonly string[]): Promise<number> {
  const lines = (await metricsText())
    .split("\n")
    .filter((line) => line.startsWith(name) && /[{ ]/.test(line[name.length] ?? ""));
  return lines
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

async function predict(image: Buffer, id: string, port = ports.tap): Promise<Response> {
  return fetch(url(port, "/predict"), {
    method: "POST",
    body: new Uint8Array(image),
    headers: { "x-request-id": id, "content-type": "image/jpeg" },
  });
}

async function label(
  id: string,
  name: string,
): Promise<{ accepted: number; items: { result: string; message?: string }[] }> {
  const response = await fetch(url(ports.api, "/v1/labels"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id, label: name }),
  });
  return response.json() as Promise<{ accepted: number; items: { result: string; message?: string }[] }>;
}

async function send(count: number, blur = 0): Promise<void> {
  for (let index = 0; index < count; index++) {
    const n = prediction.sequence++;
    const response = await predict(await paint(n % 3, 10_000 + n, blur), `r-${n}`);
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  }
}

function analyserPid(): number {
  const children = readFileSync(`/proc/${sidecar.pid}/task/${sidecar.pid}/children`, "utf8").trim();
  return Number(children.split(" ")[0]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "main-job-"));
  const [modelPort, tap, metrics, api, page] = (await freePorts(5)) as [number, number, number, number, number];
  ports = { model: modelPort, tap, metrics, api, page };
  for (const [colour, name] of COLOURS.entries()) {
    mkdirSync(join(folder, "proven", name), { recursive: true });
    for (let n = 0; n < 90; n++)
      writeFileSync(join(folder, "proven", name, `${n}.jpg`), await paint(colour, 1_000 * colour + n));
  }
  config = join(folder, "vision-exporter.yaml");
  writeFileSync(
    config,
    `
model: { name: colours, classes: [red, green, blue], accuracyFloorRatio: 0.5 }
tap: { listen: "127.0.0.1:${tap}", upstream: "127.0.0.1:${modelPort}", linkPath: ${join(folder, "tap.sock")}, restartAtMost: 1s }
sampling: { imagesRatio: 1, imagesPerSecond: 200 }
image: { queueLength: 1000 }
reference: { path: ${join(folder, "colours.vxref")} }
windows: [{ name: last, images: 60 }]
chunk: { duration: 1s, images: 10 }
drift: { assessEvery: 1s }
state: { directory: ${join(folder, "state")}, snapshotEvery: 1s }
gallery: { enabled: true }
listen: { metrics: "127.0.0.1:${metrics}", api: "127.0.0.1:${api}", page: "127.0.0.1:${page}" }
`,
  );
  model = startColourModel(modelPort);
  await until(() => predict(Buffer.from("x"), "probe", modelPort).then(() => true));
});

afterAll(async () => {
  if (sidecar) await stop(sidecar);
  if (model) await stop(model);
  rmSync(folder, { recursive: true });
});

describe("the main job, from the model's port to the verdict", () => {
  it("builds a reference with the command line, by asking the live model", () => {
    const built = cli([
      "reference",
      "build",
      "--config",
      config,
      "--images",
      join(folder, "proven"),
      "--model-url",
      url(ports.model, "/predict"),
      "--out",
      join(folder, "colours.vxref"),
    ]);
    expect(built.stderr).toContain("270 of 270");
    expect(built.status).toBe(0);
    const inspected = cli(["reference", "inspect", join(folder, "colours.vxref")]).stdout;
    expect(inspected).toContain("135 for the directions, 135 for everything else");
    expect(inspected).toMatch(/accuracy +\d+\.\d %/);
    expect(cli(["reference", "verify", join(folder, "colours.vxref")]).stdout).toContain("embedding_distance");
  });

  it("starts, and has zero-valued series from the first scrape that promtool accepts", async () => {
    sidecar = startProgram(["run", "--config", config]);
    await until(() => answers(url(ports.metrics, "/-/ready")));
    const text = await metricsText();
    expect(text).toMatch(/vision_predictions_total\{[^}]*class="red"[^}]*\} 0/);
    expect(text).toMatch(/vision_reference_loaded\{[^}]*\} 1/);
    expect(execFileSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" })).toBe("");
  });

  it("loads nothing native in the process that forwards", () => {
    const maps = readFileSync(`/proc/${sidecar.pid}/maps`, "utf8");
    expect(maps).not.toMatch(/onnxruntime|sharp|lmdb/);
    expect(readFileSync(`/proc/${analyserPid()}/maps`, "utf8")).toMatch(/onnxruntime/);
  });

  it("looks at images on threads that make way for the forwarding at once, and answers on one that does not", async () => {
    // The first thread comes first. A thread that ends meanwhile makes chrt fail: then it is asked again.
    const policies = (): string[] => {
      const { stdout } = spawnSync("chrt", ["--all-tasks", "--pid", String(analyserPid())], { encoding: "utf8" });
      return stdout.match(/SCHED_\w+/g) ?? [];
    };
    // Four of the pool, and the one with the network.
    await until(async () => policies().filter((policy) => policy === "SCHED_IDLE").length >= 5);
    expect(policies()[0]).toBe("SCHED_OTHER");
  });

  it("judges pictures like the reference's to be fine", async () => {
    await send(90);
    await until(async () => (await metric("vision_predictions_total")) === 90);
    const seen = await until(async () => {
      const current = await assessment();
      return (current.windows[0]?.imageCount ?? 0) >= 60 && current;
    });
    expect(seen.windows[0]).toMatchObject({ verdict: "ok", window: "last" });
    expect(seen.classes).toEqual(["red", "green", "blue"]);
  });

  it("joins late labels and tells a corrected, a repeated, an early and a wrong one apart", async () => {
    const results = [];
    for (const [id, name] of [
      ["r-3", "red"],
      ["r-3", "red"],
      ["r-3", "green"],
      ["later", "blue"],
      ["r-4", "purple"],
    ] as const) {
      results.push((await label(id, name)).items[0]?.result);
    }
    expect(results).toEqual(["matched", "duplicate", "corrected", "pending", "unknown_class"]);
    expect((await label("r-4", "purple")).items[0]?.message).toContain("red, green, blue");
    expect(await metric("vision_labelled_predictions_total")).toBe(1);
  });

  it("is scraped by a real Prometheus, which finds every series in order", async () => {
    const [port] = (await freePorts(1)) as [number];
    const prometheusFolder = join(folder, "prometheus");
    mkdirSync(prometheusFolder);
    writeFileSync(
      join(prometheusFolder, "prometheus.yml"),
      `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: vision, static_configs: [{ targets: ["127.0.0.1:${ports.metrics}"] }] }]\n`,
    );
    const { spawn } = await import("node:child_process");
    const prometheus = spawn("prometheus", [
      `--config.file=${join(prometheusFolder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(prometheusFolder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    const query = async (expression: string): Promise<number | undefined> => {
      const response = await fetch(url(port, `/api/v1/query?query=${encodeURIComponent(expression)}`));
      const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      const value = body.data.result[0]?.value[1];
      return value === undefined ? undefined : Number(value);
    };
    try {
      expect(await until(() => query('up{job="vision"} == 1'))).toBe(1);
      expect(await until(() => query("sum(vision_predictions_total)"))).toBe(90);
      expect(await query("scrape_samples_scraped")).toBeLessThan(1_000);
    } finally {
      await stop(prometheus);
    }
  });

  it("counts broken input by reason and leaves live traffic alone", async () => {
    const before = prediction.sequence;
    expect((await predict(Buffer.from([0xff, 0xd8, 0xff, 0x00]), "broken")).status).toBe(400);
    const nan = { id: "nan", image: (await paint(0, 1)).toString("base64"), prediction: { scores: [0.1, "NaN", 0.2] } };
    const post = (path: string, body: string, type = "application/json"): Promise<Response> =>
      fetch(url(ports.api, path), { method: "POST", body, headers: { "content-type": type } });
    expect((await post("/v1/observations", JSON.stringify(nan))).status).toBe(207);
    const wrongLength = {
      id: "short",
      image: (await paint(0, 2)).toString("base64"),
      prediction: { scores: [0.4, 0.6] },
    };
    expect((await post("/v1/observations", JSON.stringify(wrongLength))).status).toBe(200);
    const truncated = {
      id: "cut",
      image: (await paint(0, 3)).subarray(0, 400).toString("base64"),
      prediction: { label: "red" },
    };
    expect((await post("/v1/observations", JSON.stringify(truncated))).status).toBe(200);
    expect((await post("/v1/labels", "{", "application/json")).status).toBe(400);
    expect((await post("/v1/labels", "x", "text/html")).status).toBe(415);
    expect((await post("/v1/labels", `"${"x".repeat(40_000_000)}"`)).status).toBe(413);
    await until(async () => (await metric("vision_images_dropped_total", 'reason="decode_failed"')) >= 1);
    expect(await metric("vision_predictions_rejected_total", 'reason="wrong_length"')).toBeGreaterThanOrEqual(1);
    expect(await metric("vision_exchanges_dropped_total", 'reason="not_successful"')).toBeGreaterThanOrEqual(1);
    await send(3);
    expect(prediction.sequence).toBe(before + 3);
  });

  it("finds the blur, names it, and shows the images on the page", async () => {
    await send(120, 3);
    const drifted = await until(async () => {
      const [window] = (await assessment()).windows;
      return window?.verdict !== "ok" && (window?.driftingImages ?? 0) > 30 && window;
    });
    expect(drifted.causes[0]?.kind).toBe("statistic");
    expect(drifted.sentence).not.toBe("");
    const page = await (await fetch(url(ports.page))).text();
    const image = /src="(\/gallery\/live\/images\/[^"]+)"/.exec(page)?.[1] as string;
    const picture = await fetch(url(ports.page, image));
    expect(picture.headers.get("content-type")).toBe("image/webp");
  });

  it("loses no client request while the analyser is killed ten times, and joins a label for a prediction made before", async () => {
    const failures: unknown[] = [];
    let kills = 0;
    const killing = (async () => {
      while (kills < 10) {
        const pid = await until(async () => analyserPid() || undefined);
        process.kill(pid, "SIGKILL");
        kills += 1;
        await until(async () => analyserPid() !== pid);
      }
    })();
    let requests = 0;
    while (kills < 10) {
      const response = await predict(await paint(requests % 3, 90_000 + requests), `k-${requests++}`).catch((error) =>
        failures.push(error),
      );
      if (response instanceof Response && response.status !== 200) failures.push(response.status);
    }
    await killing;
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(10);
    await until(() => answers(url(ports.metrics, "/-/ready")));
    expect((await label("r-10", "green")).items[0]?.result).toBe("matched");
    expect((await assessment()).history.length).toBeGreaterThan(1);
  });

  it("ends cleanly: exit code 0, the state on disk", async () => {
    await stop(sidecar);
    expect(sidecar.exitCode).toBe(0);
    expect(readdirSync(join(folder, "state"))).toContain("monitor.snapshot");
  });
});
