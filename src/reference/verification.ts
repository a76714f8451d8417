import type { CopyFindings } from "./corruption-power.ts";
import type { ConfiguredAlarms, FalseAlarms } from "./false-alarms.ts";
import type { UnseenClass } from "./unseen-class.ts";

/** A configured window, and how many analysed images it holds at most. */
export interface ExpectedWindow {
  readonly name: string;
  readonly images: number;
}

export interface Verification {
  readonly falseAlarms: readonly FalseAlarms[];
  readonly configuredAlarms: readonly ConfiguredAlarms[];
  readonly unseenClasses: readonly UnseenClass[];
  readonly copies?: CopyFindings;
  /** Windows larger than this share their noise with the reference, so one deployment's false alarms may be far from what was asked. */
  readonly largestWindowImages: number;
  readonly advice: readonly string[];
}
