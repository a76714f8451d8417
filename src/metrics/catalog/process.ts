/** The process itself: build, configuration, log, state. */
export const PROCESS_METRICS = {
  build: {
    name: "vision_build_info",
    type: "gauge",
    labels: ["version", "revision", "nodeversion"],
    help: "Always 1; the labels tell what runs.",
  },
  reloadSuccessful: {
    name: "vision_config_last_reload_successful",
    type: "gauge",
    labels: [],
    help: "1 when the last attempt to read the configuration succeeded, else 0.",
  },
  reloadTime: {
    name: "vision_config_last_reload_success_timestamp_seconds",
    type: "gauge",
    labels: [],
    unit: "seconds",
    help: "Time of the last successful read of the configuration, Unix time.",
  },
  logMessages: {
    name: "vision_log_messages_total",
    type: "counter",
    labels: ["level"],
    help: "Log messages, those held back as repeats among them.",
  },
  seriesFolded: {
    name: "vision_series_folded_total",
    type: "counter",
    labels: ["metric"],
    help: 'Label sets of a metric that were summed under "other" or left out, since there are too many of them (metrics.maxClasses, metrics.maxSeries).',
  },
  snapshotTime: {
    name: "vision_state_last_snapshot_timestamp_seconds",
    type: "gauge",
    labels: [],
    unit: "seconds",
    help: "Time of the last successful save of the state, Unix time. Absent without a state directory and before the first save.",
  },
  snapshotFailures: {
    name: "vision_state_snapshot_failures_total",
    type: "counter",
    labels: [],
    help: "Saves of the state that failed.",
  },
  snapshotsRejected: {
    name: "vision_state_snapshots_rejected_total",
    type: "counter",
    labels: ["reason"],
    help: "State files not taken up at the start, so that sums began at zero or at an older save.",
  },
  storeErrors: {
    name: "vision_store_errors_total",
    type: "counter",
    labels: ["reason"],
    help: "Failed reads and writes of the store of predictions that wait for labels (no_space: too little room on the disk; failed: anything else).",
  },
  predictionsEvicted: {
    name: "vision_predictions_evicted_total",
    type: "counter",
    labels: ["model", "reason"],
    help: "Predictions forgotten, labelled or not, once for each of their ids (age: labels.keepPredictions, size: labels.maxPredictions, bytes: state.maxBytes, backlog: 10,000 others waited for the disk, so it was counted but not kept).",
  },
  stateDegraded: {
    name: "vision_state_degraded",
    type: "gauge",
    labels: [],
    help: "1 while what should be on disk is kept in memory only or not at all: the state directory cannot be used, is full, or the last save failed; else 0. Absent without a state directory.",
  },
} as const;
