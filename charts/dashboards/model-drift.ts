import { barChart, type Row, rising, table, timeseries, withExemplars } from "./panel.ts";
import { OF_MODEL, OWN_WINDOW, RECORDED_OF_MODEL, recorded } from "./selectors.ts";

export const IMAGES: Row = {
  title: "Are the images still like the reference?",
  panels: [
    timeseries(
      {
        title: "Population stability index",
        description:
          "By image statistic over the reference's deciles. Above 0.1 is a change, if it is significant as well.",
        unit: "none",
      },
      { "{{statistic}}": recorded("model_reference_statistic:vision_image_statistic:psi") },
      { width: 12, min: 0 },
    ),
    timeseries(
      {
        title: "Its significance",
        description: "Standard deviations from no change, at the images in the window. Above 4 is no accident.",
        unit: "none",
      },
      { "{{statistic}}": recorded("model_reference_statistic:vision_image_statistic:psi_z") },
      { width: 12 },
    ),
    table(
      {
        title: "Image statistics",
        description: "The chosen window against the reference. Scores are comparable over replicas and restarts.",
        unit: "none",
      },
      {
        PSI: `max by (statistic) (${recorded("model_reference_statistic:vision_image_statistic:psi")})`,
        z: `max by (statistic) (${recorded("model_reference_statistic:vision_image_statistic:psi_z")})`,
        "Jensen-Shannon": `max by (statistic) (${recorded("model_reference_statistic:vision_image_statistic:js_distance")})`,
        "Kolmogorov-Smirnov": `max by (statistic) (${recorded("model_reference_statistic:vision_image_statistic:ks_distance")})`,
      },
      {
        width: 12,
        height: 9,
        decimals: 3,
        links: [
          { title: "Images of the statistic", url: "http://127.0.0.1:9437/?window=${replica_window}#statistics" },
        ],
      },
    ),
    barChart(
      {
        title: "Distribution of $statistic",
        description: "Share of images in each decile of the reference, now and in the reference.",
        unit: "percentunit",
      },
      {
        now: `max by (bin) (model_reference_statistic_bin:vision_image_statistic:share{statistic="$statistic", ${RECORDED_OF_MODEL}})`,
        reference: `max by (bin) (model_reference_statistic_bin:vision_reference_image_statistic:count{statistic="$statistic", ${OF_MODEL}}) / scalar(max(model_reference_statistic:vision_reference_image_statistic:count{statistic="$statistic", ${OF_MODEL}}))`,
      },
      { width: 12, height: 9, min: 0 },
    ),
  ],
};

export const EMBEDDING: Row = {
  title: "Is what they show still the same?",
  panels: [
    timeseries(
      {
        title: "Embedding distance",
        description:
          "Debiased squared distance of the replicas' windows from the reference, and the threshold at their number of images.",
        unit: "none",
      },
      {
        distance: `max(vision_window_embedding_distance{subject="all", ${OWN_WINDOW}})`,
        threshold: `max(vision_window_embedding_distance_threshold{subject="all", ${OWN_WINDOW}})`,
      },
      { width: 6, dashed: ["threshold"] },
    ),
    timeseries(
      {
        title: "Shift of the mean embedding",
        description:
          "Significance of the shift of the mean embedding over all replicas: standard deviations from no change.",
        unit: "none",
      },
      { "{{reference}}": recorded("model_reference:vision_embedding:t2_z") },
      { width: 6 },
    ),
    timeseries(
      {
        title: "Reconstruction error",
        description: "Relative change of the PCA reconstruction error of the replicas' windows, and its threshold.",
        unit: "percentunit",
      },
      {
        change: `max(vision_window_reconstruction_error{subject="all", ${OWN_WINDOW}})`,
        threshold: `max(vision_window_reconstruction_error_threshold{subject="all", ${OWN_WINDOW}})`,
      },
      { width: 6, dashed: ["threshold"] },
    ),
    timeseries(
      {
        title: "Online alarm",
        description: "Worst replica: value of the alarm over the stream, over its limit. Above 1 is an alarm.",
        unit: "none",
      },
      { ratio: `max(vision_online_drift_ratio{${OF_MODEL}})` },
      { width: 6, min: 0, steps: rising(1) },
    ),
    withExemplars(
      timeseries(
        {
          title: "Images unlike the reference",
          description: "Per second, over all replicas. A point is one image: follow it to the page.",
          unit: "ops",
        },
        { unlike: `sum(rate(vision_drifting_images_total{${OF_MODEL}}[$__rate_interval]))` },
        { width: 12, min: 0 },
      ),
    ),
    timeseries(
      {
        title: "Their share",
        description: "Share of images that are unusual on their own; 1 % is expected.",
        unit: "percentunit",
      },
      { "{{reference}}": recorded("model_reference:vision_drifting_images:ratio") },
      { width: 12, min: 0 },
    ),
  ],
};

export const CLASSES: Row = {
  title: "Does the model still say the same?",
  panels: [
    timeseries(
      { title: "Predicted classes", description: "Share of each predicted class in the window.", unit: "percentunit" },
      { "{{class}}": `max by (class) (${recorded("model_reference_class:vision_predictions:share")})` },
      { stacked: true, min: 0, max: 1 },
    ),
    barChart(
      {
        title: "Against the reference",
        description: "Share of each predicted class, now and in the reference.",
        unit: "percentunit",
      },
      {
        now: `max by (class) (${recorded("model_reference_class:vision_predictions:share")})`,
        reference: `max by (class) (model_reference_class:vision_reference_predictions:count{${OF_MODEL}}) / scalar(max(model_reference:vision_reference_predictions:count{${OF_MODEL}}))`,
      },
      { min: 0 },
    ),
    timeseries(
      {
        title: "Distance of the class mix",
        description: "Jensen-Shannon distance from the reference's mix, 0 to 1.",
        unit: "none",
      },
      { "{{reference}}": recorded("model_reference:vision_predictions:js_distance") },
      { min: 0 },
    ),
  ],
};
