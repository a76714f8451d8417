import { describe, expect, it } from "vitest";
import { groupShifts, type NamedShift, touchesAll } from "../../../src/explain/couplings.ts";

const shift = (name: string, effect: number, trailing = effect): NamedShift => ({
  name,
  effect,
  trailing,
  changedRatio: 0.5,
  example: { share: 0.5, reference: 1, live: 2 },
});

/**
 * Effects in reference standard deviations of faults planted in 160 crops of a satellite map, other crops and half the strength of those that the
 * couplings were read from: blur σ 1, noise σ 8, gain 0.6 and 1.4, JPEG quality 25, contrast 0.6, saturation 0.4, a red cast, motion
 * over 7 pixels, a zoom (which is a blur with other content).
 */
const PLANTED: readonly (readonly [fault: string, leader: string, effects: Readonly<Record<string, number>>])[] = [
  ["blur", "sharpness", { sharpness: -1.2, noise: -1.1, edge_coherence: 0.3 }],
  [
    "noise",
    "noise",
    {
      sharpness: 1.2,
      noise: 1.9,
      entropy: 0.3,
      colourfulness: 0.3,
      hue_spread: 0.3,
      dark_clipping: 0.7,
      edge_coherence: -1.1,
    },
  ],
  [
    "dark",
    "brightness",
    {
      brightness: -0.7,
      contrast: -0.7,
      sharpness: -0.6,
      noise: -0.4,
      entropy: -0.7,
      colourfulness: -0.9,
      dark_clipping: 0.7,
    },
  ],
  [
    "bright",
    "brightness",
    {
      brightness: 0.9,
      contrast: 0.4,
      sharpness: 0.4,
      noise: 0.4,
      entropy: 0.3,
      saturation: -0.8,
      colourfulness: 0.7,
      colour_cast: -0.3,
      dark_clipping: -0.6,
      bright_clipping: 1.3,
    },
  ],
  ["jpeg", "blockiness", { sharpness: -0.5, noise: -1.0, entropy: -0.3, dark_clipping: 0.4, blockiness: 3.8 }],
  [
    "low_contrast",
    "contrast",
    {
      contrast: -0.7,
      sharpness: -0.6,
      noise: -0.4,
      entropy: -0.7,
      saturation: -0.3,
      colourfulness: -0.6,
      hue_spread: -0.6,
      dark_clipping: -0.5,
    },
  ],
  ["grey", "saturation", { saturation: -1.9, colourfulness: -1.4 }],
  ["red_cast", "colour_cast", { colour_cast: 0.5, dark_clipping: 0.5 }],
  ["streak", "edge_coherence", { sharpness: -0.9, noise: -1.0, blockiness: -0.6, edge_coherence: 1.5 }],
  [
    "zoom",
    "sharpness",
    {
      contrast: -0.7,
      sharpness: -1.5,
      noise: -1.4,
      entropy: -0.6,
      colourfulness: -0.5,
      hue_spread: -0.7,
      dark_clipping: -0.3,
      blockiness: -0.7,
    },
  ],
];

describe("statistics that moved together", () => {
  it("are no fault when there are none", () => {
    expect(groupShifts([])).toEqual([]);
  });

  it("are a fault of their own when no other is known to move them", () => {
    const groups = groupShifts([shift("aspect_ratio", 1), shift("sharpness", -2), shift("custom", 0.5)]);
    expect(groups.map(({ leader }) => leader.name)).toEqual(["sharpness", "aspect_ratio", "custom"]);
  });

  it("follow a fault only in the direction that it moves them", () => {
    const [first, second] = groupShifts([shift("sharpness", -2), shift("noise", 1)]);
    expect(first?.leader.name).toBe("sharpness");
    expect(first?.followers).toEqual([]);
    expect(second?.leader.name).toBe("noise");
  });

  it("do not follow a fault that is much weaker than they are", () => {
    const groups = groupShifts([shift("brightness", -0.4), shift("sharpness", -3)]);
    expect(groups.map(({ leader }) => leader.name)).toEqual(["sharpness", "brightness"]);
  });

  it("are each counted once", () => {
    const shifts = ["contrast", "sharpness", "noise", "entropy"].map((name) => shift(name, -1));
    const groups = groupShifts([shift("brightness", -1.2), ...shifts]);
    const names = groups.flatMap(({ leader, followers }) => [leader, ...followers].map(({ name }) => name));
    expect(names.sort()).toEqual(["brightness", "contrast", "entropy", "noise", "sharpness"]);
  });

  it.each(PLANTED)("are reduced to the fault that was planted: %s", (_, leader, effects) => {
    const [first] = groupShifts(Object.entries(effects).map(([name, effect]) => shift(name, effect)));
    expect(first?.leader.name).toBe(leader);
  });
});

describe("a fault of the camera", () => {
  it("is told from new content by the images that moved least", () => {
    expect(touchesAll(shift("sharpness", -2, -1.5))).toBe(true);
    expect(touchesAll(shift("brightness", 2, 0.4))).toBe(false);
  });
});
