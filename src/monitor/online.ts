import type { OnlineAssessment } from "../core/assessment.ts";
import { OnlineAlarm } from "../drift/online-alarm.ts";
import type { Reference } from "../reference/load.ts";
import { type FalseAlarmBudget, imagesPerFalseAlarm } from "./false-alarm-budget.ts";

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
