import type { ClassName } from "./tiles.ts";
import { USUAL_MIX } from "./tiles.ts";

/** What happens in front of the camera, and what the monitor must say at the end of it. */
export interface Phase {
  readonly name: string;
  readonly story: string;
  readonly mix: Readonly<Record<ClassName, number>>;
  /** Share of tiles of the class that nobody trained on. */
  readonly iceRatio: number;
  /** Fog at the end of the growth, 0 clear to 1. */
  readonly fog: number;
  readonly expected: Expectation;
}

export interface Expectation {
  readonly verdicts: readonly string[];
  /** Kinds the top cause may have; empty: no cause is expected. */
  readonly causes: readonly string[];
  /** follows: the interval of the estimate holds the truth · falls: the estimate falls by at least half of what the truth falls · withheld: no number is shown. */
  readonly estimate: "follows" | "falls" | "withheld";
}

const NORMAL: Omit<Phase, "name" | "story"> = {
  mix: USUAL_MIX,
  iceRatio: 0,
  fog: 0,
  expected: { verdicts: ["ok"], causes: [], estimate: "follows" },
};

export const PHASES: readonly Phase[] = [
  { ...NORMAL, name: "normal", story: "the usual mix of clear pictures" },
  {
    ...NORMAL,
    name: "fog",
    story: "water creeps over the lens: blur grows, contrast falls",
    fog: 0.6,
    expected: { verdicts: ["drifting", "accuracy_below_floor"], causes: ["statistic"], estimate: "falls" },
  },
  { ...NORMAL, name: "normal again", story: "the lens is clean" },
  {
    ...NORMAL,
    name: "new class",
    story: "every third picture shows polar ice, a class nobody trained on",
    iceRatio: 0.35,
    expected: { verdicts: ["new_content", "accuracy_below_floor"], causes: ["new_region"], estimate: "withheld" },
  },
  {
    ...NORMAL,
    name: "class mix",
    story: "the satellite flies over the ocean: the mix changes, the model stays right",
    mix: { cloudy: 0.15, desert: 0.03, green_area: 0.04, water: 0.78 },
    expected: { verdicts: ["drifting"], causes: ["class_mix"], estimate: "follows" },
  },
];
