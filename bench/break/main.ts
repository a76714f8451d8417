// `npm run break`: live traffic broken at length, in minutes. Its table is written to docs/reliability.md; `npm test` does the same in
// small.
import { run as fuzzStreams } from "../fuzz/tap-streams.ts";
import { writeSection } from "../section.ts";
import { abortClients } from "./aborts.ts";
import { drainUnderLoad } from "./drains.ts";
import { uploadToSlowServer } from "./uploads.ts";

const MIB = 1 << 20;
const SEED = Number(process.argv[2] ?? 20261124);

async function uploads(): Promise<string> {
  const { sent, complete, startBytes, peakBytes } = await uploadToSlowServer(16, 20_000_000);
  return `${complete} of ${sent} complete, memory + ${((peakBytes - startBytes) / MIB).toFixed(0)} MiB`;
}

async function aborts(): Promise<string> {
  const { slowestSeconds, openConnections, openCaptureBytes, descriptorsBefore, descriptorsAfter } =
    await abortClients(10_000);
  return `slowest end upstream ${slowestSeconds.toFixed(2)} s; left: ${openConnections} connections, ${openCaptureBytes} bytes, ${descriptorsAfter - descriptorsBefore} descriptors`;
}

async function drains(pauseMilliseconds: number, modelServerFirst: boolean): Promise<string> {
  const { answered, lost, repeatable } = await drainUnderLoad({
    drains: 50,
    clients: 16,
    pauseMilliseconds,
    modelServerFirst,
  });
  return `${answered} answered, ${lost} lost, of them ${repeatable} repeatable`;
}

async function streams(): Promise<string> {
  const { runs, crashes, stuck, note } = await fuzzStreams(60, SEED);
  return `${runs} streams, ${crashes} faults, ${stuck} stuck: ${note}`;
}

const ROWS: readonly (readonly [string, () => Promise<string>])[] = [
  ["16 uploads of 20 MB to a slow model server", uploads],
  ["10,000 clients that give up", aborts],
  ["50 SIGTERMs under load", () => drains(30, false)],
  ["50 SIGTERMs under load, the model server first", () => drains(30, true)],
  ["50 SIGTERMs under load, clients that never pause", () => drains(0, false)],
  ["hostile streams for a minute", streams],
];

const lines = ["| what is done | what came of it |", "|---|---|"];
for (const [name, harm] of ROWS) {
  lines.push(`| ${name} | ${await harm()} |`);
  console.log(lines.at(-1));
}
writeSection("docs/reliability.md", "npm run break", lines.join("\n"));
