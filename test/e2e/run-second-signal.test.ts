import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import { answers, startProgram, stop, until } from "./fixtures/program.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

it("`run` that is told to end a second time takes its analyser with it: the ports are free", async () => {
  const folder = mkdtempSync(join(tmpdir(), "second-signal-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const model = createServer(() => {}).listen(0, "127.0.0.1");
  await once(model, "listening");
  closers.push(() => model.close().closeAllConnections());
  const [tap, metrics, api, page] = (await freePorts(4)) as [number, number, number, number];
  const config = join(folder, "vision-exporter.yaml");
  writeFileSync(
    config,
    `
model: { name: colours, classes: [red, green, blue] }
tap: { listen: "127.0.0.1:${tap}", upstream: "127.0.0.1:${(model.address() as AddressInfo).port}", linkPath: ${folder}/tap.sock, drain: 600s }
listen: { metrics: "127.0.0.1:${metrics}", api: "127.0.0.1:${api}", page: "127.0.0.1:${page}" }
`,
  );
  const program = startProgram(["run", "--config", config]);
  closers.push(() => stop(program));
  await until(() => answers(`http://127.0.0.1:${metrics}/-/healthy`));
  const unanswered = connect(tap, "127.0.0.1").on("error", () => {});
  closers.push(() => unanswered.destroy());
  unanswered.write("GET / HTTP/1.1\r\nHost: m\r\n\r\n");
  await once(model, "request");
  const ended = once(program, "exit");
  program.kill("SIGTERM");
  // The first is at work once the tap accepts nobody any more.
  await until(() => refused(tap));
  expect(await answers(`http://127.0.0.1:${metrics}/-/healthy`)).toBe(true);
  program.kill("SIGTERM");
  expect(await ended).toEqual([130, null]);
  for (const port of [metrics, api, page]) await until(() => refused(port));
}, 60_000);

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, "127.0.0.1")
      .once("connect", () => resolve(false))
      .once("error", () => resolve(true))
      .once("connect", () => probe.destroy());
  });
}
