import { type Row, stat, timeseries } from "./panel.ts";
import { estimated, OF_MODEL, RECORDED_OF_MODEL, recorded } from "./selectors.ts";

const corrected = (bound: "lower" | "upper"): string =>
  `model_version:vision_accuracy:${bound}{${RECORDED_OF_MODEL}} + model_version:vision_label_selection:ratio{${RECORDED_OF_MODEL}}`;
const FLOOR = `max(vision_accuracy_floor_ratio{${OF_MODEL}})`;

export const QUALITY: Row = {
  title: "Is the model still right?",
  panels: [
    timeseries(
      {
        title: "Accuracy from labels",
        description:
          "Labels that arrived in the window. The band is the 95 % interval of the corrected accuracy; naive is the plain share of right ones among the labelled.",
        unit: "percentunit",
      },
      {
        corrected: recorded("model_version:vision_accuracy:corrected_ratio"),
        lower: corrected("lower"),
        upper: corrected("upper"),
        naive: recorded("model_version:vision_accuracy:ratio"),
        floor: FLOOR,
        reference: `max(vision_reference_accuracy_ratio{${OF_MODEL}})`,
      },
      { width: 12, max: 1, band: ["lower", "upper"], dashed: ["floor", "reference"] },
    ),
    timeseries(
      {
        title: "Accuracy without labels",
        description:
          "Average of the replicas' estimates with its 90 % interval, and CBPE from the counters as a second opinion. A gap: new content, no number can be trusted.",
        unit: "percentunit",
      },
      {
        estimate: estimated(""),
        lower: estimated("_lower"),
        upper: estimated("_upper"),
        CBPE: recorded("model_version:vision_estimated_accuracy:ratio"),
        floor: FLOOR,
      },
      { width: 12, max: 1, band: ["lower", "upper"], dashed: ["floor"] },
    ),
    timeseries(
      {
        title: "Recall by class",
        description: "Labelled images of each class that the model got right.",
        unit: "percentunit",
      },
      { "{{class}}": recorded("model_version_class:vision_recall:ratio") },
      { max: 1 },
    ),
    timeseries(
      {
        title: "Estimate less truth",
        description:
          "What the confidence promised for the labelled images, less what came true. Far from 0: do not trust the estimate.",
        unit: "percentunit",
      },
      {
        "version {{model_version}}": `${recorded("model_version:vision_labelled_estimated_accuracy:ratio")} - ${recorded("model_version:vision_accuracy:ratio")}`,
      },
    ),
    timeseries(
      {
        title: "Labels",
        description: "Labelled predictions in the window. Fewer than a hundred say little.",
        unit: "short",
      },
      { "version {{model_version}}": recorded("model_version:vision_labelled_predictions:count") },
      { min: 0 },
    ),
  ],
};

export const LABELS: Row = {
  title: "Do labels come?",
  panels: [
    timeseries(
      {
        title: "Labels received",
        description: "By what became of them. Unmatched ones have no prediction here.",
        unit: "ops",
      },
      { "{{result}}": `sum by (result) (rate(vision_labels_total{${OF_MODEL}}[$__rate_interval]))` },
      { min: 0 },
    ),
    timeseries(
      { title: "Delay", description: "From a prediction to its label.", unit: "s" },
      {
        "half come within": `histogram_quantile(0.5, sum by (le) (rate(vision_label_delay_seconds_bucket{${OF_MODEL}}[$__rate_interval])))`,
        "95 % come within": `histogram_quantile(0.95, sum by (le) (rate(vision_label_delay_seconds_bucket{${OF_MODEL}}[$__rate_interval])))`,
      },
      { min: 0 },
    ),
    timeseries(
      {
        title: "Predictions that wait",
        description: "Predictions without a label so far, over all replicas.",
        unit: "short",
      },
      { waiting: `sum(vision_predictions_awaiting_label{${OF_MODEL}})` },
      { width: 4, min: 0 },
    ),
    stat(
      { title: "Newest label", description: "When the newest label came.", unit: "dateTimeFromNow" },
      { newest: `1000 * max(vision_last_label_timestamp_seconds{${OF_MODEL}})` },
      { height: 8 },
    ),
  ],
};
