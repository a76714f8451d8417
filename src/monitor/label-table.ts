import { decodePlain, encodePlain } from "../core/codec.ts";
import type { Label, LabelResult } from "../core/label.ts";
import type { Store } from "../core/store.ts";

/** What is remembered of a prediction until its label comes. */
export interface PendingPrediction {
  readonly id: string;
  readonly timeSeconds: number;
  readonly weight: number;
  readonly classIndex: number;
  readonly confidence: number;
  readonly calibratedConfidence: number;
  readonly modelVersion: string;
  /** Class index of the label that is counted already. */
  readonly labelledAs?: number;
}
