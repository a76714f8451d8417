/** What was spent of the false alarms that are allowed, and how strict each look is. */
export const BUDGET_METRICS = {
  span: {
    name: "vision_alarm_budget_span_seconds",
    type: "gauge",
    labels: ["model", "reference"],
    help: "One false alarm is allowed in this time (drift.falseAlarmEvery).",
  },
  watched: {
    name: "vision_alarm_budget_watched_seconds",
    type: "gauge",
    labels: ["model", "reference"],
    help: "Time of the last span in which windows were tested.",
  },
  alarms: {
    name: "vision_alarm_budget_alarms",
    type: "gauge",
    labels: ["model", "reference"],
    help: "Drift alarms raised in the last span by windows and online alarm together; one that comes back on the same images counts once.",
  },
  expected: {
    name: "vision_alarm_budget_expected_false_alarms",
    type: "gauge",
    labels: ["model", "reference"],
    help: "How many of them chance raises at most, on average.",
  },
  chance: {
    name: "vision_alarm_budget_chance_ratio",
    type: "gauge",
    labels: ["model", "reference"],
    help: "Probability that chance alone raises so many drift alarms or more in the last span, 0 to 1.",
  },
  level: {
    name: "vision_window_signal_level_ratio",
    type: "gauge",
    labels: ["model", "reference", "window"],
    help: "Probability of a false alarm that one signal has at the last look, as the budget allows. Absent when nothing was tested.",
  },
  referenceTooSmall: {
    name: "vision_window_reference_too_small",
    type: "gauge",
    labels: ["model", "reference", "window"],
    help: "1 when the window holds more independent images than half of the reference's, so that its false alarms may be far from what was asked.",
  },
} as const;
