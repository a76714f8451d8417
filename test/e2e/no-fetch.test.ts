import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AnalyserProcess, eventually } from "../../bench/fuzz/analyser-process.ts";
import { paint } from "./fixtures/program.ts";

/** What the metrics of the process itself are read from; and the end of the log. */
const OWN_METRICS = /^(file "\/proc\/self\/\w+")?$/;

let folder: string;
let analyser: AnalyserProcess;
let listener: Server;
/** Connections to the server that every URL of the traffic leads to. */
let visits = 0;
let urls: readonly string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "no-fetch-"));
  writeFileSync(join(folder, "secret.jpg"), await paint(0, 1));
  listener = createServer((socket) => {
    visits++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as { port: number };
  const host = `127.0.0.1:${port}`;
  urls = [
    `http://${host}/a.jpg`,
    `https://${host}/a.jpg`,
    `ftp://${host}/a.jpg`,
    `HTTP://localhost:${port}/a.jpg`,
    `//${host}/a.jpg`,
    ` http://${host}/a.jpg`,
    `http://image.invalid/a.jpg`,
    "http://169.254.169.254/latest/meta-data",
    "gs://bucket/a.jpg",
    "s3://bucket/a.jpg",
    `file://${join(folder, "secret.jpg")}`,
    join(folder, "secret.jpg"),
    `data:http://${host}/a.jpg`,
    `data:image/svg+xml;base64,${Buffer.from(svg(`http://${host}/a.jpg`)).toString("base64")}`,
  ];
  process.env["VISION_WATCH"] = join(folder, "watch.log");
  writeFileSync(process.env["VISION_WATCH"], "");
  analyser = await AnalyserProcess.start({
    configuration: "sampling: { imagesRatio: 1, imagesPerSecond: 1000 }\ngallery: { enabled: true }\n",
    nodeArguments: ["--import", join(import.meta.dirname, "fixtures/watch-outside.mjs")],
  });
});
afterAll(async () => {
  await analyser.stop();
  listener.close();
  rmSync(folder, { recursive: true });
});

const svg = (href: string): string =>
  `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "${href}">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="${href}" width="9" height="9"/><text>&x;</text></svg>`;

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const type = { "content-type": "application/json", ...headers };
  const text = body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
  return fetch(analyser.url("api", path), { method: "POST", body: text, headers: type, redirect: "manual" });
}

/** An exchange of two events, as a logger sends them. */
let events = 0;
async function exchange(request: unknown, headers: Record<string, string> = {}): Promise<void> {
  const id = `e${events++}`;
  const type = "org.kubeflow.serving.inference";
  await post("/", request, { "ce-id": id, "ce-type": `${type}.request`, ...headers });
  await post("/", { predictions: [[0.2, 0.8]] }, { "ce-id": id, "ce-type": `${type}.response`, ...headers });
}

async function count(name: string, label: string): Promise<number> {
  const text = await (await fetch(analyser.url("metrics", "/metrics"))).text();
  const line = text.split("\n").find((each) => each.startsWith(name) && each.includes(label));
  return Number(line?.split(" ").at(-1) ?? 0);
}

describe("an address in traffic", () => {
  it("is never fetched, resolved or opened, in whatever place it stands, and its image counts as none", async () => {
    for (const url of urls) {
      const answer = await post("/v1/observations", [
        { id: "a", image: url, prediction: "water" },
        { id: "b", image: { type: "url", value: url }, prediction: "water" },
        { id: "c", image: { url }, prediction: "water" },
      ]);
      expect([answer.status, await answer.json()]).toMatchObject([207, { accepted: 0, rejected: 3 }]);
    }
    const before = events;
    for (const url of urls) {
      await exchange({ instances: [url] });
      await exchange({ instances: [{ image: { url } }] });
      await exchange({ instances: [{ image_uri: url, b64: url }] });
      await exchange({ inputs: [{ name: "image", shape: [1], datatype: "BYTES", data: [url] }] });
      await exchange({ image: { type: "url", value: url } });
      await exchange({ messages: [{ content: [{ type: "image_url", image_url: { url } }] }] });
    }
    const pickle = Buffer.from("gASVKAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjARleGl0lIWUUpQu", "base64");
    await exchange({ image: { type: "numpy", value: pickle.toString("base64") } });
    await exchange(pickle, { "content-type": "application/octet-stream" });
    await exchange(Buffer.from(svg(urls[0] as string)), { "content-type": "image/svg+xml" });
    await post(
      "/",
      { specversion: "1.0", id: "d", type: "org.kubeflow.serving.inference.request", dataref: urls[0] },
      {
        "content-type": "application/cloudevents+json",
        "ce-dataref": urls[0] as string,
        "ce-dataschema": urls[0] as string,
        "ce-source": urls[0] as string,
      },
    );
    await post(
      "/v1/labels",
      { id: "a", label: "water", callback: urls[0], next: urls[0] },
      {
        Referer: urls[0] as string,
        "X-Forwarded-Host": "image.invalid",
        Link: `<${urls[0]}>; rel=preload`,
      },
    );
    // What is counted shows that all of it was read, and what became of it.
    const exchanges = events - before;
    expect(await eventually(async () => (await count("vision_exchanges_total", "")) >= exchanges, 20)).toBe(true);
    const without = await count("vision_images_dropped_total", 'reason="no_image"');
    const unknown = await count("vision_exchanges_dropped_total", 'reason="unknown_protocol"');
    expect(without + unknown).toBeGreaterThanOrEqual(exchanges);
    expect(await count("vision_images_analysed_total", "")).toBe(0);
    const outside = readFileSync(join(folder, "watch.log"), "utf8")
      .split("\n")
      .filter((line) => !OWN_METRICS.test(line));
    expect([visits, outside]).toEqual([0, []]);
  });

  it("would be seen if it were: the watch sees a connection, a name and a file", async () => {
    const script = `process.stdout.write('"listening"\\n'); const { connect } = await import("node:net"); const { promises } = await import("node:dns"); const { readFileSync } = await import("node:fs"); connect(${analyser.ports.api}, "127.0.0.1").on("connect", function () { this.destroy(); }); await promises.lookup("localhost"); readFileSync(${JSON.stringify(join(folder, "secret.jpg"))});`;
    const { execFileSync } = await import("node:child_process");
    const log = join(folder, "seen.log");
    writeFileSync(log, "");
    const preload = join(import.meta.dirname, "fixtures/watch-outside.mjs");
    execFileSync(process.execPath, ["--import", preload, "--input-type=module", "--eval", script], {
      env: { ...process.env, VISION_WATCH: log },
    });
    const seen = readFileSync(log, "utf8");
    expect(seen).toMatch(/connect .*127\.0\.0\.1/);
    expect(seen).toMatch(/dns "localhost"/);
    expect(seen).toMatch(/file ".*secret\.jpg"/);
  });
});
