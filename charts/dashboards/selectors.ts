import type { Annotation, Variable } from "./dashboard.ts";
import { BAD, CALM, GOOD, type Panel, WARNING } from "./panel.ts";

/** Labels that tell one model in one place from every other; `cluster` and `namespace` may be absent. */
export const PLACE = "cluster, namespace, job, model";
export const IN_NAMESPACE = 'cluster=~"$cluster", namespace=~"$namespace"';
export const OF_MODEL: string = `${IN_NAMESPACE}, job=~"$job", model=~"$model"`;
/** Series of the recording rules, which exist for 1h, 6h and 24h. */
export const RECORDED = 'window="$window"';

export const CLUSTER: Variable = {
  name: "cluster",
  label: "Cluster",
  values: "label_values(vision_build_info, cluster)",
  multi: true,
  all: ".*",
};
export const NAMESPACE: Variable = {
  name: "namespace",
  label: "Namespace",
  values: 'label_values(vision_build_info{cluster=~"$cluster"}, namespace)',
  multi: true,
  all: ".*",
};
export const JOB: Variable = {
  name: "job",
  label: "Job",
  values: `label_values(vision_build_info{${IN_NAMESPACE}}, job)`,
  multi: true,
  all: ".+",
};
export const WINDOW: Variable = { name: "window", label: "Window", values: ["1h", "6h", "24h"] };

export const FIRING: Annotation = {
  name: "Alerts",
  expr: `ALERTS{alertname=~"Vision.+", alertstate="firing", ${IN_NAMESPACE}}`,
  title: "{{alertname}}",
  text: "{{model}} {{statistic}} {{window}}",
  color: BAD,
};

/** Verdicts as numbers, the worse the higher, so that the worst of several is their maximum. */
export const VERDICT_NAMES: NonNullable<Panel["names"]> = {
  0: { text: "not enough data", color: "#808080" },
  1: { text: "ok", color: GOOD },
  2: { text: "drifting", color: WARNING },
  3: { text: "new content", color: "purple" },
  4: { text: "accuracy below floor", color: BAD },
};

const VERDICTS = ["not_enough_data", "ok", "drifting", "new_content", "accuracy_below_floor"];

/** The worst verdict over the windows of the replicas, by `labels`. */
export function worstVerdict(labels: string, selector: string): string {
  const parts = VERDICTS.map(
    (verdict, rank) => `${rank} * (vision_window_verdict{verdict="${verdict}", ${selector}} == 1)`,
  );
  return `max by (${labels}) (${parts.join(" or ")})`;
}

export const NEW_REFERENCE: Annotation = {
  name: "New reference",
  expr: `count by (model, reference) (vision_reference_info{${OF_MODEL}}) unless count by (model, reference) (vision_reference_info{${OF_MODEL}} offset 10m)`,
  title: "Reference {{reference}}",
  text: "{{model}}",
  color: CALM,
};

export const NEW_VERSION: Annotation = {
  name: "New version",
  expr: `count by (model, model_version) (vision_model_info{${OF_MODEL}}) unless count by (model, model_version) (vision_model_info{${OF_MODEL}} offset 10m)`,
  title: "Version {{model_version}}",
  text: "{{model}}",
  color: CALM,
};

/** Series of the recording rules over the chosen model, in the chosen window. */
export const RECORDED_OF_MODEL: string = `${OF_MODEL}, ${RECORDED}`;
/** Series of the chosen model's replicas, in one of the windows that they are configured with. */
export const OWN_WINDOW: string = `${OF_MODEL}, window=~"$replica_window"`;

export function recorded(series: string): string {
  return `${series}{${RECORDED_OF_MODEL}}`;
}

/** Average of the replicas' estimates without labels. */
export function estimated(part: "" | "_lower" | "_upper"): string {
  return `avg by (model_version) (vision_window_estimated_accuracy${part}_ratio{estimator="label_fit_transport", ${OWN_WINDOW}})`;
}
