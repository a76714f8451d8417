// The containers and volumes of the chart's named templates as a chart of a user gets them: a parent chart that depends on ours and includes both.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { chart, ofKind, render } from "./helm.mjs";

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: parts
  labels: { vision-exporter: enabled }
spec:
  initContainers:
    {{- include "vision-exporter.sidecars" (index .Subcharts "vision-exporter") | nindent 4 }}
  containers: [{ name: model, image: model }]
  volumes:
    {{- include "vision-exporter.volumes" (index .Subcharts "vision-exporter") | nindent 4 }}
`;

/** All objects of the parent chart with these values for ours. */
export function renderParent(values) {
  const parent = mkdtempSync(join(tmpdir(), "vision-parent-"));
  try {
    mkdirSync(join(parent, "templates"));
    cpSync(chart, join(parent, "charts", "vision-exporter"), { recursive: true });
    const dependency = { name: "vision-exporter", version: "0.1.0", repository: "" };
    writeFileSync(join(parent, "Chart.yaml"), stringify({ apiVersion: "v2", name: "parent", version: "1.0.0", dependencies: [dependency] }));
    writeFileSync(join(parent, "values.yaml"), stringify({ "vision-exporter": values }));
    writeFileSync(join(parent, "templates", "pod.yaml"), POD);
    return render(parent);
  } finally {
    rmSync(parent, { recursive: true });
  }
}

/** {initContainers, volumes} for a pod. */
export function sidecars(values) {
  const [{ spec }] = ofKind(renderParent(values), "Pod");
  return { initContainers: spec.initContainers, volumes: spec.volumes };
}

/** An InferenceService is KServe's, but its predictor is a pod's spec; KServe adds the container of the model. */
export function asKnownKind(object) {
  if (object.kind !== "InferenceService") return object;
  const { model, logger, ...spec } = object.spec.predictor;
  const { modelFormat, protocolVersion, runtime, storageUri, ...container } = model;
  return { apiVersion: "v1", kind: "Pod", metadata: object.metadata, spec: { ...spec, containers: [{ name: "kserve-container", image: "model", ...container }] } };
}
