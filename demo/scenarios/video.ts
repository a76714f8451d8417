import { CLEAR, PanningCamera } from "../camera.ts";
import { alarmWithin, quietOnline, quietWindows, topCause, verdict } from "../expectations.ts";
import type { Scenario } from "../scenario.ts";
import {
  CAUSE,
  DRIFTING_IMAGES,
  DRIFTING_LOOKS,
  FIRST_ALARM,
  FRAMES,
  ONLINE_ALARMS,
  PHASE,
  STEP,
  TRUTH,
  VERDICT,
} from "../table.ts";

/** Fog grows for a quarter of its phase, and one frame in 60 is looked at: ten pictures of their own. */
const ALARM_WITHIN_SECONDS = 24;

/** A video: a frame is nearly the one before, so there are far fewer pictures than frames. */
export const video: Scenario = {
  name: "video",
  story: "25 frames a second that look alike: no false alarm, and an alarm within seconds when the lens fogs",
  config: "video.yaml",
  requestsPerSecond: 25,
  openCamera: (tiles, imagery, random) => new PanningCamera(tiles, imagery, random),
  openLabelDesk: () => () => undefined,
  columns: [PHASE, TRUTH, FRAMES, STEP, ONLINE_ALARMS, DRIFTING_LOOKS, FIRST_ALARM, VERDICT, CAUSE, DRIFTING_IMAGES],
  phases: [
    {
      name: "quiet",
      story: "the view creeps over the land and turns elsewhere every second",
      seconds: 75,
      scene: CLEAR,
      expected: [quietOnline, quietWindows],
    },
    {
      name: "fog",
      story: "the lens fogs within seconds",
      seconds: 32,
      scene: { ...CLEAR, fog: 0.6 },
      expected: [alarmWithin(ALARM_WITHIN_SECONDS), verdict("drifting", "accuracy_below_floor"), topCause("statistic")],
    },
  ],
};
