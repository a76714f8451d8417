import { CLEAR, TileCamera } from "../camera.ts";
import { estimateFalls, estimateFollows, estimateWithheld, topCause, verdict } from "../expectations.ts";
import type { Scenario } from "../scenario.ts";
import { CAUSE, DRIFTING_IMAGES, ESTIMATED, PHASE, REALISED, TRUTH, VERDICT } from "../table.ts";

const LABELLED_RATIO = 0.3;
const LABEL_DELAY_SECONDS = { least: 2, most: 8 };

export const satellite: Scenario = {
  name: "satellite",
  story: "five things that happen to a satellite's camera; a part of the labels comes, seconds late",
  config: "satellite.yaml",
  requestsPerSecond: 12,
  openCamera: (tiles, _imagery, random) => new TileCamera(tiles, random),
  openLabelDesk(random) {
    const { least, most } = LABEL_DELAY_SECONDS;
    return () => (random.next() < LABELLED_RATIO ? least + random.next() * (most - least) : undefined);
  },
  columns: [PHASE, TRUTH, REALISED, ESTIMATED, VERDICT, CAUSE, DRIFTING_IMAGES],
  phases: [
    {
      name: "normal",
      story: "the usual mix of clear pictures",
      seconds: 30,
      scene: CLEAR,
      expected: [verdict("ok"), estimateFollows],
    },
    {
      name: "fog",
      story: "water creeps over the lens: blur grows, contrast falls",
      seconds: 30,
      scene: { ...CLEAR, fog: 0.6 },
      expected: [verdict("drifting", "accuracy_below_floor"), topCause("statistic"), estimateFalls],
    },
    {
      name: "normal again",
      story: "the lens is clean",
      seconds: 30,
      scene: CLEAR,
      expected: [verdict("ok"), estimateFollows],
    },
    {
      name: "new class",
      story: "every third picture shows polar ice, a class nobody trained on",
      seconds: 30,
      scene: { ...CLEAR, iceRatio: 0.35 },
      expected: [verdict("new_content", "accuracy_below_floor"), topCause("new_region"), estimateWithheld],
    },
    {
      name: "class mix",
      story: "the satellite flies over the ocean: the mix changes, the model stays right",
      seconds: 30,
      scene: { ...CLEAR, mix: { cloudy: 0.15, desert: 0.03, green_area: 0.04, water: 0.78 } },
      expected: [verdict("drifting"), topCause("class_mix"), estimateFollows],
    },
  ],
};
