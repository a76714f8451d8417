import type { Board } from "./dashboard.ts";
import { type Row, rising, stat, timeseries } from "./panel.ts";
import { CLUSTER, FIRING, IN_NAMESPACE, JOB, NAMESPACE } from "./selectors.ts";

const HERE = `${IN_NAMESPACE}, job=~"$job", instance=~"$instance"`;
const perSecond = (labels: string, metric: string): string =>
  `sum by (${labels}) (rate(${metric}{${HERE}}[$__rate_interval]))`;
const total = (metric: string): string => `sum(rate(${metric}{${HERE}}[$__rate_interval]))`;
const INSTANCE = "{{instance}}";

const HEALTH: Row = {
  title: "Does the monitor live?",
  panels: [
    stat(
      { title: "Up", description: "Monitors that answer scrapes, of those that should.", unit: "percentunit" },
      { up: `count(vision_build_info{${HERE}}) / count(up{${HERE}})` },
      { max: 1 },
    ),
    stat(
      {
        title: "Reference loaded",
        description: "Share of the replicas with a reference. Without one nothing can drift.",
        unit: "percentunit",
      },
      { loaded: `avg(vision_reference_loaded{${HERE}})` },
    ),
    stat(
      {
        title: "Tap connected",
        description: "Share of the replicas whose tap reported within the last seconds. Empty without a tap.",
        unit: "percentunit",
      },
      { connected: `avg(vision_tap_connected{${HERE}})` },
    ),
    stat(
      {
        title: "Images lost",
        description: "Selected images that were not analysed, of those selected.",
        unit: "percentunit",
      },
      { lost: `1 - ${total("vision_images_analysed_total")} / (${total("vision_images_selected_total")} > 0)` },
      { decimals: 1, steps: rising(0.1, 0.5) },
    ),
    stat(
      {
        title: "State saved",
        description: "When the oldest of the replicas' states was saved. Empty without a state directory.",
        unit: "dateTimeFromNow",
      },
      { saved: `1000 * min(vision_state_last_snapshot_timestamp_seconds{${HERE}})` },
    ),
    stat(
      {
        title: "Versions",
        description: "Different builds that run. More than one during a rollout only.",
        unit: "none",
      },
      { versions: `count(count by (version) (vision_build_info{${HERE}}))` },
      { steps: rising(2) },
    ),
    timeseries(
      { title: "CPU", description: "Processor seconds a second.", unit: "none" },
      { [INSTANCE]: perSecond("instance", "process_cpu_seconds_total") },
      { min: 0 },
    ),
    timeseries(
      { title: "Memory", description: "Resident memory of the analyser.", unit: "bytes" },
      { [INSTANCE]: `max by (instance) (process_resident_memory_bytes{${HERE}})` },
      { min: 0 },
    ),
    timeseries(
      {
        title: "Event loop",
        description: "How late the event loop was, 99 % of the time. Above half a second scrapes suffer.",
        unit: "s",
      },
      { [INSTANCE]: `max by (instance) (nodejs_eventloop_lag_p99_seconds{${HERE}})` },
      { min: 0 },
    ),
  ],
};

const FUNNEL: Row = {
  title: "Does it see the traffic?",
  panels: [
    timeseries(
      { title: "Images", description: "Seen in traffic, selected for analysis, analysed.", unit: "ops" },
      {
        seen: total("vision_images_seen_total"),
        selected: total("vision_images_selected_total"),
        analysed: total("vision_images_analysed_total"),
      },
      { min: 0 },
    ),
    timeseries(
      {
        title: "Images not analysed",
        description: "By reason. queue_full and rate_limit are by design; the others need a look.",
        unit: "ops",
      },
      { "{{reason}}": perSecond("reason", "vision_images_dropped_total") },
      { min: 0 },
    ),
    timeseries(
      {
        title: "Answers not used",
        description: "Exchanges that gave no inference, and predictions that could not be used, by reason.",
        unit: "ops",
      },
      {
        "exchange: {{reason}}": perSecond("reason", "vision_exchanges_dropped_total"),
        "prediction: {{reason}}": perSecond("reason", "vision_predictions_rejected_total"),
      },
      { min: 0 },
    ),
    timeseries(
      {
        title: "Queue",
        description: "Images that wait, of those that may. Near 1: images are dropped.",
        unit: "percentunit",
      },
      { [INSTANCE]: `max by (instance) (vision_queue_length{${HERE}} / vision_queue_capacity{${HERE}})` },
      { min: 0, max: 1 },
    ),
    timeseries(
      {
        title: "Time of a stage",
        description: "95 % of the images (decode, embed) or of the assessments (assess) took less.",
        unit: "s",
      },
      {
        "{{stage}}": `histogram_quantile(0.95, sum by (le, stage) (rate(vision_stage_duration_seconds_bucket{${HERE}}[$__rate_interval])))`,
      },
      { min: 0 },
    ),
    timeseries(
      { title: "Labels", description: "Received, by what became of them.", unit: "ops" },
      { "{{result}}": perSecond("result", "vision_labels_total") },
      { min: 0 },
    ),
  ],
};

