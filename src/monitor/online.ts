import type { OnlineAssessment } from "../core/assessment.ts";
import { OnlineAlarm } from "../drift/online-alarm.ts";
import type { Reference } from "../reference/load.ts";
import type { FalseAlarmBudget } from "./false-alarm-budget.ts";

const SECONDS_PER_DAY = 86_400;

/** The windows have half of the budget of false alarms, the online alarm the other half. */
export function imagesPerFalseAlarm({ everyDays }: FalseAlarmBudget, imagesPerSecond: number): number {
  return 2 * everyDays * SECONDS_PER_DAY * imagesPerSecond;
}

export function onlineAlarm(reference: Reference, budget: FalseAlarmBudget): OnlineAlarm {
  const { projection, online: limits } = reference;
  return new OnlineAlarm({
    projection,
    limits,
    imagesPerFalseAlarm: imagesPerFalseAlarm(budget, budget.imagesPerSecond),
  });
}

export function summariseOnline({ value, alarming, alarms, step }: OnlineAlarm): OnlineAssessment {
  return { value, alarming, alarms, ...(step !== undefined && { stepImages: step }) };
}
