/** The score of each detector and its threshold: one metric a quantity, since different quantities must not share one. */
export const DRIFT_SCORE_METRICS = {
  embeddingDistance: {
    name: "vision_window_embedding_distance",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Debiased squared distance between the mean embedding features of window and reference, of all images (subject all) or of those of one predicted class. May be below 0 without drift.",
  },
  embeddingDistanceThreshold: {
    name: "vision_window_embedding_distance_threshold",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Value of vision_window_embedding_distance above which it is drift, at the number of images in the window.",
  },
  reconstructionError: {
    name: "vision_window_reconstruction_error",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Relative change of the mean PCA reconstruction error against the reference.",
  },
  reconstructionErrorThreshold: {
    name: "vision_window_reconstruction_error_threshold",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Value of vision_window_reconstruction_error above which it is drift, at the number of images in the window.",
  },
  kolmogorovSmirnov: {
    name: "vision_window_ks_distance",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Kolmogorov-Smirnov distance between window and reference of an image statistic, 0 to 1.",
  },
  kolmogorovSmirnovThreshold: {
    name: "vision_window_ks_distance_threshold",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Value of vision_window_ks_distance above which it is drift, at the number of images in the window.",
  },
  populationStability: {
    name: "vision_window_psi",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Population stability index of an image statistic over the deciles of the reference.",
  },
  populationStabilityThreshold: {
    name: "vision_window_psi_threshold",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Value of vision_window_psi above which it is drift, at the number of images in the window.",
  },
  jensenShannon: {
    name: "vision_window_js_distance",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Jensen-Shannon distance of an image statistic over the deciles of the reference, 0 to 1.",
  },
  jensenShannonThreshold: {
    name: "vision_window_js_distance_threshold",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Value of vision_window_js_distance above which it is drift, at the number of images in the window.",
  },
  wasserstein: {
    name: "vision_window_wasserstein",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Wasserstein distance between window and reference of an image statistic, in the unit of the statistic.",
  },
  wassersteinThreshold: {
    name: "vision_window_wasserstein_threshold",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Value of vision_window_wasserstein above which it is drift, at the number of images in the window.",
  },
  classMix: {
    name: "vision_window_class_mix_distance",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Jensen-Shannon distance between the class shares of window and reference, 0 to 1.",
  },
  classMixThreshold: {
    name: "vision_window_class_mix_distance_threshold",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Value of vision_window_class_mix_distance above which it is drift, at the number of images in the window.",
  },
  confidence: {
    name: "vision_window_confidence_distance",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Kolmogorov-Smirnov distance between window and reference of the score of the predicted class, 0 to 1.",
  },
  confidenceThreshold: {
    name: "vision_window_confidence_distance_threshold",
    type: "gauge",
    labels: ["model", "reference", "window", "subject"],
    help: "Value of vision_window_confidence_distance above which it is drift, at the number of images in the window.",
  },
} as const;
