import { shuffled } from "../../src/core/random.ts";
import { CLEAR, TileCamera } from "../camera.ts";
import {
  correctedFollows,
  estimateFalls,
  estimateFollows,
  labelsJoined,
  noLabels,
  remembered,
  topCause,
  verdict,
} from "../expectations.ts";
import type { Scenario } from "../scenario.ts";
import { AWAITING, CORRECTED, ESTIMATED, LABELLED, PHASE, REALISED, TRUTH, VERDICT } from "../table.ts";

const REPORTED = 60;
const REPORTED_AGE_SECONDS = 21 * 86_400;
const LONG_WINDOW = "30d";

/** Garbage sorting: nobody labels what is on the belt; weeks later a sample is gone through by hand. */
export const sorting: Scenario = {
  name: "sorting",
  story: "labels come weeks late, after a restart: until then the estimate stands alone",
  config: "sorting.yaml",
  requestsPerSecond: 12,
  openCamera: (tiles, _imagery, random) => new TileCamera(tiles, random),
  openLabelDesk: () => () => undefined,
  columns: [PHASE, TRUTH, REALISED, ESTIMATED, CORRECTED, LABELLED, AWAITING, VERDICT],
  phases: [
    {
      name: "three weeks ago",
      story: `${REPORTED} predictions of three weeks ago are reported, each with its time, as after an outage`,
      seconds: 0,
      act: ({ traffic }) => traffic.report(CLEAR, REPORTED, REPORTED_AGE_SECONDS),
      window: LONG_WINDOW,
      expected: [noLabels],
    },
    {
      name: "normal",
      story: "today's belt; nobody labels it",
      seconds: 30,
      scene: CLEAR,
      expected: [verdict("ok"), noLabels, estimateFollows],
    },
    {
      name: "fog",
      story: "dust on the lens; nobody labels that either",
      seconds: 30,
      scene: { ...CLEAR, fog: 0.6 },
      expected: [verdict("drifting", "accuracy_below_floor"), topCause("statistic"), noLabels, estimateFalls],
    },
    {
      name: "restart",
      story: "the sidecar is killed and started again",
      seconds: 0,
      act: (stage) => stage.restart(),
      window: LONG_WINDOW,
      expected: [noLabels, remembered],
    },
    {
      name: "labels",
      story: "the labels of everything from before the restart come, in any order; some are three weeks late",
      seconds: 0,
      act: ({ traffic, random }) => traffic.sendLabels(shuffled(traffic.answers, random)),
      window: LONG_WINDOW,
      expected: [labelsJoined, correctedFollows],
    },
  ],
};
