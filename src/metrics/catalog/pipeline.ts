/** What the analyser did with the traffic it got. */
export const PIPELINE_METRICS = {
  exchanges: {
    name: "vision_exchanges_total",
    type: "counter",
    labels: ["model"],
    help: "Requests with their answers that reached the analyser.",
  },
  exchangesDropped: {
    name: "vision_exchanges_dropped_total",
    type: "counter",
    labels: ["model", "reason"],
    help: "Requests with their answers that gave no inference.",
  },
  predictionsRejected: {
    name: "vision_predictions_rejected_total",
    type: "counter",
    labels: ["model", "reason"],
    help: "Answers whose prediction could not be used. Their image is analysed all the same.",
  },
  imagesSeen: {
    name: "vision_images_seen_total",
    type: "counter",
    labels: ["model"],
    help: "Inferences seen, sampled or not.",
  },
  imagesSelected: {
    name: "vision_images_selected_total",
    type: "counter",
    labels: ["model"],
    help: "Images selected for analysis.",
  },
  imagesAnalysed: {
    name: "vision_images_analysed_total",
    type: "counter",
    labels: ["model"],
    help: "Images decoded, embedded and recorded.",
  },
  imagesDropped: {
    name: "vision_images_dropped_total",
    type: "counter",
    labels: ["model", "reason"],
    help: "Images that were not analysed although they were there or selected.",
  },
  lastImage: {
    name: "vision_last_image_timestamp_seconds",
    type: "gauge",
    labels: ["model"],
    unit: "seconds",
    help: "Time of the newest inference seen, Unix time. Absent before the first.",
  },
  samplingRatio: {
    name: "vision_sampling_ratio",
    type: "gauge",
    labels: ["model", "kind"],
    unit: "ratio",
    help: "Configured share of what is looked at (kind: predictions or images). Images have a cap per second besides; the counters tell the share really reached.",
  },
  embedderUp: {
    name: "vision_embedder_up",
    type: "gauge",
    labels: ["model"],
    help: "1 while the network runs that turns images into vectors; at 0 no image is analysed, predictions and labels go on.",
  },
  queueLength: {
    name: "vision_queue_length",
    type: "gauge",
    labels: [],
    help: "Images that wait for analysis.",
  },
  queueCapacity: {
    name: "vision_queue_capacity",
    type: "gauge",
    labels: [],
    help: "Images that may wait; a further one is dropped.",
  },
  stageDuration: {
    name: "vision_stage_duration_seconds",
    type: "histogram",
    labels: ["stage"],
    unit: "seconds",
    help: "Time one image (decode, embed) or one assessment of all windows (assess) took.",
  },
} as const;
