/**
 * `npm run bench:quiet [-- scenario …]`: the false alarms of the whole monitor on traffic without drift, against what was asked; and
 * how soon a real shift is found. Replaces the rows of the scenarios it ran in docs/false-alarms.md.
 */
import { machine } from "./machine.ts";
import { type OnlineScenario, onlineAlarms } from "./quiet-online.ts";
import { type Deployment, delayOf, runQuiet } from "./quiet-run.ts";
import { readSection, writeSection } from "./section.ts";

interface Scenario {
  readonly name: string;
  readonly deployment: Deployment;
  readonly references: number;
  /** Of traffic for each reference. */
  readonly days: number;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
const PAGE = "docs/false-alarms.md";
const COMMAND = "npm run bench:quiet";
const HEADER =
  "| scenario | asked | windows: alarms (asked) | online: alarms (asked) | ratio of both | by detector or reference | measured |\n|---|---|---|---|---|---|---|";

const PHOTOS: Deployment = {
  windows: [
    { name: "10m", durationSeconds: 10 * MINUTE },
    { name: "1h", durationSeconds: HOUR },
  ],
  assessSeconds: 2 * MINUTE,
  imagesPerSecond: 1 / 6,
  everySeconds: HOUR,
  referenceImages: 600,
  correlation: 0,
  chunkSeconds: MINUTE,
};
const MONTH: Deployment = {
  ...PHOTOS,
  windows: [{ name: "1h", durationSeconds: HOUR }],
  assessSeconds: 15 * MINUTE,
  imagesPerSecond: 1 / 60,
  everySeconds: 30 * DAY,
  chunkSeconds: 15 * MINUTE,
};
/** 25 frames a second whose scene is forgotten in 0.4 s. */
const VIDEO: Deployment = {
  ...PHOTOS,
  windows: [
    { name: "1m", durationSeconds: MINUTE },
    { name: "5m", durationSeconds: 5 * MINUTE },
  ],
  assessSeconds: 15,
  imagesPerSecond: 25,
  everySeconds: 5 * MINUTE,
  correlation: Math.exp(-1 / 10),
  chunkSeconds: 10,
};

const SCENARIOS: readonly Scenario[] = [
  { name: "independent images, windows of 100 and 600", deployment: PHOTOS, references: 4, days: 0.5 },
  { name: "the default: one in 30 days", deployment: MONTH, references: 2, days: 30 },
  { name: "video, 25 frames a second", deployment: VIDEO, references: 3, days: (30 * MINUTE) / DAY },
];

/** Looks every two minutes, every quarter of an hour and every 15 seconds. */
const ONLINE_SCENARIOS: readonly OnlineScenario[] = [
  {
    name: "online alone, 1 h at 1 image in 6 s",
    imagesPerFalseAlarm: 1_200,
    references: 10,
    images: 12_000,
    imagesPerLook: 20,
  },
  {
    name: "online alone, 30 d at 1 image a minute",
    imagesPerFalseAlarm: 86_400,
    references: 10,
    images: 432_000,
    imagesPerLook: 15,
  },
  {
    name: "online alone, 30 d at 1 image a second",
    imagesPerFalseAlarm: 5_184_000,
    references: 6,
    images: 2_592_000,
    imagesPerLook: 15,
  },
];

/** Taken at the start: a commit made while this runs is not what was measured. */
const MEASURED = `${new Date().toISOString().slice(0, 10)}, ${machine()}`;

/** A row of the page; its first cell is the name of what was measured. */
async function quietRow({ name, deployment, references, days }: Scenario): Promise<string> {
  const sums = new Map<string, number>();
  let driftingLooks = 0;
  let looks = 0;
  for (let seed = 1; seed <= references; seed++) {
    const quiet = await runQuiet(deployment, days, seed);
    for (const [kind, count] of quiet.episodes) sums.set(kind, (sums.get(kind) ?? 0) + count);
    driftingLooks += quiet.driftingLooks;
    looks += quiet.looks;
    process.stdout.write(`${name}: reference ${seed} of ${references}, ${JSON.stringify([...quiet.episodes])}\n`);
  }
  const asked = (references * days * DAY) / deployment.everySeconds / 2;
  const windows = sums.get("windows") ?? 0;
  const online = sums.get("online") ?? 0;
  const kinds = [...sums].filter(([kind]) => kind !== "windows" && kind !== "online");
  const cells = [
    name,
    `1 in ${spell(deployment.everySeconds)}; ${references} references × ${spell(days * DAY)}`,
    `${windows} (${asked.toFixed(1)}); ${((100 * driftingLooks) / looks).toFixed(2)} % of looks`,
    `${online} (${asked.toFixed(1)})`,
    ((windows + online) / (2 * asked)).toFixed(2),
    kinds.map(([kind, count]) => `${kind} ${count}`).join(", ") || "–",
    MEASURED,
  ];
  return `| ${cells.join(" | ")} |`;
}

function onlineRow(scenario: OnlineScenario): string {
  const { name, imagesPerFalseAlarm, references, images } = scenario;
  const alarms = onlineAlarms(scenario);
  const asked = (references * images) / imagesPerFalseAlarm;
  const total = alarms.reduce((sum, count) => sum + count, 0);
  const cells = [
    name,
    `1 in ${imagesPerFalseAlarm} images; ${references} references × ${images} images`,
    "–",
    `${total} (${asked.toFixed(1)})`,
    (total / asked).toFixed(2),
    `by reference: ${alarms.join(", ")}`,
    MEASURED,
  ];
  return `| ${cells.join(" | ")} |`;
}

const SHIFTS = [
  { name: "scene moved by 0.5 deviations", shift: { scene: 0.5, statistic: 0 } },
  { name: "one statistic moved by 1 deviation", shift: { scene: 0, statistic: 1.15 } },
];
const SHIFT_SEEDS = 2;
const SHIFT_LIMIT_SECONDS = 5 * MINUTE;

async function shiftRows(): Promise<string[]> {
  const rows: string[] = [];
  for (const { name, shift } of SHIFTS) {
    const windows: string[] = [];
    const online: string[] = [];
    for (let seed = 1; seed <= SHIFT_SEEDS; seed++) {
      const { windowSeconds, onlineSeconds } = await delayOf(VIDEO, seed, shift, SHIFT_LIMIT_SECONDS);
      windows.push(windowSeconds === undefined ? "not found" : `${windowSeconds} s`);
      online.push(onlineSeconds === undefined ? "not found" : `${onlineSeconds} s`);
    }
    rows.push(`| video: ${name} | found after | ${windows.join(", ")} | ${online.join(", ")} | – | – | ${MEASURED} |`);
  }
  return rows;
}

function spell(seconds: number): string {
  if (seconds >= DAY) return `${seconds / DAY} d`;
  return seconds >= HOUR ? `${seconds / HOUR} h` : `${Math.round(seconds / MINUTE)} min`;
}

/** Puts rows into the table of the page, in place of those that begin alike. */
function publish(rows: readonly string[]): void {
  const first = (row: string): string => row.split("|")[1] as string;
  const table = readSection(PAGE, COMMAND).split("\n");
  const old = table.filter((line) => line.startsWith("| ") && !line.startsWith("| scenario |"));
  const kept = old.filter((line) => !rows.some((row) => first(row) === first(line)));
  writeSection(PAGE, COMMAND, [HEADER, ...[...kept, ...rows].sort()].join("\n"));
}

const only = process.argv.slice(2);
const asked = (name: string): boolean => only.length === 0 || only.some((word) => name.includes(word));
for (const scenario of SCENARIOS.filter(({ name }) => asked(name))) publish([await quietRow(scenario)]);
for (const scenario of ONLINE_SCENARIOS.filter(({ name }) => asked(name))) publish([onlineRow(scenario)]);
if (asked("shift")) publish(await shiftRows());
