import type { Html } from "../html.ts";

/** One of the numbers that the verdict rests on. */
export interface KeyNumber {
  readonly name: string;
  readonly value: Html | string;
  readonly notes: readonly (Html | string)[];
  /** Is said in the notes too; the colour only repeats it. */
  readonly state: "plain" | "drifted" | "below" | "withheld";
}

/** Shown as the value when there is none. */
export const NONE = "none yet";
