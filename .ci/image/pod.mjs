// The pod of the image check, started by ../image.mjs in a network and a process namespace of its own: a model server on this machine's Node.js, and tap and
// analyser out of the image. When it ends, so does everything in it.
import assert from "node:assert/strict";
import { startInImage } from "./sandbox.mjs";
import { sendPictures, startModelServer, until } from "./traffic.mjs";

const PICTURES = 40;
const METRICS = "http://127.0.0.1:9435/metrics";
const { tree, user, volumes, config } = JSON.parse(process.argv[2]);
const environment = Object.fromEntries(config.Env.map((variable) => variable.split(/=(.*)/s).slice(0, 2)));
const start = (command) => startInImage({ tree, user, environment, volumes }, command);
const command = (name) => [...config.Entrypoint, name, "--config", "/etc/vision-exporter/vision-exporter.yaml"];
const value = (text, name) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);

await startModelServer(8080);
const containers = [start(command("serve")), start(command("tap"))];
try {
  await until(METRICS, (text) => value(text, "vision_tap_connected") === 1, 60);
  await sendPictures(9000, PICTURES);
  const text = await until(METRICS, (now) => value(now, "vision_images_analysed_total") === PICTURES, 60);
  const resident = Math.round(value(text, "process_resident_memory_bytes") / 2 ** 20);
  process.stdout.write(`  ${PICTURES} pictures through the tap, all analysed; the analyser holds ${resident} MiB\n`);
  const health = start(config.Healthcheck.Test.slice(1));
  assert.equal(await health.ended, 0, `the health check says:\n${health.output()}`);
  for (const container of containers.reverse()) {
    container.terminate();
    assert.equal(await container.ended, 0, "a container ends with 0 when it is asked to");
  }
} catch (error) {
  process.stderr.write(`${[error.stack, ...containers.map(({ output }) => output())].join("\n")}\n`);
  process.exit(1);
}
process.exit(0);
