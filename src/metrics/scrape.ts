import type { Assessment } from "../core/assessment.ts";
import type { LifetimeCounters } from "../core/counters.ts";
import type { TelemetrySnapshot } from "./telemetry-snapshot.ts";

/** What one scrape shows: plain data, taken at one moment. */
export interface Scrape {
  readonly assessment: Assessment;
  readonly counters: LifetimeCounters;
  readonly telemetry: TelemetrySnapshot;
  readonly queue: { readonly length: number; readonly capacity: number };
  /** The network runs and images are analysed. */
  readonly embedderUp: boolean;
  /** Absent without a limit. */
  readonly memoryUsedRatio?: number;
  /** By level. */
  readonly logMessages: Readonly<Record<string, number>>;
  /** Absent without a label table that replicas share. */
  readonly sharedLabels?: { readonly available: boolean };
}

/** What does not change between two loads of the configuration. */
export interface ExpositionOptions {
  readonly build: { readonly version: string; readonly revision: string };
  readonly sampling: { readonly predictionsRatio: number; readonly imagesRatio: number };
  readonly maxClasses: number;
  readonly maxSeries: number;
  /** Detectors whose scores are exported for each image statistic; the page shows all. */
  readonly statisticScores: readonly string[];
  /** The edges of the bins of image statistics are exported. */
  readonly binEdges: boolean;
  /** A tap is configured, so its series exist before it reports. */
  readonly tap: boolean;
}
