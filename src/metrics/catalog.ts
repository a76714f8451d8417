import { ACCESS_METRICS } from "./catalog/access.ts";
import { BUDGET_METRICS } from "./catalog/budget.ts";
import { DRIFT_SCORE_METRICS } from "./catalog/drift-score.ts";
import { PERFORMANCE_METRICS } from "./catalog/performance.ts";
import { PIPELINE_METRICS } from "./catalog/pipeline.ts";
import { PROCESS_METRICS } from "./catalog/process.ts";
import { REFERENCE_METRICS } from "./catalog/reference.ts";
import { TAP_METRICS } from "./catalog/tap.ts";
import { TRAFFIC_METRICS } from "./catalog/traffic.ts";
import { WINDOW_METRICS } from "./catalog/window.ts";
import type { MetricSpec } from "./metric-spec.ts";

export interface MetricGroup {
  readonly title: string;
  readonly text: string;
  readonly metrics: readonly MetricSpec[];
}

/** Every metric there is. A name is written in the catalogue and nowhere else. */
export const CATALOG: readonly MetricGroup[] = [
  {
    title: "Windows",
    text: "What this replica sees in each configured window. Gauges: exact, but they do not add over replicas. A window's edge is exact to one chunk.",
    metrics: Object.values(WINDOW_METRICS),
  },
  {
    title: "Drift scores",
    text: "The score of each detector with its threshold at the number of images in the window. One metric a quantity.",
    metrics: Object.values(DRIFT_SCORE_METRICS),
  },
  {
    title: "False-alarm budget",
    text: "What was spent of the false alarms that are allowed, and how strict each look is. Gauges of this replica.",
    metrics: Object.values(BUDGET_METRICS),
  },
  {
    title: "Performance",
    text: "Realised accuracy from labels, estimated accuracy without. The counters are weighted and add over replicas.",
    metrics: Object.values(PERFORMANCE_METRICS),
  },
  {
    title: "Traffic sums",
    text: "Sums weighted by 1/sampling probability. They add over replicas and over any time, so drift of a fleet can be computed in PromQL.",
    metrics: Object.values(TRAFFIC_METRICS),
  },
  {
    title: "Model and reference",
    text: "What is watched, and the thresholds that alerts compare with.",
    metrics: Object.values(REFERENCE_METRICS),
  },
  {
    title: "Pipeline",
    text: "What the analyser did with the traffic it got.",
    metrics: Object.values(PIPELINE_METRICS),
  },
  {
    title: "Tap",
    text: "The forwarding process, as it reports itself. Absent without a `tap` section.",
    metrics: Object.values(TAP_METRICS),
  },
  {
    title: "Access",
    text: "Who was turned away, the files that say who may come in, and images that were removed.",
    metrics: Object.values(ACCESS_METRICS),
  },
  { title: "Process", text: "Build, configuration, log and state.", metrics: Object.values(PROCESS_METRICS) },
];

/** The metrics of a detector's score, by its name in drift/index.ts. */
export const SCORE_METRICS: ReadonlyMap<string, { readonly score: MetricSpec; readonly threshold: MetricSpec }> =
  new Map(
    Object.entries({
      embedding_distance: {
        score: DRIFT_SCORE_METRICS.embeddingDistance,
        threshold: DRIFT_SCORE_METRICS.embeddingDistanceThreshold,
      },
      reconstruction_error: {
        score: DRIFT_SCORE_METRICS.reconstructionError,
        threshold: DRIFT_SCORE_METRICS.reconstructionErrorThreshold,
      },
      kolmogorov_smirnov: {
        score: DRIFT_SCORE_METRICS.kolmogorovSmirnov,
        threshold: DRIFT_SCORE_METRICS.kolmogorovSmirnovThreshold,
      },
      population_stability: {
        score: DRIFT_SCORE_METRICS.populationStability,
        threshold: DRIFT_SCORE_METRICS.populationStabilityThreshold,
      },
      jensen_shannon: {
        score: DRIFT_SCORE_METRICS.jensenShannon,
        threshold: DRIFT_SCORE_METRICS.jensenShannonThreshold,
      },
      wasserstein: { score: DRIFT_SCORE_METRICS.wasserstein, threshold: DRIFT_SCORE_METRICS.wassersteinThreshold },
      class_mix: { score: DRIFT_SCORE_METRICS.classMix, threshold: DRIFT_SCORE_METRICS.classMixThreshold },
      confidence: { score: DRIFT_SCORE_METRICS.confidence, threshold: DRIFT_SCORE_METRICS.confidenceThreshold },
    }),
  );
