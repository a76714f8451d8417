/** Sums over live images and predictions, weighted by 1/sampling probability: they add over replicas and over any time, so drift can be computed in PromQL. */
export const TRAFFIC_METRICS = {
  predictions: {
    name: "vision_predictions_total",
    type: "counter",
    labels: ["model", "model_version", "reference", "class"],
    help: "Predictions by predicted class.",
  },
  referencePredictions: {
    name: "vision_reference_predictions",
    type: "gauge",
    labels: ["model", "reference", "class"],
    help: "Predictions of the reference by predicted class. The same on every replica: aggregate with max.",
  },
  confidence: {
    name: "vision_prediction_confidence_ratio",
    type: "histogram",
    labels: ["model", "model_version"],
    unit: "ratio",
    help: "Score of the predicted class.",
  },
  embeddings: {
    name: "vision_embeddings_total",
    type: "counter",
    labels: ["model", "reference"],
    help: "Images recorded: the number of terms in the component and Fourier sums.",
  },
  imageWeightSquares: {
    name: "vision_embedding_squared_weights_total",
    type: "counter",
    labels: ["model", "reference"],
    help: "Sum of the squared sampling weights of the images; (sum of weights)^2 over it, with vision_embeddings_total, is the number of images that counts for tests.",
  },
  predictionWeightSquares: {
    name: "vision_prediction_squared_weights_total",
    type: "counter",
    labels: ["model", "model_version", "reference"],
    help: "Sum of the squared sampling weights of the predictions; (sum of weights)^2 over it, with vision_predictions_total, is the number of predictions that counts for tests.",
  },
  driftingImages: {
    name: "vision_drifting_images_total",
    type: "counter",
    labels: ["model", "reference"],
    help: "Images unlike the reference on their own: 1 in 100 of them without drift.",
  },
  statisticBins: {
    name: "vision_image_statistic_observations_total",
    type: "counter",
    labels: ["model", "reference", "statistic", "bin"],
    help: "Images by bin of an image statistic; bins are cut at the deciles of the reference.",
  },
  referenceStatisticBins: {
    name: "vision_reference_image_statistic_observations",
    type: "gauge",
    labels: ["model", "reference", "statistic", "bin"],
    help: "Reference images by the same bins. The same on every replica: aggregate with max.",
  },
  statisticBinUpper: {
    name: "vision_image_statistic_bin_upper",
    type: "gauge",
    labels: ["model", "reference", "statistic", "bin"],
    help: "Upper edge of a bin in the unit of the statistic; the last bin has none. Only with metrics.binEdges.",
  },
  componentPositive: {
    name: "vision_embedding_component_positive_total",
    type: "counter",
    labels: ["model", "reference", "component"],
    help: "Sum of the positive values of a whitened principal component; less the negative sum, over the images, it is the mean.",
  },
  componentNegative: {
    name: "vision_embedding_component_negative_total",
    type: "counter",
    labels: ["model", "reference", "component"],
    help: "Sum of the negative values of a whitened principal component, without their sign.",
  },
  componentSquares: {
    name: "vision_embedding_component_squares_total",
    type: "counter",
    labels: ["model", "reference", "component"],
    help: "Sum of the squares of a whitened principal component.",
  },
  fourier: {
    name: "vision_embedding_fourier_total",
    type: "counter",
    labels: ["model", "reference", "feature"],
    help: "Sum of 1 + cos(w.z + b) of the principal components z, a random Fourier feature. Twice the mean over features of the squared difference between its mean and that of the reference is the squared maximum mean discrepancy, MMD^2.",
  },
} as const;
