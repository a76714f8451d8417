/** The model, its reference, and the thresholds that alerts compare with. */
export const REFERENCE_METRICS = {
  model: {
    name: "vision_model_info",
    type: "gauge",
    labels: ["model", "model_version", "reference"],
    help: "Always 1; joins model, version and reference.",
  },
  loaded: {
    name: "vision_reference_loaded",
    type: "gauge",
    labels: ["model"],
    help: "1 when a reference is loaded, else 0: nothing can drift then.",
  },
  info: {
    name: "vision_reference_info",
    type: "gauge",
    labels: ["model", "reference"],
    help: "Always 1; the loaded reference by the first digits of its checksum. Replicas that disagree show as several.",
  },
  images: {
    name: "vision_reference_images",
    type: "gauge",
    labels: ["model", "reference"],
    help: "Images in the reference.",
  },
  created: {
    name: "vision_reference_created_timestamp_seconds",
    type: "gauge",
    labels: ["model", "reference"],
    unit: "seconds",
    help: "Time at which the reference was built, Unix time.",
  },
  accuracy: {
    name: "vision_reference_accuracy_ratio",
    type: "gauge",
    labels: ["model", "reference"],
    unit: "ratio",
    help: "Accuracy on the reference. Absent when the reference has no labels.",
  },
  calibrationError: {
    name: "vision_reference_calibration_error_ratio",
    type: "gauge",
    labels: ["model", "reference"],
    unit: "ratio",
    help: "Expected calibration error of the calibrated confidence on the reference.",
  },
  accuracyFloor: {
    name: "vision_accuracy_floor_ratio",
    type: "gauge",
    labels: ["model"],
    unit: "ratio",
    help: "Configured accuracy below which the model is not good enough. Absent without model.accuracyFloorRatio.",
  },
} as const;
