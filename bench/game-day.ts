/**
 * Ten faults, each planted in two hours of real satellite pictures: which alerts fire, and how long after the fault? Pictures go through the
 * real decoder, statistics, network, monitor and exposition; time is simulated; promtool evaluates the shipped rules. The table is written
 * to docs/game-day.md. Run: npm run game-day [-- name of a fault]
 */
import { resolve } from "node:path";
import { CLASSES } from "../demo/tiles.ts";
import type { ReferenceImage } from "../src/core/features.ts";
import { machine } from "./machine.ts";
import { type Fault, simulateIncident } from "./operations/incident.ts";
import { type FiredAlert, promtoolVersion, replayRules } from "./operations/rule-replay.ts";
import { measurePools, type Pools } from "./operations/satellite.ts";
import { writeSection } from "./section.ts";

interface Drill {
  readonly name: string;
  readonly story: string;
  readonly fault: (pools: Pools) => Fault;
  /** Alerts that must fire. */
  readonly must: readonly string[];
  /** Alerts that may follow, because the fault does harm in more than one way. Any other is wrong. */
  readonly may: readonly string[];
  /** Of the fault; two hours unless the alert waits for longer. */
  readonly minutes?: number;
}

const NORMAL_MINUTES = 90;
const FAULT_MINUTES = 120;

const DRIFT = ["VisionImageDrift", "VisionEmbeddingDrift", "VisionDriftingImagesHigh", "VisionOnlineDrift"];
const HARM = [
  "VisionModelAccuracyBelowFloor",
  "VisionModelAccuracyDropped",
  "VisionModelClassRecallBelowFloor",
  "VisionModelEstimatedAccuracyBelowFloor",
  "VisionModelCalibrationBroken",
];
const CAMERA = [...DRIFT, ...HARM, "VisionImageDriftSevere", "VisionPredictionMixDrift", "VisionModelNewContent"];

/** One picture after the other, so that none comes twice before all have come. */
function inTurn(pool: readonly ReferenceImage[]): () => ReferenceImage {
  let next = 0;
  return () => pool[next++ % pool.length] as ReferenceImage;
}

const DRILLS: readonly Drill[] = [
  {
    name: "blur",
    story: "every picture out of focus, strength 0.5",
    fault: ({ blur }) => ({ image: inTurn(blur) }),
    must: ["VisionImageDrift", "VisionImageDriftSevere"],
    may: CAMERA,
  },
  {
    name: "noise",
    story: "sensor noise of 23 grey levels on every picture",
    fault: ({ noise }) => ({ image: inTurn(noise) }),
    must: ["VisionImageDrift", "VisionImageDriftSevere"],
    may: CAMERA,
  },
  {
    name: "dark",
    story: "60 % of the light is gone",
    fault: ({ dark }) => ({ image: inTurn(dark) }),
    must: ["VisionImageDrift", "VisionImageDriftSevere"],
    may: CAMERA,
  },
  {
    name: "frozen camera",
    story: "one and the same picture again and again",
    fault: ({ live }) => ({ image: () => live[0] as ReferenceImage }),
    must: ["VisionImageDrift", "VisionImageDriftSevere", "VisionPredictionMixDrift"],
    may: CAMERA,
  },
  {
    name: "new class",
    story: "every second picture shows polar ice, which nobody trained on",
    fault: (pools) => {
      const [ice, usual] = [inTurn(pools.ice), inTurn(pools.live)];
      return { image: (draw) => (draw() < 0.5 ? ice() : usual()) };
    },
    must: ["VisionModelNewContent", "VisionEmbeddingDrift"],
    may: CAMERA,
  },
  {
    name: "class mix",
    story: "three of four pictures show water instead of three of eight",
    fault: ({ live }) => {
      const water = inTurn(live.filter(({ trueClass }) => trueClass === CLASSES.indexOf("water")));
      const usual = inTurn(live);
      return { image: (draw) => (draw() < 0.6 ? water() : usual()) };
    },
    must: ["VisionPredictionMixDrift"],
    may: DRIFT,
  },
  {
    name: "label stop",
    story: "the labelling side sends nothing any more",
    fault: () => ({ label: () => undefined }),
    must: ["VisionMonitorLabelsStale"],
    may: [],
    minutes: 51 * 60,
  },
  {
    name: "label shift",
    story: "what was labelled desert is labelled green_area, and the other way round",
    fault: () => {
      const [desert, green] = [CLASSES.indexOf("desert"), CLASSES.indexOf("green_area")];
      return { label: (truth) => (truth === desert ? green : truth === green ? desert : truth) };
    },
    must: ["VisionModelAccuracyBelowFloor"],
    may: HARM,
  },
  {
    name: "analyser dead",
    story: "one replica of two does not answer any more",
    fault: () => ({ deadReplicas: 1 }),
    must: ["VisionMonitorDown"],
    may: [],
  },
  {
    name: "reference missing",
    story: "both replicas restart and cannot read the reference",
    fault: () => ({ replicasWithoutReference: 2 }),
    must: ["VisionMonitorReferenceMissing"],
    may: [],
  },
];

