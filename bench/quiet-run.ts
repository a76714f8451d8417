import type { Assessment, WindowAssessment } from "../src/core/assessment.ts";
import { seededRandom } from "../src/core/random.ts";
import { LabelTable } from "../src/monitor/label-table.ts";
import { Monitor } from "../src/monitor/monitor.ts";
import type { WindowSpec } from "../src/profile/chunk-log.ts";
import { restoreReference } from "../src/reference/load.ts";
import { MemoryStore } from "../src/state/memory.ts";
import { QUIET_CLASSES, QuietStream, quietArtefact, type Shift } from "./quiet-stream.ts";

export interface Deployment {
  readonly windows: readonly (WindowSpec & { readonly durationSeconds: number })[];
  readonly assessSeconds: number;
  readonly imagesPerSecond: number;
  /** Asked: one false alarm in this many days. */
  readonly everySeconds: number;
  readonly referenceImages: number;
  /** Of neighbouring images; 0 for independent ones. */
  readonly correlation: number;
  readonly chunkSeconds: number;
}

export interface Quiet {
  readonly days: number;
  /** Alarm episodes by what raised them: "online", "windows", `window <name>` and detectors. */
  readonly episodes: ReadonlyMap<string, number>;
  /** Looks at which a window, any, was found to drift; and all looks. */
  readonly driftingLooks: number;
  readonly looks: number;
  readonly stepImages: number | undefined;
  readonly last: Assessment;
}

/** An alarm that comes back within `holdSeconds` is the same one: windows overlap, so it rests on the same images. */
class Episodes {
  readonly #until = new Map<string, number>();
  readonly counts = new Map<string, number>();

  see(name: string, nowSeconds: number, holdSeconds: number): void {
    if (nowSeconds > (this.#until.get(name) ?? Number.NEGATIVE_INFINITY)) {
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
    this.#until.set(name, Math.max(this.#until.get(name) ?? 0, nowSeconds + holdSeconds));
  }
}

/** One deployment without drift: a reference of its own, then `days` of traffic through the product's monitor. */
export async function runQuiet(deployment: Deployment, days: number, seed: number): Promise<Quiet> {
  const monitor = monitorOf(deployment, seed);
  const stream = new QuietStream(seededRandom(7_000 + seed), deployment.correlation);
  const episodes = new Episodes();
  let driftingLooks = 0;
  let looks = 0;
  const lengths = new Map(deployment.windows.map(({ name, durationSeconds }) => [name, durationSeconds]));
  for (let now = deployment.assessSeconds; now <= days * 86_400; now += deployment.assessSeconds) {
    await feed(monitor, stream, deployment, now);
    await monitor.assess(now);
    const { windows } = monitor.assessment();
    const drifting = windows.filter(drifts);
    looks++;
    if (drifting.length > 0) driftingLooks++;
    for (const window of drifting) {
      const hold = lengths.get(window.window) as number;
      episodes.see("windows", now, hold);
      episodes.see(`window ${window.window}`, now, hold);
      for (const { detector, drifting } of window.signals) if (drifting) episodes.see(detector, now, hold);
    }
  }
  const { online } = monitor.assessment();
  episodes.counts.set("online", online?.alarms ?? 0);
  return {
    days,
    episodes: episodes.counts,
    driftingLooks,
    looks,
    stepImages: online?.stepImages,
    last: monitor.assessment(),
  };
}

/** Seconds from the shift until the first window, and until the online alarm, finds it; undefined when not within `limitSeconds`. */
export async function delayOf(
  deployment: Deployment,
  seed: number,
  shift: Shift,
  limitSeconds: number,
): Promise<{ readonly windowSeconds: number | undefined; readonly onlineSeconds: number | undefined }> {
  const monitor = monitorOf(deployment, seed);
  const stream = new QuietStream(seededRandom(9_000 + seed), deployment.correlation);
  const start = Math.max(...deployment.windows.map(({ durationSeconds }) => durationSeconds));
  let windowSeconds: number | undefined;
  let onlineSeconds: number | undefined;
  let alarmsBefore = 0;
  for (let now = deployment.assessSeconds; now <= start + limitSeconds; now += deployment.assessSeconds) {
    await feed(monitor, stream, deployment, now, now > start ? shift : undefined);
    await monitor.assess(now);
    const { windows, online } = monitor.assessment();
    if (now <= start) alarmsBefore = online?.alarms ?? 0;
    else if ((online?.alarms ?? 0) > alarmsBefore) onlineSeconds ??= now - start;
    if (now > start && windows.some(drifts)) windowSeconds ??= now - start;
    if (windowSeconds !== undefined && onlineSeconds !== undefined) break;
  }
  return { windowSeconds, onlineSeconds };
}

export function monitorOf(deployment: Deployment, seed: number): Monitor {
  const { windows, chunkSeconds, everySeconds, imagesPerSecond, assessSeconds, referenceImages } = deployment;
  const reference = restoreReference(`quiet-${seed}`, quietArtefact(referenceImages, seededRandom(seed)));
  const options = {
    model: "quiet",
    modelVersion: "1",
    classes: QUIET_CLASSES,
    reference,
    windows,
    chunkSeconds,
    chunkImages: 1_000_000,
    budget: { everySeconds, imagesPerSecond, assessSeconds },
    labels: { keepSeconds: 60, keepEarlySeconds: 0, onConflict: "last", unknownClass: "reject" },
    gallery: { imagesPerGroup: 1, keepSeconds: 60 },
  } as const;
  return new Monitor(options, new LabelTable(new MemoryStore({ maxKeys: 1_000 }), options.classes, options.labels));
}

async function feed(
  monitor: Monitor,
  stream: QuietStream,
  { assessSeconds, imagesPerSecond }: Deployment,
  now: number,
  shift?: Shift,
): Promise<void> {
  const count = Math.round(assessSeconds * imagesPerSecond);
  for (let i = 0; i < count; i++) {
    const image = stream.next(now - assessSeconds + (i + 0.5) / imagesPerSecond, shift);
    const { ids, timeSeconds, outcome, weight } = image;
    if (outcome) await monitor.recordPrediction({ ids, timeSeconds, modelVersion: "1", outcome, weight });
    monitor.recordImage(image);
  }
}

function drifts({ signals }: WindowAssessment): boolean {
  return signals.some(({ drifting }) => drifting);
}
