import type { Config } from "../config/config.ts";
import { levelOfOneLook } from "../monitor/false-alarm-budget.ts";
import type { Reference } from "../reference/load.ts";

const SECONDS_PER_DAY = 86_400;

/**
 * Probability of a false alarm that one signal of one look may have: what the monitor leaves for it of the configured budget
 * (monitor/assess-window.ts). Half of the budget is the online alarm's.
 */
export function signalLevel({ drift, windows, sampling }: Config, reference: Reference): number {
  const everyDays = (2 * drift.falseAlarmEvery) / SECONDS_PER_DAY;
  const look = levelOfOneLook(windows, { everyDays, imagesPerSecond: sampling.imagesPerSecond });
  const signals = [...reference.detectors.values()].flatMap((detector) => detector.compare(reference.profile, 0.05));
  return look / Math.max(1, signals.length);
}