interface Outcome {
  readonly drill: Drill;
  readonly fired: readonly FiredAlert[];
  readonly missing: readonly string[];
  readonly wrong: readonly string[];
  /** Fired before there was a fault. */
  readonly early: readonly string[];
}

const only = process.argv[2];
const pools = await measurePools(resolve(".cache"));

/** Resolves when the traffic is simulated; the rules are evaluated beside the next drill's traffic. */
async function play(drill: Drill, index: number): Promise<{ readonly outcome: Promise<Outcome> }> {
  const faultMinutes = drill.minutes ?? FAULT_MINUTES;
  const long = faultMinutes > FAULT_MINUTES;
  const clock = { minutes: NORMAL_MINUTES + faultMinutes, stepMinutes: long ? 5 : 1 };
  const input = await simulateIncident({
    ...clock,
    reference: pools.reference,
    usual: inTurn(pools.live),
    fault: drill.fault(pools),
    startMinute: NORMAL_MINUTES,
    imagesPerMinute: long ? 1 : 8,
    assessEveryMinutes: long ? 240 : 10,
    seed: index + 1,
  });
  return { outcome: replayRules(input, clock).then((fired) => judge(drill, fired)) };
}

function judge(drill: Drill, fired: readonly FiredAlert[]): Outcome {
  const names = new Set(fired.map(({ alertname }) => alertname));
  const outcome = {
    drill,
    fired,
    missing: drill.must.filter((name) => !names.has(name)),
    wrong: [...names].filter((name) => ![...drill.must, ...drill.may].includes(name)),
    early: fired.filter(({ firstMinute }) => firstMinute < NORMAL_MINUTES).map(({ alertname }) => alertname),
  };
  process.stdout.write(`${toRow(outcome)}\n`);
  return outcome;
}

/** Minutes from the fault to the first firing series of each alert, the quickest first. */
function detections(fired: readonly FiredAlert[]): [string, number][] {
  const first = new Map<string, number>();
  for (const { alertname, firstMinute } of fired)
    first.set(alertname, Math.min(firstMinute, first.get(alertname) ?? Number.POSITIVE_INFINITY));
  return [...first]
    .map(([name, minute]): [string, number] => [name, minute - NORMAL_MINUTES])
    .sort((a, b) => a[1] - b[1]);
}

function faultsOf({ missing, wrong, early }: Outcome): string[] {
  return [
    ...missing.map((name) => `${name} missing`),
    ...wrong.map((name) => `${name} wrong`),
    ...new Set(early.map((name) => `${name} too early`)),
  ];
}

function toRow(outcome: Outcome): string {
  const { drill, fired } = outcome;
  const entry = ([name, minutes]: [string, number]): string => `${name} ${minutes} min`;
  const all = detections(fired);
  const cells = [
    drill.name,
    drill.story,
    all
      .filter(([name]) => drill.must.includes(name))
      .map(entry)
      .join(", ") || "–",
    all
      .filter(([name]) => !drill.must.includes(name))
      .map(entry)
      .join(", ") || "–",
    faultsOf(outcome).join(", ") || "as it must",
  ];
  return `| ${cells.join(" | ")} |`;
}

const played: { readonly outcome: Promise<Outcome> }[] = [];
for (const [index, drill] of DRILLS.entries()) if (!only || drill.name === only) played.push(await play(drill, index));
const outcomes = await Promise.all(played.map(({ outcome }) => outcome));
const faults = outcomes.flatMap(faultsOf);
if (!only) {
  const head = ["| fault | what happens | must fire, after | also fired, after | verdict |", "|---|---|---|---|---|"];
  const table = [...head, ...outcomes.map(toRow)].join("\n");
  writeSection("docs/game-day.md", "npm run game-day", `${machine()}, ${promtoolVersion()}.\n\n${table}`);
}
process.stdout.write(`${outcomes.length} faults, ${faults.length} alerts missing, wrong or too early\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
