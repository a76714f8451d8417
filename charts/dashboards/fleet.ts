import type { Board } from "./dashboard.ts";
import { BAD, CALM, GOOD, type Row, rising, stat, stateTimeline, table, timeseries } from "./panel.ts";
import {
  CLUSTER,
  FIRING,
  IN_NAMESPACE,
  NAMESPACE,
  PLACE,
  RECORDED,
  VERDICT_NAMES,
  WINDOW,
  worstVerdict,
} from "./selectors.ts";

const RECORDED_HERE = `${IN_NAMESPACE}, ${RECORDED}`;
const firing = (more: string): string => `ALERTS{alertname=~"Vision.+", alertstate="firing", ${more}${IN_NAMESPACE}}`;
const orNone = (count: string): string => `count(${count}) or vector(0)`;
const NAME = "{{namespace}} {{model}}";

const NOW: Row = {
  title: "Who is ill?",
  panels: [
    stat(
      { title: "Models", description: "Models that report to this Prometheus.", unit: "none" },
      { models: `count(count by (${PLACE}) (vision_model_info{${IN_NAMESPACE}}))` },
    ),
    stat(
      {
        title: "Surely below their floor",
        description: "Models whose whole 95 % interval of realised accuracy lies below their floor.",
        unit: "none",
      },
      {
        models: orNone(
          `max by (${PLACE}) (model_version:vision_accuracy:upper{${RECORDED_HERE}} + model_version:vision_label_selection:ratio{${RECORDED_HERE}}) < on (${PLACE}) max by (${PLACE}) (vision_accuracy_floor_ratio{${IN_NAMESPACE}})`,
        ),
      },
      {
        steps: [
          { color: GOOD, value: null },
          { color: BAD, value: 1 },
        ],
      },
    ),
    stat(
      {
        title: "Drifting",
        description: "Models of which a replica sees drift or new content in one of its windows.",
        unit: "none",
      },
      {
        models: orNone(
          `max by (${PLACE}) (vision_window_verdict{verdict=~"drifting|new_content", ${IN_NAMESPACE}}) == 1`,
        ),
      },
      { steps: rising(1) },
    ),
    stat(
      { title: "Critical alerts", description: "Alerts of severity critical that fire now.", unit: "none" },
      { alerts: orNone(firing('severity="critical", ')) },
      {
        steps: [
          { color: GOOD, value: null },
          { color: BAD, value: 1 },
        ],
      },
    ),
    stat(
      { title: "Warnings", description: "Alerts of severity warning that fire now.", unit: "none" },
      { alerts: orNone(firing('severity="warning", ')) },
      { steps: rising(1) },
    ),
    stat(
      { title: "Replicas of the monitor", description: "Monitors that answer scrapes.", unit: "none" },
      { replicas: `count(vision_build_info{${IN_NAMESPACE}})` },
      { steps: [{ color: CALM, value: null }] },
    ),
    table(
      {
        title: "Every model",
        description:
          "One line a model over all its replicas, in the chosen window. The verdict is the worst of its replicas' own windows.",
        unit: "short",
      },
      {
        verdict: worstVerdict(PLACE, IN_NAMESPACE),
        accuracy: `min by (${PLACE}) (model_version:vision_accuracy:corrected_ratio{${RECORDED_HERE}})`,
        estimated: `min by (${PLACE}) (model_version:vision_estimated_accuracy:ratio{${RECORDED_HERE}})`,
        floor: `max by (${PLACE}) (vision_accuracy_floor_ratio{${IN_NAMESPACE}})`,
        "largest PSI": `max by (${PLACE}) (model_reference_statistic:vision_image_statistic:psi{${RECORDED_HERE}})`,
        "unlike the reference": `max by (${PLACE}) (model_reference:vision_drifting_images:ratio{${RECORDED_HERE}})`,
        images: `sum by (${PLACE}) (model_reference:vision_images:count{${RECORDED_HERE}})`,
        labels: `sum by (${PLACE}) (model_version:vision_labelled_predictions:count{${RECORDED_HERE}})`,
      },
      {
        decimals: 2,
        names: VERDICT_NAMES,
        columns: {
          accuracy: "percentunit",
          estimated: "percentunit",
          floor: "percentunit",
          "unlike the reference": "percentunit",
        },
        links: [
          {
            title: "Open the model",
            url: "/d/vision-model?var-namespace=${__data.fields.namespace}&var-model=${__data.fields.model}&${__url_time_range}",
          },
        ],
      },
    ),
    stateTimeline(
      { title: "Verdicts", description: "Worst verdict of each model over time.", unit: "none" },
      { [NAME]: worstVerdict(PLACE, IN_NAMESPACE) },
      { names: VERDICT_NAMES },
    ),
  ],
};

const QUALITY: Row = {
  title: "Are they still right?",
  panels: [
    timeseries(
      {
        title: "Realised accuracy",
        description: "From labels, corrected for which images got labels.",
        unit: "percentunit",
      },
      { [NAME]: `min by (${PLACE}) (model_version:vision_accuracy:corrected_ratio{${RECORDED_HERE}})` },
      { width: 12, max: 1 },
    ),
    timeseries(
      {
        title: "Estimated accuracy",
        description: "From calibrated confidence, without labels. It cannot see new content.",
        unit: "percentunit",
      },
      { [NAME]: `min by (${PLACE}) (model_version:vision_estimated_accuracy:ratio{${RECORDED_HERE}})` },
      { width: 12, max: 1 },
    ),
  ],
};

const DRIFT: Row = {
  title: "Are their images still like the reference?",
  panels: [
    timeseries(
      {
        title: "Largest population stability index",
        description:
          "Of the image statistic that moved most. It counts above 0.1 and only when significant, which the alerts see to.",
        unit: "none",
      },
      { [NAME]: `max by (${PLACE}) (model_reference_statistic:vision_image_statistic:psi{${RECORDED_HERE}})` },
      { min: 0 },
    ),
    timeseries(
      {
        title: "Images unlike the reference",
        description: "Share of images that are unusual on their own; 1 % is expected.",
        unit: "percentunit",
      },
      { [NAME]: `max by (${PLACE}) (model_reference:vision_drifting_images:ratio{${RECORDED_HERE}})` },
      { min: 0 },
    ),
    timeseries(
      {
        title: "Distance of the class mix",
        description: "Jensen-Shannon distance between the predicted classes and those of the reference.",
        unit: "none",
      },
      { [NAME]: `max by (${PLACE}) (model_reference:vision_predictions:js_distance{${RECORDED_HERE}})` },
      { min: 0 },
    ),
  ],
};

const ALERTING: Row = {
  title: "What fires?",
  panels: [
    timeseries(
      { title: "Alerts by severity", description: "Alerts of the chart that fire.", unit: "none" },
      {
        critical: orNone(firing('severity="critical", ')),
        warning: orNone(firing('severity="warning", ')),
        info: orNone(firing('severity="info", ')),
      },
      { width: 12, min: 0, decimals: 0 },
    ),
    timeseries(
      { title: "Images analysed", description: "By model, over all replicas.", unit: "ops" },
      { [NAME]: `sum by (${PLACE}) (rate(vision_images_analysed_total{${IN_NAMESPACE}}[$__rate_interval]))` },
      { width: 12, min: 0 },
    ),
  ],
};

export const FLEET: Board = {
  uid: "vision-fleet",
  title: "Vision models: fleet",
  description: "All computer-vision models that are monitored: which one is ill. Needs the recording rules.",
  variables: [CLUSTER, NAMESPACE, WINDOW],
  annotations: [FIRING],
  rows: [NOW, QUALITY, DRIFT, ALERTING],
};
