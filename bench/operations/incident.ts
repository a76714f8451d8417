import type { ReferenceImage } from "../../src/core/features.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { Reference } from "../../src/reference/load.ts";
import { MemoryStore } from "../../src/state/memory.ts";
import { readByRules } from "./rule-replay.ts";
import { type InputSeries, SeriesLog } from "./series-log.ts";
import { type ReplicaOptions, SimulatedReplica } from "./simulated-replica.ts";

/** What goes wrong, once `startMinute` is reached. Whatever is absent stays as it was. */
export interface Fault {
  /** Picks the picture that the camera takes. */
  readonly image?: (draw: () => number) => ReferenceImage;
  /** What the labelling side says about a picture of this true class; undefined: nothing. */
  readonly label?: (trueClass: number) => number | undefined;
  /** Replicas that end for good. */
  readonly deadReplicas?: number;
  /** Replicas that are restarted and find no reference. */
  readonly replicasWithoutReference?: number;
}

export interface IncidentOptions {
  readonly reference: Reference;
  /** The next picture of normal traffic. */
  readonly usual: () => ReferenceImage;
  readonly fault: Fault;
  readonly startMinute: number;
  readonly minutes: number;
  readonly stepMinutes: number;
  readonly imagesPerMinute: number;
  readonly assessEveryMinutes: number;
  readonly seed: number;
}

const REPLICAS = 2;
const LABELLED_RATIO = 0.3;
const MEAN_LABEL_DELAY_MINUTES = 15;

class Site {
  readonly #options: IncidentOptions;
  readonly #name: string;
  readonly #index: number;
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #setup: ReplicaOptions;
  readonly #due = new Map<number, { readonly id: string; readonly label: string }[]>();
  readonly log: SeriesLog;
  #replica: SimulatedReplica;
  #dead = false;
  #sequence = 0;

  constructor(index: number, options: IncidentOptions) {
    this.#options = options;
    this.#index = index;
    this.#name = `camera-${index}`;
    this.#random = seededRandom(100 * options.seed + index);
    this.#setup = {
      model: "satellite",
      modelVersion: "1",
      classes: options.reference.classes,
      reference: options.reference,
      accuracyFloorRatio: 0.85,
      store: new MemoryStore({ maxKeys: 1_000_000 }),
    };
    this.#replica = new SimulatedReplica(this.#setup);
    this.log = new SeriesLog({ namespace: "orbit", job: "vision", instance: `${this.#name}:9435` }, readByRules);
  }

  async live(minute: number): Promise<void> {
    const { startMinute, imagesPerMinute, assessEveryMinutes } = this.#options;
    if (minute === startMinute) this.#begin();
    if (this.#dead) return;
    for (const { id, label } of this.#due.get(minute) ?? []) await this.#replica.label(id, label, minute * 60);
    this.#due.delete(minute);
    for (let n = 0; n < imagesPerMinute; n++) await this.#see(minute, (minute + n / imagesPerMinute) * 60);
    if (minute % assessEveryMinutes === 0) await this.#replica.monitor.assess(minute * 60);
  }

  async scraped(step: number): Promise<void> {
    if (this.#dead) this.log.failed(step);
    else this.log.scraped(step, await this.#replica.scrape());
  }

  #begin(): void {
    const { deadReplicas = 0, replicasWithoutReference = 0 } = this.#options.fault;
    this.#dead = this.#index < deadReplicas;
    if (this.#index >= replicasWithoutReference) return;
    const { reference: _, ...setup } = this.#setup;
    this.#replica = new SimulatedReplica(setup);
  }

  async #see(minute: number, timeSeconds: number): Promise<void> {
    const draw = (): number => this.#random.next();
    const { fault, usual, startMinute, reference } = this.#options;
    const begun = minute >= startMinute;
    const seen = begun && fault.image ? fault.image(draw) : usual();
    const id = `${this.#name}-${this.#sequence++}`;
    await this.#replica.take({ ...seen, ids: [id], timeSeconds });
    if (draw() >= LABELLED_RATIO) return;
    const due = minute + 1 + Math.round(-Math.log(1 - draw()) * MEAN_LABEL_DELAY_MINUTES);
    const trueClass = seen.trueClass as number;
    const classIndex = begun && fault.label ? fault.label(trueClass) : trueClass;
    if (classIndex === undefined) return;
    const label = reference.classes[classIndex] as string;
    this.#due.set(due, [...(this.#due.get(due) ?? []), { id, label }]);
  }
}

/** Two replicas through an incident; what their scrapes would have stored. */
export async function simulateIncident(options: IncidentOptions): Promise<InputSeries[]> {
  const sites = Array.from({ length: REPLICAS }, (_, index) => new Site(index, options));
  for (let minute = 0; minute <= options.minutes; minute++) {
    for (const site of sites) await site.live(minute);
    if (minute % options.stepMinutes === 0) for (const site of sites) await site.scraped(minute / options.stepMinutes);
  }
  return sites.flatMap(({ log }) => log.input());
}
