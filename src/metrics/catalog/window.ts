/** What this replica sees in a window, exactly. Gauges do not add over replicas; alerts over a fleet use the traffic counters. */
export const WINDOW_METRICS = {
  verdict: {
    name: "vision_window_verdict",
    type: "gauge",
    labels: ["model", "window", "verdict"],
    help: "1 for the verdict of the window, 0 for the others.",
  },
  predictions: {
    name: "vision_window_predictions",
    type: "gauge",
    labels: ["model", "window"],
    help: "Predictions in the window, not weighted.",
  },
  images: {
    name: "vision_window_images",
    type: "gauge",
    labels: ["model", "window"],
    help: "Images analysed in the window, not weighted.",
  },
  labels: {
    name: "vision_window_labels",
    type: "gauge",
    labels: ["model", "window"],
    help: "Labelled predictions in the window.",
  },
  driftingImages: {
    name: "vision_window_drifting_images",
    type: "gauge",
    labels: ["model", "reference", "window"],
    help: "Images in the window unlike the reference on their own.",
  },
  expectedDriftingImages: {
    name: "vision_window_expected_drifting_images",
    type: "gauge",
    labels: ["model", "reference", "window"],
    help: "How many of them are expected without drift.",
  },
  drifting: {
    name: "vision_window_drifting",
    type: "gauge",
    labels: ["model", "reference", "window", "detector"],
    help: "1 when a score of the detector is above its threshold, for all images, a class or an image statistic, else 0. Absent when the window is too small to tell.",
  },
} as const;
