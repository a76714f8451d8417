// `npm run kube:check`: the chart, the examples and the admission policy against a real API server (box.mjs). Not part of `npm test`: the first run builds the
// server, which takes 1300 CPU seconds; later ones take two minutes. Needs Go, and root for Debian packages that are missing.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chart, documents, render, root } from "../helm.mjs";
import { asKnownKind, sidecars } from "../pods.mjs";
import { CRDS } from "../schemas.mjs";
import { buildBox, startBox, VERSION, waitFor } from "./box.mjs";

const EXAMPLES = join(root, "examples", "kubernetes");
const SIDECARS = ["vision-analyser", "vision-tap"];
const example = (name) => join(EXAMPLES, name);
const counts = { passed: 0, failed: 0 };

async function step(name, body) {
  const start = Date.now();
  try {
    await body();
    counts.passed += 1;
    process.stdout.write(`  ${name}: ok, ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    counts.failed += 1;
    process.stdout.write(`  ${name}: FAILED\n${error.stack}\n`);
  }
}

const sidecarNames = ({ spec }) => (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always").map(({ name }) => name);

async function readyPod(box, namespace, selector) {
  return waitFor(`a ready pod with ${selector}`, async () => {
    const { items } = await box.json("get", "pods", `--namespace=${namespace}`, `--selector=${selector}`);
    return items.find(({ status }) => status.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True"));
  });
}

const apply = (box, objects, ...args) => box.kubectl(["apply", "--filename=-", ...args], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));

const refused = (promise, reason) => assert.rejects(promise, ({ stderr }) => reason.test(stderr) || assert.fail(`refused for another reason: ${stderr}`));

/** Everything in these namespaces must satisfy Pod Security `restricted`. */
async function prepare(box) {
  await box.kubectl(["apply", `--filename=${CRDS}`, "--server-side"]);
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  const namespace = (name, more = {}) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { ...labels, ...more } } });
  const inject = { "vision-exporter/inject": "enabled" };
  await apply(box, [namespace("models"), namespace("vision"), namespace("injected", inject), namespace("elsewhere", inject)]);
  for (const name of ["parts-reference", "defects-models"]) await apply(box, claim(name, "models"));
}

/** A bound claim, since the scheduler waits for one. */
function claim(name, namespace) {
  const size = { storage: "1Gi" };
  const common = { accessModes: ["ReadOnlyMany"], storageClassName: "" };
  return [
    { apiVersion: "v1", kind: "PersistentVolume", metadata: { name }, spec: { ...common, capacity: size, hostPath: { path: "/nowhere" }, claimRef: { name, namespace } } },
    { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name, namespace }, spec: { ...common, resources: { requests: size }, volumeName: name } },
  ];
}

function plainPod(name, labels = { "vision-exporter": "enabled" }) {
  const securityContext = { runAsNonRoot: true, runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, seccompProfile: { type: "RuntimeDefault" } };
  const container = { name: "model", image: "registry.example/model:1", securityContext };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, labels }, spec: { containers: [container] } };
}

/** The object as the API server would store it. */
async function admitted(box, namespace, object) {
  return JSON.parse(await box.kubectl(["create", "--filename=-", `--namespace=${namespace}`, "--dry-run=server", "--output=json"], JSON.stringify(object)));
}

async function checkRelease(box) {
  const release = ["parts-vision", chart, "--namespace=models", "--values", example("deployment-values.yaml"), "--set", "fullnameOverride=parts-vision"];
  const interval = async () => (await box.json("get", "podmonitor", "parts-vision", "--namespace=models")).spec.podMetricsEndpoints[0].interval;
  await step("install: the page's five minutes, under Pod Security restricted", async () => {
    await box.helm("install", ...release, "--wait");
    await box.kubectl(["apply", `--filename=${example("deployment.yaml")}`, "--namespace=models"]);
    const pod = await readyPod(box, "models", "app=parts");
    assert.deepEqual(sidecarNames(pod), SIDECARS);
    assert.equal(pod.status.qosClass, "Burstable");
    assert.equal((await box.json("get", "prometheusrules", "--namespace=models")).items.length, 2);
  });
  await step("upgrade and rollback", async () => {
    await box.helm("upgrade", ...release, "--set", "scrape.interval=60s", "--wait");
    assert.equal(await interval(), "60s");
    await box.helm("rollback", "parts-vision", "1", "--namespace=models", "--wait");
    assert.equal(await interval(), "30s");
    assert.equal(JSON.parse(await box.helm("history", "parts-vision", "--namespace=models", "--output=json")).length, 3);
  });
  await step("Triton: its pod is created, ready, and has both sidecars", async () => {
    await box.helm("install", "defects-vision", chart, "--namespace=models", "--values", example("triton-values.yaml"), "--set", "fullnameOverride=defects-vision", "--wait");
    await box.kubectl(["apply", `--filename=${example("triton.yaml")}`, "--namespace=models"]);
    assert.deepEqual(sidecarNames(await readyPod(box, "models", "app=defects")), SIDECARS);
  });
  await step("standalone: --wait sees two ready pods, and a drain may take one", async () => {
    await box.helm("install", "parts", chart, "--namespace=vision", "--values", join(chart, "ci", "standalone-values.yaml"), "--wait", "--timeout=2m");
    await readyPod(box, "vision", "app.kubernetes.io/instance=parts");
    await waitFor("the disruption budget", async () => (await box.json("get", "pdb", "parts-vision-exporter", "--namespace=vision")).status.disruptionsAllowed === 1);
    await box.helm("uninstall", "parts", "--namespace=vision", "--wait");
    assert.deepEqual((await box.json("get", "deployments,services,configmaps,pdb", "--namespace=vision", "--selector=app.kubernetes.io/instance=parts")).items, []);
  });
}

/** The mount of the service account's token has a name by chance. */
const withoutToken = ({ volumeMounts, ...container }) => ({ ...container, volumeMounts: volumeMounts.filter(({ name }) => !name.startsWith("kube-api-access-")) });

async function checkInjection(box) {
  const release = ["policy", chart, "--namespace=injected", "--set", "config.model.name=parts,injection.enabled=true"];
  const failing = ["--set", "injection.failurePolicy=Fail"];
  await step("injection, failurePolicy Fail: a plain Deployment's pod gets both sidecars", async () => {
    await box.helm("install", ...release, ...failing, "--wait");
    // A policy comes into force some seconds after it is stored.
    await waitFor("the policy", async () => sidecarNames(await admitted(box, "injected", plainPod("probe"))).length > 0);
    const { metadata, spec } = plainPod("");
    const template = { metadata: { labels: { app: "model", ...metadata.labels } }, spec };
    await apply(box, [{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "model", namespace: "injected" }, spec: { selector: { matchLabels: { app: "model" } }, template } }]);
    const pod = await readyPod(box, "injected", "app=model");
    assert.deepEqual(sidecarNames(pod), SIDECARS);
  });
  await step("injection gives exactly what the template gives", async () => {
    const { initContainers, volumes } = sidecars({ fullnameOverride: "policy-vision-exporter", config: { model: { name: "parts" } } });
    const written = plainPod("written");
    Object.assign(written.spec, { initContainers, volumes });
    const ours = (pod) => pod.spec.volumes.filter(({ name }) => name.startsWith("vision-"));
    const [injected, expected] = [await admitted(box, "injected", plainPod("written")), await admitted(box, "elsewhere", written)];
    assert.deepEqual(injected.spec.initContainers.map(withoutToken), expected.spec.initContainers.map(withoutToken));
    assert.deepEqual(ours(injected), ours(expected));
  });
  await step("injection keeps a pod's own init containers and volumes, and does not come twice", async () => {
    const own = plainPod("own");
    own.spec.initContainers = [{ ...own.spec.containers[0], name: "fetch" }];
    own.spec.volumes = [{ name: "models", emptyDir: {} }];
    const pod = await admitted(box, "injected", own);
    assert.deepEqual(pod.spec.initContainers.map(({ name }) => name), ["fetch", ...SIDECARS]);
    assert.equal(pod.spec.volumes[0].name, "models");
    const again = plainPod("again");
    again.spec.initContainers = pod.spec.initContainers;
    again.spec.volumes = pod.spec.volumes;
    assert.deepEqual((await admitted(box, "injected", again)).spec.initContainers.length, 3);
  });
  await step("injection leaves pods without the label, and other namespaces, alone", async () => {
    assert.deepEqual(sidecarNames(await admitted(box, "injected", plainPod("other", { app: "other" }))), []);
    assert.deepEqual(sidecarNames(await admitted(box, "elsewhere", plainPod("other"))), []);
    await box.kubectl(["label", "namespace", "injected", "vision-exporter/inject-"]);
    await waitFor("the namespace's label to go", async () => sidecarNames(await admitted(box, "injected", plainPod("other"))).length === 0);
    await box.kubectl(["label", "namespace", "injected", "vision-exporter/inject=enabled"]);
  });
  await step("an expression that fails refuses the pod with Fail, and says nothing with Ignore", async () => {
    const [{ metadata }] = (await box.json("get", "mutatingadmissionpolicies")).items;
    const expression = '[JSONPatch{op: "add", path: "/spec/nowhere/-", value: 1}]';
    const breakPolicy = (failurePolicy) => {
      const spec = { failurePolicy, mutations: [{ patchType: "JSONPatch", jsonPatch: { expression } }] };
      return box.kubectl(["patch", "mutatingadmissionpolicy", metadata.name, "--type=merge", `--patch=${JSON.stringify({ spec })}`]);
    };
    await breakPolicy("Fail");
    await waitFor("the broken policy", () => admitted(box, "injected", plainPod("refused")).then(() => false, () => true));
    await refused(admitted(box, "injected", plainPod("refused")), /nowhere/);
    await breakPolicy("Ignore");
    await waitFor("Ignore", async () => sidecarNames(await admitted(box, "injected", plainPod("silent"))).length === 0);
  });
  await step("a pod that the sidecars make invalid is refused, with Ignore too", async () => {
    await box.helm("upgrade", ...release, "--force-conflicts", "--wait");
    await waitFor("the policy", async () => sidecarNames(await admitted(box, "injected", plainPod("whole"))).length > 0);
    const own = plainPod("own");
    own.spec.volumes = [{ name: "vision-state", emptyDir: {} }];
    await refused(admitted(box, "injected", own), /Duplicate value: "vision-state"/);
  });
  await step("after the uninstall pods come as they are", async () => {
    await box.helm("uninstall", "policy", "--namespace=injected", "--wait");
    assert.deepEqual((await box.json("get", "mutatingadmissionpolicies,mutatingadmissionpolicybindings")).items, []);
  });
}

async function checkExamples(box) {
  const dryRun = (objects, namespace) => apply(box, objects, "--server-side", "--dry-run=server", "--validate=strict", `--namespace=${namespace}`);
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith(".yaml") && !name.endsWith("-values.yaml"));
  for (const name of names) {
    await step(`dry run of ${name}`, async () => {
      const objects = documents(readFileSync(example(name), "utf8")).map(asKnownKind);
      for (const { metadata } of objects) metadata.namespace = "default";
      await dryRun(objects, "default");
    });
  }
  await step("Kustomize: its pod is created under Pod Security restricted, ready, and has both sidecars", async () => {
    await box.kubectl(["apply", `--kustomize=${example("kustomize")}`, "--namespace=elsewhere"]);
    assert.deepEqual(sidecarNames(await readyPod(box, "elsewhere", "app=parts")), SIDECARS);
  });
  await step("dry run of every variant in ci/", async () => {
    for (const values of readdirSync(join(chart, "ci"))) {
      await dryRun(render(chart, "--values", join(chart, "ci", values)), "vision");
    }
  });
}

/** The server refuses what schemas let pass, so that the steps above mean something. */
async function checkRefusals(box) {
  await step("a pod that runs as root is refused", () =>
    refused(admitted(box, "models", { ...plainPod("root"), spec: { containers: [{ name: "model", image: "model" }] } }), /violates PodSecurity "restricted/));
  await step("a sidecar that restarts sometimes is refused", () => {
    const pod = plainPod("sometimes");
    pod.spec.initContainers = [{ ...pod.spec.containers[0], name: "tap", restartPolicy: "Sometimes" }];
    return refused(admitted(box, "models", pod), /supported values: "?Always/i);
  });
  await step("an unknown field of a PodMonitor is refused", () => {
    const monitor = { apiVersion: "monitoring.coreos.com/v1", kind: "PodMonitor", metadata: { name: "odd" }, spec: { selector: {}, podMetricsEndpoint: [] } };
    return refused(apply(box, [monitor], "--dry-run=server", "--validate=strict", "--namespace=models"), /unknown field/);
  });
}

const start = Date.now();
const binary = process.env.KUBEBOX ?? buildBox();
const built = Date.now();
const box = await startBox(binary, join(root, ".cache", "kubebox", "run"));
process.stdout.write(`Kubernetes ${VERSION}: ready ${((Date.now() - built) / 1000).toFixed(1)} s after its start\n`);
try {
  await prepare(box);
  await checkRefusals(box);
  await checkRelease(box);
  await checkInjection(box);
  await checkExamples(box);
} finally {
  await box.stop();
}
process.stdout.write(`kube: ${counts.passed} passed, ${counts.failed} failed, ${Math.round((Date.now() - start) / 1000)} s\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;
