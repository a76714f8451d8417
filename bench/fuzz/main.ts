// `npm run fuzz [-- target] [--seconds N] [--seed N]`: damages every kind of input for as long as asked, and writes docs/reliability.md.
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine } from "../machine.ts";
import { writeSection } from "../section.ts";
import type { FuzzResult } from "./fuzz-target.ts";

interface FuzzTarget {
  readonly name: string;
  run(seconds: number, seed: number): Promise<FuzzResult>;
}

const FILES = ["images", "bodies", "exchanges", "http-streams", "configurations", "files", "frames", "tap-streams"];
const LONGEST_NOTE = 800;
const DEFAULT_SECONDS = 60;
/** What a target may take beyond its time, as a share of it and in seconds, before it counts as stuck. */
const GRACE = { ratio: 2, seconds: 120 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string" }, seed: { type: "string" }, child: { type: "string" } },
});
const seconds = Number(values.seconds ?? DEFAULT_SECONDS);
const seed = Number(values.seed ?? 1);

if (values.child === undefined) process.exitCode = await runAll(positionals);
else {
  process.send?.(await (await load(values.child)).run(seconds, seed));
  process.disconnect();
}

function load(file: string): Promise<FuzzTarget> {
  return import(join(import.meta.dirname, `${file}.js`));
}

async function runAll(wanted: readonly string[]): Promise<number> {
  const rows: string[] = [];
  let faults = 0;
  for (const file of FILES.filter((stem) => existsSync(join(import.meta.dirname, `${stem}.js`)))) {
    const { name } = await load(file);
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stdout.write(`· ${name}, ${seconds} s …\n`);
    const { runs, crashes, stuck, note } = await inChild(file);
    faults += crashes + stuck;
    rows.push(
      `| ${name} | ${runs.toLocaleString("en")} | ${crashes} | ${stuck} | ${note.slice(0, LONGEST_NOTE).replaceAll("|", "\\|")} |`,
    );
  }
  const head = `Seed ${seed}, ${seconds} s a target. Machine: ${machine()}.`;
  const text = [
    head,
    "",
    "| input | runs | crashes | stuck | what became of them |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
  process.stdout.write(`${text}\n`);
  if (wanted.length === 0) writeSection("docs/reliability.md", "npm run fuzz", text);
  return faults === 0 ? 0 : 1;
}

/** A process of its own, so that a target that ends it or never comes back is a row of the table too. */
async function inChild(file: string): Promise<FuzzResult> {
  const args = ["--child", file, "--seconds", String(seconds), "--seed", String(seed)];
  const child = fork(import.meta.filename, args, {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "ignore", "ipc"],
  });
  let result: FuzzResult = { runs: 0, crashes: 1, stuck: 0, note: "the process ended" };
  child.once("message", (answer: FuzzResult) => {
    result = answer;
  });
  const timer = setTimeout(
    () => {
      result = { runs: 0, crashes: 0, stuck: 1, note: "no end" };
      child.kill("SIGKILL");
    },
    1000 * (seconds * GRACE.ratio + GRACE.seconds),
  );
  await once(child, "exit");
  clearTimeout(timer);
  return result;
}
