import type { OnlineAssessment } from "../core/assessment.ts";
import { OnlineAlarm } from "../drift/online-alarm.ts";
import type { Reference } from "../reference/load.ts";
import type { FalseAlarmBudget } from "./false-alarm-budget.ts";

const SECONDS_PER_DAY = 86_400;

/** The windows have half of the budget of false alarms, the online alarm the other half. */
export function onlineAlarm(reference: Reference, { everyDays, imagesPerSecond }: FalseAlarmBudget): OnlineAlarm {
  const imagesPerFalseAlarm = 2 * everyDays * SECONDS_PER_DAY * imagesPerSecond;
  return new OnlineAlarm({ projection: reference.projection, limits: reference.online, imagesPerFalseAlarm });
}

export function summariseOnline({ value, alarming, alarms, step }: OnlineAlarm): OnlineAssessment {
  return { value, alarming, alarms, ...(step !== undefined && { stepImages: step }) };
}
