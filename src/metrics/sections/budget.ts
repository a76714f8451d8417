import { BUDGET_METRICS } from "../catalog/budget.ts";
import type { Scrape } from "../scrape.ts";
import type { Sheet } from "../sheet.ts";

export function writeBudget(sheet: Sheet, { assessment: { alarmBudget, reference, windows } }: Scrape): void {
  if (!reference.loaded) return;
  sheet.set(BUDGET_METRICS.span, {}, alarmBudget?.spanSeconds);
  sheet.set(BUDGET_METRICS.watched, {}, alarmBudget?.watchedSeconds);
  sheet.set(BUDGET_METRICS.alarms, {}, alarmBudget?.alarms);
  sheet.set(BUDGET_METRICS.expected, {}, alarmBudget?.expectedFalseAlarms);
  sheet.set(BUDGET_METRICS.chance, {}, alarmBudget?.chanceRatio);
  for (const { window, signalLevel, referenceTooSmall } of windows) {
    sheet.set(BUDGET_METRICS.level, { window }, signalLevel);
    if (referenceTooSmall !== undefined) {
      sheet.set(BUDGET_METRICS.referenceTooSmall, { window }, Number(referenceTooSmall));
    }
  }
}
