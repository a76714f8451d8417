import type { Random } from "../../src/core/random.ts";
import { CLEAR, TileCamera } from "../camera.ts";
import { correctedFollows, labelsAloneMislead, verdict } from "../expectations.ts";
import type { Scenario } from "../scenario.ts";
import { CAUSE, CORRECTED, LABELLED, LABELS_ALONE, PHASE, RESTS_ON_LABELS, TRUTH, VERDICT } from "../table.ts";
import type { LabelDesk } from "../traffic.ts";

/** Share of parts that are taken off the line, the least sure ones. */
const DOUBTFUL_RATIO = 0.2;
/** Share of the others that are checked all the same: what the model is wrongly sure of shows only there. */
const CHECKED_RATIO = 0.03;
/** The operator stands at the line. */
const LABEL_DELAY_SECONDS = 1;
/** By so much the labels alone understate the accuracy, at least: normal traffic has half a dozen wrong answers, and on another day two. */
const MISLEADING_RATIO = 0.02;
/** What counts as unsure is read off so many answers. */
const REMEMBERED = 100;

/** Quality inspection: labels come fast, but only for the parts that the model is least sure of. */
export const inspection: Scenario = {
  name: "inspection",
  story: "only the doubtful parts are looked at, so the labels alone look far worse than the model is",
  config: "inspection.yaml",
  requestsPerSecond: 12,
  openCamera: (tiles, _imagery, random) => new TileCamera(tiles, random),
  openLabelDesk: operator,
  columns: [PHASE, TRUTH, LABELS_ALONE, CORRECTED, LABELLED, RESTS_ON_LABELS, VERDICT, CAUSE],
  phases: [
    {
      name: "normal",
      story: "the line as it was when the model was proven",
      seconds: 30,
      scene: CLEAR,
      expected: [verdict("ok"), labelsAloneMislead(MISLEADING_RATIO), correctedFollows],
    },
    {
      name: "lens mists",
      story: "steam on the lens",
      seconds: 30,
      scene: { ...CLEAR, fog: 0.5 },
      expected: [verdict("drifting", "accuracy_below_floor"), labelsAloneMislead(MISLEADING_RATIO), correctedFollows],
    },
    {
      name: "lens dirty",
      story: "nobody wipes it",
      seconds: 30,
      scene: { ...CLEAR, fog: 0.8 },
      expected: [verdict("drifting", "accuracy_below_floor"), labelsAloneMislead(MISLEADING_RATIO), correctedFollows],
    },
  ],
};

function operator(random: Random): LabelDesk {
  const confidences: number[] = [];
  return ({ scores }) => {
    const confidence = Math.max(...scores);
    const sorted = confidences.slice(-REMEMBERED).sort((a, b) => a - b);
    confidences.push(confidence);
    const limit = sorted[Math.floor(DOUBTFUL_RATIO * sorted.length)] ?? 0;
    return confidence < limit || random.next() < CHECKED_RATIO ? LABEL_DELAY_SECONDS : undefined;
  };
}
