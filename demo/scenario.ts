import type { Assessment, WindowAssessment } from "../src/core/assessment.ts";
import type { Random } from "../src/core/random.ts";
import type { Camera, Scene } from "./camera.ts";
import type { Imagery } from "./imagery.ts";
import type { TileSets } from "./tiles.ts";
import type { LabelDesk, Traffic } from "./traffic.ts";
import type { Seen } from "./watch.ts";

/** A story about a model in production: what is sent, who labels what, and what the monitor must say. */
export interface Scenario {
  readonly name: string;
  readonly story: string;
  /** Its configuration, a file in demo/. */
  readonly config: string;
  readonly requestsPerSecond: number;
  readonly phases: readonly Phase[];
  readonly columns: readonly Column[];
  openCamera(tiles: TileSets, imagery: Imagery, random: Random): Camera;
  openLabelDesk(random: Random): LabelDesk;
}

/** What happens for a while, and what the monitor must say at the end of it. */
export interface Phase {
  readonly name: string;
  readonly story: string;
  /** What else happens, before the traffic. */
  act?(hands: Hands): Promise<void>;
  /** What is in front of the camera meanwhile; absent: no traffic. */
  readonly scene?: Scene;
  /** How long the traffic lasts. */
  readonly seconds: number;
  /** Name of the window it is judged by; the shortest when it is left out. */
  readonly window?: string;
  readonly expected: readonly Expectation[];
}

/** What an act may do. */
export interface Hands {
  readonly traffic: Traffic;
  readonly random: Random;
  /** Kills the sidecar as a power cut would and starts it again; what it knows then is what was on disk. */
  restart(): Promise<void>;
}

/** What a phase looked like to the client, and to the monitor at its end. */
export interface PhaseResult {
  readonly phase: Phase;
  /** Share of right answers in the window. */
  readonly trueRatio: number;
  /** The same of those whose label was sent, and their number. */
  readonly trueRatioOfLabelled: number;
  readonly labelledCount: number;
  readonly window: WindowAssessment;
  readonly assessment: Assessment;
  readonly seen: Seen;
}

/** What did not come out as it must, in a few words; undefined when it did. `earlier`: the phases before, oldest first. */
export type Expectation = (result: PhaseResult, earlier: readonly PhaseResult[]) => string | undefined;

export interface JudgedResult extends PhaseResult {
  /** What did not come out as it must; empty when all did. */
  readonly faults: readonly string[];
}

export interface Column {
  readonly title: string;
  readonly cell: (result: PhaseResult) => string;
}