const TAP: Row = {
  title: "Does the tap forward?",
  panels: [
    timeseries(
      { title: "Connections", description: "Open through the tap.", unit: "short" },
      { [INSTANCE]: `sum by (instance) (vision_tap_open_connections{${HERE}})` },
      { width: 6, min: 0 },
    ),
    timeseries(
      { title: "Bytes forwarded", description: "Requests and answers through the tap.", unit: "Bps" },
      { "{{direction}}": perSecond("direction", "vision_tap_forwarded_bytes_total") },
      { width: 6, min: 0 },
    ),
    timeseries(
      {
        title: "Model not reached",
        description:
          "Connections closed because the model server could not be reached: the model's trouble, not the monitor's.",
        unit: "ops",
      },
      { failures: total("vision_tap_upstream_failures_total") },
      { width: 6, min: 0 },
    ),
    timeseries(
      {
        title: "Not captured",
        description:
          "Connections in a protocol that is only forwarded, captures given up, and records that the analyser did not take, by reason.",
        unit: "ops",
      },
      {
        "opaque: {{reason}}": perSecond("reason", "vision_tap_opaque_connections_total"),
        "capture: {{reason}}": perSecond("reason", "vision_tap_captures_dropped_total"),
        "link: {{reason}}": perSecond("reason", "vision_tap_link_dropped_total"),
      },
      { width: 6, min: 0 },
    ),
  ],
};

const STATE: Row = {
  title: "Does it forget anything?",
  panels: [
    timeseries(
      {
        title: "State",
        description:
          "Saves that failed, state files refused at a start, failed reads and writes of the label store, and replicas whose state does not reach the disk.",
        unit: "ops",
      },
      {
        "saves failed": total("vision_state_snapshot_failures_total"),
        "files refused": total("vision_state_snapshots_rejected_total"),
        "store errors": total("vision_store_errors_total"),
        degraded: `sum(vision_state_degraded{${HERE}})`,
      },
      { width: 6, min: 0 },
    ),
    timeseries(
      {
        title: "Oldest prediction that waits",
        description:
          "Age of the oldest prediction that waits for its label, of the replica that forgets soonest: a label that comes later finds nothing.",
        unit: "s",
      },
      { oldest: `min(vision_oldest_prediction_awaiting_label_age_seconds{${HERE}})` },
      { width: 6, min: 0 },
    ),
    timeseries(
      { title: "Predictions forgotten", description: "Without a label: too old, or too many.", unit: "ops" },
      { "{{reason}}": perSecond("reason", "vision_predictions_evicted_total") },
      { width: 6, min: 0 },
    ),
    timeseries(
      {
        title: "Series folded",
        description: "Label sets summed under other, or left out. Raise metrics.maxClasses if it matters.",
        unit: "short",
      },
      { "{{metric}}": `max by (metric) (increase(vision_series_folded_total{${HERE}}[$__rate_interval]))` },
      { width: 6, min: 0 },
    ),
    timeseries(
      { title: "Log messages", description: "By level.", unit: "ops" },
      { "{{level}}": perSecond("level", "vision_log_messages_total") },
      { width: 6, min: 0 },
    ),
  ],
};

export const PIPELINE: Board = {
  uid: "vision-pipeline",
  title: "Vision models: the monitor itself",
  description: "Whether the monitor sees, keeps up and keeps what it knows. Needs no recording rules.",
  variables: [
    CLUSTER,
    NAMESPACE,
    JOB,
    {
      name: "instance",
      label: "Instance",
      values: `label_values(vision_build_info{${IN_NAMESPACE}, job=~"$job"}, instance)`,
      multi: true,
      all: ".+",
    },
  ],
  annotations: [FIRING],
  rows: [HEALTH, FUNNEL, TAP, STATE],
};
