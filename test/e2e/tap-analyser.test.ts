import { type ChildProcess, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import { answers, paint, startProgram, stop, until } from "./fixtures/program.ts";

type Program = ChildProcess & { said: () => string };

const THROWING = `--import ${join(import.meta.dirname, "fixtures/throw-on-signal.mjs")}`;
const CLIENTS = 3;

let folder: string;
let config: string;
let ports: { model: number; tap: number; metrics: number; api: number; page: number };
let model: Server;
let tap: Program;
let analyser: Program;
let image: Buffer;

const url = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`;
const linkPath = (): string => join(folder, "link", "tap.sock");

function startAnalyser(nodeOptions = ""): Program {
  const before = process.env["NODE_OPTIONS"];
  process.env["NODE_OPTIONS"] = nodeOptions;
  try {
    return startProgram(["serve", "--config", config]);
  } finally {
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
  }
}

/** Sum of the series of a metric that hold the text; undefined while nobody answers. */
async function metric(name: string, label = ""): Promise<number> {
  const lines = (await (await fetch(url(ports.metrics, "/metrics"))).text()).split("\n");
  return lines
    .filter((line) => line.startsWith(name) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

const connected = (): Promise<boolean> => metric("vision_tap_connected").then((value) => value === 1);

async function ended(program: Program): Promise<void> {
  await until(async () => program.exitCode !== null || program.signalCode !== null);
}

/** Clients that ask without a pause while `harm` is done. */
class Load {
  answered = 0;
  readonly failures: unknown[] = [];
  #running = true;

  static async during(harm: (load: Load) => Promise<unknown>): Promise<Load> {
    const load = new Load();
    const clients = Array.from({ length: CLIENTS }, () => load.#ask());
    await harm(load).finally(() => {
      load.#running = false;
    });
    await Promise.all(clients);
    return load;
  }

  async more(answers: number): Promise<void> {
    const enough = this.answered + answers;
    await until(async () => this.answered >= enough || this.failures.length > 0);
  }

  async #ask(): Promise<void> {
    while (this.#running) {
      const body = new Uint8Array(image);
      const status = await fetch(url(ports.tap, "/predict"), { method: "POST", body }).then(
        (response) => response.arrayBuffer().then(() => response.status),
        String,
      );
      if (status === 200) this.answered++;
      else this.failures.push(status);
    }
  }
}

function startModel(port: number): Promise<Server> {
  const scores = JSON.stringify({ red: 0.8, green: 0.1, blue: 0.1 });
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    incoming.resume().on("end", () => outgoing.writeHead(200, { "content-type": "application/json" }).end(scores));
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tap-analyser-"));
  mkdirSync(join(folder, "state"));
  const [modelPort, tapPort, metrics, api, page] = (await freePorts(5)) as [number, number, number, number, number];
  ports = { model: modelPort, tap: tapPort, metrics, api, page };
  config = join(folder, "vision-exporter.yaml");
  writeFileSync(
    config,
    `
model: { name: colours, classes: [red, green, blue] }
tap: { listen: "127.0.0.1:${tapPort}", upstream: "127.0.0.1:${modelPort}", linkPath: ${linkPath()}, messageBytes: 400KiB, linkBytes: 1MiB, drain: 2s }
sampling: { imagesRatio: 1, imagesPerSecond: 20 }
state: { directory: ${join(folder, "state")}, snapshotEvery: 1s }
listen: { metrics: "127.0.0.1:${metrics}", api: "127.0.0.1:${api}", page: "127.0.0.1:${page}" }
`,
  );
  image = await paint(0, 1);
  model = await startModel(modelPort);
  tap = startProgram(["tap", "--config", config]);
  await until(() => fetch(url(ports.tap, "/")).then((response) => response.ok));
  analyser = startAnalyser();
  await until(() => answers(url(ports.metrics, "/-/ready")));
});

afterAll(async () => {
  for (const program of [analyser, tap]) if (program) await stop(program);
  model?.closeAllConnections();
  model?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("live traffic, while the analyser", () => {
  it("is stopped for a while: nothing fails, and what found no room is counted once it goes on", async () => {
    const before = await metric("vision_tap_link_dropped_total", 'reason="over_budget"');
    const load = await Load.during(async (clients) => {
      analyser.kill("SIGSTOP");
      await clients.more(600);
      analyser.kill("SIGCONT");
    });
    expect(load.failures).toEqual([]);
    await until(async () => (await metric("vision_tap_link_dropped_total", 'reason="over_budget"')) > before);
  });

  it("is killed ten times: nothing fails, and the metrics say what was missed", async () => {
    const load = await Load.during(async (clients) => {
      for (let kills = 0; kills < 10; kills++) {
        analyser.kill("SIGKILL");
        await ended(analyser);
        await clients.more(10);
        analyser = startAnalyser();
        await until(async () => statSync(linkPath()).isSocket());
        await clients.more(10);
      }
      await until(connected);
    });
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(200);
    expect(await metric("vision_tap_link_dropped_total", 'reason="not_connected"')).toBeGreaterThan(50);
  });

  it("runs out of memory and dies of it: nothing fails", async () => {
    await stop(analyser);
    const load = await Load.during(async (clients) => {
      analyser = startAnalyser("--max-old-space-size=12");
      await ended(analyser);
      await clients.more(10);
    });
    expect(load.failures).toEqual([]);
    expect(analyser.said()).toContain("heap out of memory");
    analyser = startAnalyser();
    await until(connected);
  });

  it("has its socket file deleted: nothing fails, and the next tap finds it again", async () => {
    const load = await Load.during(async (clients) => {
      unlinkSync(linkPath());
      await clients.more(10);
      await until(async () => statSync(linkPath()).isSocket());
    });
    expect(load.failures).toEqual([]);
    const restarted = stop(tap);
    await restarted;
    expect(tap.exitCode).toBe(0);
    tap = startProgram(["tap", "--config", config]);
    await until(connected);
    await until(() => answers(url(ports.metrics, "/-/ready")));
  });

  it.skipIf(process.getuid?.() !== 0)("has no disk left: nothing fails, and it says so", async () => {
    await stop(analyser);
    const state = join(folder, "state");
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", state]);
    try {
      writeFileSync(join(state, "filling"), Buffer.alloc(64 * 1024 - 4096));
      const load = await Load.during(async (clients) => {
        analyser = startAnalyser();
        await Promise.race([
          ended(analyser),
          until(async () => (await metric("vision_state_snapshot_failures_total")) > 0),
        ]);
        await clients.more(10);
      });
      expect(load.failures).toEqual([]);
      await stop(analyser);
    } finally {
      execFileSync("umount", ["-l", state]);
    }
    analyser = startAnalyser();
    await until(connected);
  });

  it("meets a rejection that nothing handled: it goes on and counts it", async () => {
    await stop(analyser);
    analyser = startAnalyser(THROWING);
    await until(connected);
    analyser.kill("SIGWINCH");
    await until(async () => (await metric("vision_log_messages_total", 'level="error"')) === 1);
    expect(analyser.exitCode).toBeNull();
    expect(analyser.said()).not.toContain("secret");
  });

  it("meets an exception that nothing caught: it writes its state and ends with code 1", async () => {
    const load = await Load.during(async () => {
      analyser.kill("SIGUSR2");
      await ended(analyser);
    });
    expect(load.failures).toEqual([]);
    expect(analyser.exitCode).toBe(1);
    expect(analyser.said()).toContain('"message":"stopped"');
    expect(analyser.said()).not.toContain("secret");
    expect(readFileSync(join(folder, "state", "monitor.snapshot")).length).toBeGreaterThan(0);
  });
});
