import type { Board, Variable } from "./dashboard.ts";
import { CLASSES, EMBEDDING, IMAGES } from "./model-drift.ts";
import { LABELS, QUALITY } from "./model-quality.ts";
import { type Row, rising, stat, stateTimeline, text } from "./panel.ts";
import {
  CLUSTER,
  estimated,
  FIRING,
  IN_NAMESPACE,
  JOB,
  NAMESPACE,
  NEW_REFERENCE,
  NEW_VERSION,
  OF_MODEL,
  recorded,
  VERDICT_NAMES,
  WINDOW,
  worstVerdict,
} from "./selectors.ts";

const VARIABLES: readonly Variable[] = [
  CLUSTER,
  NAMESPACE,
  JOB,
  { name: "model", label: "Model", values: `label_values(vision_model_info{${IN_NAMESPACE}, job=~"$job"}, model)` },
  WINDOW,
  {
    name: "replica_window",
    label: "Replicas' window",
    values: `label_values(vision_window_images{${OF_MODEL}}, window)`,
  },
  {
    name: "statistic",
    label: "Statistic",
    values: `label_values(vision_reference_image_statistic_observations{${OF_MODEL}}, statistic)`,
  },
];

const PAGE = `The page shows the images themselves: the most drifted, the least sure, each beside its nearest reference images, and the causes.

\`\`\`
kubectl port-forward --namespace $namespace POD 9437
\`\`\`

[Open the page](http://127.0.0.1:9437/?window=$replica_window) · [runbooks](https://runbooks.example/vision-exporter/) · [fleet](/d/vision-fleet) · [pipeline](/d/vision-pipeline?var-namespace=$namespace&var-job=$job)`;

const VERDICT: Row = {
  title: "How is the model?",
  panels: [
    stat(
      {
        title: "Verdict",
        description: "The worst verdict of the replicas now, over all of their windows.",
        unit: "none",
      },
      { verdict: worstVerdict("model", OF_MODEL) },
      { names: VERDICT_NAMES },
    ),
    stat(
      {
        title: "Accuracy",
        description: "Realised accuracy in the window, corrected for which images got labels. Empty: too few labels.",
        unit: "percentunit",
      },
      { accuracy: `min(${recorded("model_version:vision_accuracy:corrected_ratio")})` },
      { decimals: 1 },
    ),
    stat(
      {
        title: "Estimated accuracy",
        description:
          "Estimated without labels, average of the replicas. Empty: not to be trusted, since the images are new content.",
        unit: "percentunit",
      },
      { estimate: estimated("") },
      { decimals: 1 },
    ),
    stat(
      {
        title: "Images unlike the reference",
        description: "Share of images that are unusual on their own; 1 % is expected.",
        unit: "percentunit",
      },
      { drifting: `max(${recorded("model_reference:vision_drifting_images:ratio")})` },
      { decimals: 1, steps: rising(0.03, 0.5) },
    ),
    stat(
      { title: "Images analysed", description: "Images behind the drift figures of the window.", unit: "short" },
      { images: `sum(${recorded("model_reference:vision_images:count")})` },
    ),
    stat(
      { title: "Alerts", description: "Alerts of this model that fire.", unit: "none" },
      {
        alerts: `count(ALERTS{alertname=~"Vision.+", alertstate="firing", ${IN_NAMESPACE}, model=~"$model"}) or vector(0)`,
      },
      { steps: rising(1) },
    ),
    stateTimeline(
      {
        title: "Verdict by window",
        description: "Worst verdict of the replicas in each of the windows they are configured with.",
        unit: "none",
      },
      { "{{window}}": worstVerdict("window", OF_MODEL) },
      { names: VERDICT_NAMES, width: 16 },
    ),
    text("Which images, and why", PAGE, { width: 8, height: 5 }),
  ],
};

export const MODEL: Board = {
  uid: "vision-model",
  title: "Vision models: one model",
  description:
    "Is one model still right, are its images still like the reference, and why not. Needs the recording rules.",
  variables: VARIABLES,
  annotations: [FIRING, NEW_REFERENCE, NEW_VERSION],
  rows: [VERDICT, QUALITY, IMAGES, EMBEDDING, CLASSES, LABELS],
};
