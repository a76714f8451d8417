import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import { answers, paint, startColourModel, startProgram, stop, until } from "./fixtures/program.ts";

/** Everything of a user's that goes in carries this, in ids, labels, names and bodies. */
const MARK = "zqx7";
const TOKEN = `${MARK}-token-`.padEnd(40, "k");

let folder: string;
let ports: { model: number; tap: number; metrics: number; api: number };
let model: ChildProcess;
let program: ChildProcess & { said: () => string };
let image: Buffer;

const post = (
  port: number,
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : new Uint8Array(body),
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}`, ...headers },
  });
const api = (path: string, body: string | Buffer, headers?: Record<string, string>): Promise<number> =>
  post(ports.api, path, body, headers).then((answer) => answer.status);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "silent-log-"));
  const [modelPort, tap, metrics, apiPort, page] = (await freePorts(5)) as [number, number, number, number, number];
  ports = { model: modelPort, tap, metrics, api: apiPort };
  writeFileSync(join(folder, "tokens.txt"), `${TOKEN}\n`);
  writeFileSync(
    join(folder, "vision-exporter.yaml"),
    `
model: { name: colours, classes: [red, green, blue] }
log: { level: debug }
tap: { listen: "127.0.0.1:${tap}", upstream: "127.0.0.1:${modelPort}", linkPath: ${join(folder, "tap.sock")} }
sampling: { imagesRatio: 1, imagesPerSecond: 200 }
state: { directory: ${join(folder, "state")}, snapshotEvery: 1s }
gallery: { enabled: true }
limits: { requestBytes: 64KiB }
listen:
  metrics: "127.0.0.1:${metrics}"
  api: "127.0.0.1:${apiPort}"
  page: "127.0.0.1:${page}"
  apiTokensFile: ${join(folder, "tokens.txt")}
`,
  );
  image = await paint(0, 1);
  model = startColourModel(modelPort);
  program = startProgram(["run", "--config", join(folder, "vision-exporter.yaml")]);
  await until(() => answers(`http://127.0.0.1:${metrics}/-/ready`));
});

afterAll(async () => {
  if (program) await stop(program);
  if (model) await stop(model);
  rmSync(folder, { recursive: true });
});

describe("the log at level debug", () => {
  it("has seen traffic, labels, observations, refusals, bad bodies and disk faults", async () => {
    for (let i = 0; i < 5; i++) {
      const headers = { "content-type": "image/jpeg", "x-request-id": `${MARK}-live-${i}` };
      expect((await post(ports.tap, "/predict", image, headers)).status).toBe(200);
    }
    expect((await post(ports.tap, `/predict?q=${MARK}`, MARK, { "x-request-id": `${MARK}-broken` })).status).toBe(400);
    const encoded = image.toString("base64");
    const observation = { id: `${MARK}-o`, image: encoded, prediction: { label: "red" } };
    expect(
      await api("/v1/observations", JSON.stringify([observation, { ...observation, image: `http://${MARK}/x` }])),
    ).toBe(207);
    expect(
      await api(
        "/v1/observations",
        JSON.stringify({ id: `${MARK}-p`, image: Buffer.from(MARK).toString("base64"), prediction: { label: MARK } }),
      ),
    ).toBe(207);
    // A JPEG by its head, and by nothing else.
    const damaged = Buffer.concat([image.subarray(0, 200), Buffer.from(MARK)]).toString("base64");
    expect(
      await api("/v1/observations", JSON.stringify({ id: `${MARK}-d`, image: damaged, prediction: { label: MARK } })),
    ).toBe(200);
    expect(
      await api(
        "/v1/labels",
        JSON.stringify([{ id: `${MARK}-o`, label: "red" }, { id: `${MARK}-o`, label: MARK }, { label: MARK }]),
      ),
    ).toBe(207);
    expect(await api("/v1/labels", `{"${MARK}": `)).toBe(400);
    expect(await api("/v1/labels", MARK, { "content-encoding": "gzip" })).toBe(400);
    expect(await api("/v1/labels", MARK.repeat(20_000))).toBe(413);
    expect(await api("/v1/labels", MARK, { "content-type": `text/${MARK}` })).toBe(415);
    expect(await api("/v1/labels", "[]", { authorization: `Bearer ${MARK}-forged-`.padEnd(50, "f") })).toBe(401);
    expect(
      await api("/v1/labels", "[]", { authorization: `Basic ${Buffer.from(`${MARK}:${MARK}`).toString("base64")}` }),
    ).toBe(401);
    expect(await api("/", MARK, { "ce-specversion": "1.0", "ce-id": `${MARK}-event`, "ce-type": MARK })).toBe(202);
    expect(await api(`/v1/${MARK}`, MARK)).toBe(404);
    const forget = await fetch(`http://127.0.0.1:${ports.api}/v1/predictions/${MARK}-o`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(forget.status).toBe(200);
    // A save writes to this name first.
    await until(async () => existsSync(join(folder, "state/monitor.snapshot")));
    mkdirSync(join(folder, "state/monitor.snapshot.new"));
    await until(async () => program.said().includes("the state could not be saved"));
    const reload = await fetch(`http://127.0.0.1:${ports.metrics}/-/reload`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(reload.status).toBe(200);
    writeFileSync(join(folder, "tokens.txt"), `${MARK}-short\n`);
    await until(async () => program.said().includes("were not taken up"));
    const metrics = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text();
    expect(metrics).toMatch(/^vision_exchanges_total\S* [5-9]/m);
    expect(metrics).toContain('vision_http_refused_total{reason="wrong_credentials"} 2');
  });

  it("holds no id, no label, no token and no byte of an image, and no line for a request", async () => {
    await stop(program);
    const said = program.said();
    expect(said).not.toContain(MARK);
    expect(said).not.toContain(Buffer.from(MARK).toString("base64").slice(0, 5));
    const encoded = image.toString("base64");
    for (let at = 0; at + 24 <= encoded.length; at += 400) expect(said).not.toContain(encoded.slice(at, at + 24));
    for (let at = 0; at + 12 <= image.length; at += 200)
      expect(said).not.toContain(image.subarray(at, at + 12).toString("hex"));
    const lines = said.trim().split("\n");
    expect(lines.length).toBeLessThan(40);
    expect(lines.filter((line) => /POST|\/v1\/|predict\b/.test(line))).toEqual([]);
  });

  it("has nothing of them in the saved sums either", () => {
    expect(readFileSync(join(folder, "state/monitor.snapshot")).includes(MARK)).toBe(false);
  });
});
