import type { ReferenceImage } from "../../src/core/features.ts";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { STATISTICS } from "../../src/image/statistics/index.ts";
import { buildReference } from "../../src/reference/build.ts";
import { type Reference, restoreReference } from "../../src/reference/load.ts";
import { MemoryStore } from "../../src/state/memory.ts";
import { SYNTHETIC_RECIPE, syntheticImage } from "../synthetic.ts";
import { readByRules } from "./rule-replay.ts";
import { type InputSeries, SeriesLog } from "./series-log.ts";
import { type ReplicaOptions, SimulatedReplica } from "./simulated-replica.ts";

export interface FleetOptions {
  readonly days: number;
  readonly seed: number;
  /** Between two scrapes. */
  readonly stepMinutes: number;
}

export interface FleetCounts {
  images: number;
  labels: number;
  scrapes: number;
  lostScrapes: number;
  restarts: number;
}

export interface QuietFleet {
  readonly input: readonly InputSeries[];
  readonly counts: Readonly<FleetCounts>;
}

const SYNTHETIC = { classes: ["good", "bent", "scratched", "dirty", "missing"], dimensions: 48 };
export const QUIET_FLEET = { replicas: 3 } as const;
const REFERENCE_IMAGES = 2_000;
const MINUTES_A_DAY = 1_440;
/** Images a minute and replica at noon of a working day. */
const NOON_RATE = 12;
const NIGHT_RATE = 0.3;
const WEEKEND_FACTOR = 0.4;
const LABELLED_RATIO = 0.15;
const MEAN_LABEL_DELAY_MINUTES = 180;
const LOST_SCRAPE_RATIO = 0.002;
/** Every replica is restarted so many times a day on average. */
const RESTARTS_A_DAY = 0.25;
const ASSESS_EVERY_MINUTES = 120;

const STATISTIC_NAMES = STATISTICS.map(({ name }) => name);

/** Statistics as cameras have them: one size of picture, and clipping that is exactly 0 in half of the pictures. */
function photographed(image: ReferenceImage): ReferenceImage {
  const statistics = image.statistics.map((value, index) => {
    const name = STATISTIC_NAMES[index];
    if (name === "aspect_ratio") return 1;
    return name === "dark_clipping" || name === "bright_clipping" ? Math.max(0, value - 10 * (index + 1)) : value;
  });
  return { ...image, statistics };
}

function referenceOf(seed: number): Reference {
  const random = seededRandom(seed);
  const measured = Array.from({ length: REFERENCE_IMAGES }, (_, index) => {
    const id = `reference-${index}`;
    return { file: id, contentHash: id, image: photographed(syntheticImage(id, SYNTHETIC, random)) };
  });
  const recipe = SYNTHETIC_RECIPE(SYNTHETIC.dimensions);
  const options = { model: "parts", recipe, classes: SYNTHETIC.classes, nowSeconds: 0, random };
  return restoreReference("0123456789ab", buildReference(measured, options));
}

/** Poisson by counting exponential waits (Knuth 1969, section 3.4.1): fine for small means. */
function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let product = random.next();
  let count = 0;
  while (product > limit) {
    count++;
    product *= random.next();
  }
  return count;
}

export function rateAt(minute: number): number {
  const hour = (minute % MINUTES_A_DAY) / 60;
  const day = Math.floor(minute / MINUTES_A_DAY) % 7;
  const light = Math.max(0, Math.sin((Math.PI * (hour - 6)) / 14));
  return (NIGHT_RATE + (NOON_RATE - NIGHT_RATE) * light) * (day >= 5 ? WEEKEND_FACTOR : 1);
}

interface DueLabel {
  readonly id: string;
  readonly label: string;
}

class Pod {
  readonly log: SeriesLog;
  readonly #options: ReplicaOptions;
  readonly #random: Random;
  readonly #counts: FleetCounts;
  readonly #name: string;
  readonly #due = new Map<number, DueLabel[]>();
  #replica: SimulatedReplica;
  #sequence = 0;

  constructor(name: string, options: ReplicaOptions, random: Random, counts: FleetCounts) {
    this.#name = name;
    this.#options = options;
    this.#random = random;
    this.#counts = counts;
    this.#replica = new SimulatedReplica(options);
    this.log = new SeriesLog({ namespace: "plant", job: "vision", instance: `${name}:9435` }, readByRules);
  }

  async live(minute: number): Promise<void> {
    const random = this.#random;
    for (const { id, label } of this.#due.get(minute) ?? []) {
      await this.#replica.label(id, label, minute * 60);
      this.#counts.labels++;
    }
    this.#due.delete(minute);
    const images = poisson(rateAt(minute), random);
    for (let image = 0; image < images; image++) await this.#see(minute, (minute + image / images) * 60);
    if (minute % ASSESS_EVERY_MINUTES === 0) await this.#replica.monitor.assess(minute * 60);
  }

  async scraped(step: number, stepMinutes: number): Promise<void> {
    if (this.#random.next() < (RESTARTS_A_DAY * stepMinutes) / MINUTES_A_DAY) return this.#restart(step);
    if (this.#random.next() < LOST_SCRAPE_RATIO) {
      this.#counts.lostScrapes++;
      return this.log.failed(step);
    }
    this.#counts.scrapes++;
    this.log.scraped(step, await this.#replica.scrape());
  }

  async #see(minute: number, timeSeconds: number): Promise<void> {
    const random = this.#random;
    const id = `${this.#name}-${this.#sequence++}`;
    const image = { ...photographed(syntheticImage(id, SYNTHETIC, random)), timeSeconds };
    await this.#replica.take(image);
    this.#counts.images++;
    if (random.next() >= LABELLED_RATIO) return;
    const due = minute + 1 + Math.round(-Math.log(1 - random.next()) * MEAN_LABEL_DELAY_MINUTES);
    const label = SYNTHETIC.classes[image.trueClass as number] as string;
    this.#due.set(due, [...(this.#due.get(due) ?? []), { id, label }]);
  }

  /** The process ends between two scrapes and comes back with the state on its disk and its counters at zero. */
  #restart(step: number): void {
    this.#counts.restarts++;
    const state = this.#replica.monitor.toState();
    this.#replica = new SimulatedReplica(this.#options);
    this.#replica.monitor.restore(state);
    this.log.failed(step);
  }
}

export async function simulateFleet({ days, seed, stepMinutes }: FleetOptions): Promise<QuietFleet> {
  const reference = referenceOf(seed);
  const counts: FleetCounts = { images: 0, labels: 0, scrapes: 0, lostScrapes: 0, restarts: 0 };
  const pods = Array.from({ length: QUIET_FLEET.replicas }, (_, index) => {
    const options = {
      model: "parts",
      modelVersion: "7",
      classes: SYNTHETIC.classes,
      reference,
      accuracyFloorRatio: 0.8,
      store: new MemoryStore({ maxKeys: 1_000_000 }),
    };
    return new Pod(`pod-${index}`, options, seededRandom(1_000 * seed + index), counts);
  });
  for (let minute = 0; minute <= days * MINUTES_A_DAY; minute++) {
    for (const pod of pods) await pod.live(minute);
    if (minute % stepMinutes === 0) for (const pod of pods) await pod.scraped(minute / stepMinutes, stepMinutes);
  }
  return { input: pods.flatMap((pod) => pod.log.input()), counts };
}
