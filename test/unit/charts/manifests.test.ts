import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseAllDocuments, stringify } from "yaml";

const ROOT = join(import.meta.dirname, "../../..");
const CHART = join(ROOT, "charts", "vision-exporter");
const scratch = mkdtempSync(join(tmpdir(), "vision-manifests-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const run = (program: string, args: readonly string[]): string => execFileSync(program, args, { encoding: "utf8" });
const helm = run("node", [join(ROOT, "charts", "helm.mjs")]).trim();

// biome-ignore lint/suspicious/noExplicitAny: manifests have no types of ours
type Manifest = any;
type Values = Readonly<Record<string, unknown>>;

/** The objects of the chart, for a model called parts. */
function render(values: Values = {}): Manifest[] {
  const file = join(scratch, "values.yaml");
  writeFileSync(file, stringify({ config: { model: { name: "parts" } }, ...values }));
  const admission = "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy";
  const text = run(helm, ["template", "demo", CHART, "--namespace", "vision", "--api-versions", admission, "-f", file]);
  return parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter(Boolean);
}

const all = (objects: readonly Manifest[], kind: string): Manifest[] => objects.filter((each) => each.kind === kind);
const one = (objects: readonly Manifest[], kind: string): Manifest => all(objects, kind)[0];

const STANDALONE = { mode: "standalone" };
const INJECTION = { injection: { enabled: true } };
const expressionOf = (objects: readonly Manifest[]): string =>
  one(objects, "MutatingAdmissionPolicy").spec.mutations[0].jsonPatch.expression;

/** The values that a policy appends at a path: JSON, but for the `dyn(…)` around each. */
function patched(expression: string, path: string): Manifest[] {
  const lines = [...expression.matchAll(new RegExp(`path: "${path}/-", value: (.*)\\},$`, "gm"))];
  const withoutDyn = (text: string): string =>
    text.replaceAll(/"(?:\\.|[^"\\])*"|dyn\(|\)/g, (part) => (part.startsWith('"') ? part : ""));
  return lines.map(([, value = ""]) => JSON.parse(withoutDyn(value)));
}

describe("a sidecar release", () => {
  it("makes nothing but the configuration until it is asked to", () => {
    expect(render().map(({ kind }) => kind)).toEqual(["ConfigMap"]);
  });

  it("scrapes the labelled pods with limits", () => {
    const monitor = one(render({ podMonitor: { enabled: true } }), "PodMonitor");
    expect(monitor.spec.selector).toEqual({ matchLabels: { "vision-exporter": "enabled" } });
    expect(monitor.spec.podMetricsEndpoints).toEqual([
      { port: "vision-metrics", interval: "30s", scrapeTimeout: "10s" },
    ]);
    expect(monitor.spec).toMatchObject({
      sampleLimit: 3500,
      labelLimit: 30,
      labelNameLengthLimit: 64,
      labelValueLengthLimit: 1024,
    });
  });

  it("puts every dashboard into a ConfigMap that Grafana's sidecar finds", () => {
    const maps = all(render({ dashboards: { enabled: true } }), "ConfigMap");
    const dashboards = maps.filter(({ metadata }) => metadata.labels.grafana_dashboard === "1");
    expect(dashboards.length).toBeGreaterThan(0);
    for (const { data } of dashboards) for (const text of Object.values(data)) JSON.parse(text as string);
  });

  it("covers the model's pods with a network policy only when asked, and then lets the tap in", () => {
    expect(all(render(), "NetworkPolicy")).toEqual([]);
    const policy = one(render({ networkPolicy: { coverModelPods: true } }), "NetworkPolicy");
    const ports = policy.spec.ingress.flatMap((rule: Manifest) => rule.ports.map(({ port }: Manifest) => port));
    expect(ports).toEqual([9435, 9436, 9000]);
    expect(policy.spec.policyTypes).toEqual(["Ingress"]);
  });

  it("writes the addresses of the values into every alert", () => {
    const own = {
      runbookUrl: "https://git.test/books",
      dashboardUrl: "https://grafana.test",
      galleryUrl: "https://page.test",
    };
    const rules = all(render({ prometheusRule: { enabled: true, ...own } }), "PrometheusRule");
    const text = JSON.stringify(rules);
    expect(text).not.toMatch(/runbooks\.example|grafana\.example|127\.0\.0\.1/);
    const alerts = rules.flatMap(({ spec }) => spec.groups).flatMap(({ rules: some }: Manifest) => some);
    const annotated = alerts.filter(({ alert }: Manifest) => alert);
    expect(annotated.length).toBeGreaterThan(20);
    for (const { alert, annotations } of annotated) {
      expect(annotations.runbook_url).toBe(`https://git.test/books/vision-exporter/${alert}.md`);
      expect(annotations.dashboard_url).toMatch(/^https:\/\/grafana\.test\/d\//);
    }
  });
});

describe("the admission policy", () => {
  it("ships with Ignore, for the pods of one label in the release's namespace when that has its label", () => {
    const objects = render(INJECTION);
    const policy = one(objects, "MutatingAdmissionPolicy");
    const binding = one(objects, "MutatingAdmissionPolicyBinding");
    expect(policy.spec.failurePolicy).toBe("Ignore");
    expect(policy.spec.matchConstraints.objectSelector).toEqual({ matchLabels: { "vision-exporter": "enabled" } });
    expect(policy.spec.matchConditions[0].expression).toContain("c.name == 'vision-tap'");
    expect(binding.spec.policyName).toBe(policy.metadata.name);
    expect(binding.spec.matchResources.namespaceSelector.matchLabels).toEqual({
      "kubernetes.io/metadata.name": "vision",
      "vision-exporter/inject": "enabled",
    });
  });

  it("has another name in another namespace, since it belongs to the whole cluster", () => {
    expect(one(render(INJECTION), "MutatingAdmissionPolicy").metadata.name).toContain(".vision.");
  });

  it("adds the two sidecars of the template, which restart for ever and cannot delay the model", () => {
    const containers = patched(expressionOf(render(INJECTION)), "/spec/initContainers");
    expect(containers.map(({ name }) => name)).toEqual(["vision-analyser", "vision-tap"]);
    for (const container of containers) {
      expect(container.restartPolicy).toBe("Always");
      expect(container.startupProbe).toBeUndefined();
      expect(container.readinessProbe).toBeUndefined();
      expect(container.resources.limits.memory).toMatch(/Mi$/);
      expect(container.securityContext).toEqual({
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      });
    }
  });

  it("adds a volume for every mount", () => {
    const reference = { file: "parts.vxref", volume: { configMap: { name: "parts-reference" } } };
    const expression = expressionOf(render({ ...INJECTION, reference, labels: { secret: "parts-labels" } }));
    const volumes = patched(expression, "/spec/volumes").map(({ name }) => name);
    const mounts = patched(expression, "/spec/initContainers").flatMap(({ volumeMounts }) => volumeMounts);
    expect(volumes).toEqual(expect.arrayContaining(["vision-reference", "vision-labels"]));
    expect(new Set(mounts.map(({ name }: Manifest) => name))).toEqual(new Set(volumes));
  });
});

describe("a reference out of an image", () => {
  it("is copied before the analyser starts", () => {
    const reference = { file: "parts.vxref", initImage: "registry.test/parts-reference:7" };
    const [first, second] = patched(expressionOf(render({ ...INJECTION, reference })), "/spec/initContainers");
    expect(first).toMatchObject({ name: "vision-reference", command: ["cp", "/parts.vxref", "/reference/"] });
    expect(first.restartPolicy).toBeUndefined();
    expect(second.name).toBe("vision-analyser");
  });
});

describe("a standalone release", () => {
  it("has a Deployment that Pod Security restricted lets in, with a budget for drains that one replica does not block", () => {
    const objects = render(STANDALONE);
    const { template, strategy } = one(objects, "Deployment").spec;
    expect(strategy).toEqual({ type: "Recreate" });
    expect(template.spec.automountServiceAccountToken).toBe(false);
    expect(template.spec.containers.map(({ name }: Manifest) => name)).toEqual(["vision-analyser"]);
    expect(template.spec.containers[0].restartPolicy).toBeUndefined();
    expect(one(objects, "PodDisruptionBudget").spec.maxUnavailable).toBe(1);
  });

  it("is restarted when its configuration changes", () => {
    const annotation = (values: Values): string =>
      one(render({ ...STANDALONE, ...values }), "Deployment").spec.template.metadata.annotations["checksum/config"];
    expect(annotation({})).not.toBe(annotation({ config: { model: { name: "other" } } }));
  });

  it("is scraped through its Service by a ServiceMonitor", () => {
    const objects = render({ ...STANDALONE, serviceMonitor: { enabled: true } });
    const service = one(objects, "Service");
    const monitor = one(objects, "ServiceMonitor");
    expect(service.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
    expect(service.spec.ports.map(({ name }: Manifest) => name)).toContain(monitor.spec.endpoints[0].port);
    expect(all(render({ serviceMonitor: { enabled: true } }), "ServiceMonitor")).toEqual([]);
  });

  it("lets in Prometheus and senders, and asks nobody", () => {
    const policy = one(render(STANDALONE), "NetworkPolicy");
    expect(policy.spec.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(policy.spec.egress).toEqual([]);
  });

  it("asks for names and the shared label table, at its port and where it is said to be", () => {
    const config = { model: { name: "parts" }, labels: { shared: { address: "valkey.vision.svc:6380" } } };
    const to = [{ podSelector: { matchLabels: { app: "valkey" } } }];
    const policy = one(render({ ...STANDALONE, config, networkPolicy: { labelStore: to } }), "NetworkPolicy");
    expect(policy.spec.egress).toEqual([
      { ports: ["UDP", "TCP"].map((protocol) => ({ port: 53, protocol })) },
      { ports: [{ port: 6380, protocol: "TCP" }], to },
    ]);
  });
});

describe("a release with an access Secret", () => {
  const access = (probe: string): Values => ({ ...STANDALONE, access: { secretName: "parts-access", probe } });
  const analyserOf = (values: Values): Manifest => one(render(values), "Deployment").spec.template.spec.containers[0];

  it("mounts it in the analyser, read-only, and nowhere without one", () => {
    expect(analyserOf(access("HTTP")).volumeMounts).toContainEqual({
      name: "vision-access",
      mountPath: "/etc/vision-exporter-access",
      readOnly: true,
    });
    const { volumes } = one(render(access("HTTP")), "Deployment").spec.template.spec;
    expect(volumes).toContainEqual({ name: "vision-access", secret: { secretName: "parts-access" } });
    expect(JSON.stringify(render(STANDALONE))).not.toContain("vision-access");
    const injected = patched(
      expressionOf(render({ ...INJECTION, access: { secretName: "s" } })),
      "/spec/initContainers",
    );
    const mounts = injected.map(({ name, volumeMounts }) => [
      name,
      JSON.stringify(volumeMounts).includes("vision-access"),
    ]);
    expect(mounts).toEqual([
      ["vision-analyser", true],
      ["vision-tap", false],
    ]);
  });

  it.each([
    ["HTTP", { httpGet: { path: "/-/healthy", port: "vision-metrics" } }],
    ["HTTPS", { httpGet: { path: "/-/healthy", port: "vision-metrics", scheme: "HTTPS" } }],
    ["TCP", { tcpSocket: { port: "vision-metrics" } }],
  ])("is probed by %s, and dead only after 10 s without an answer, three times in a row", (probe, expected) => {
    const { livenessProbe, readinessProbe } = analyserOf(access(probe));
    const patience = { timeoutSeconds: 10, periodSeconds: 10, failureThreshold: 3 };
    expect(livenessProbe).toEqual({ ...expected, ...patience });
    expect(Object.keys(readinessProbe)).toEqual(Object.keys(expected));
  });

  it("is scraped with the authority, the client certificate and the user that the values name", () => {
    const tlsConfig = { ca: { secret: { name: "a", key: "ca.crt" } }, serverName: "parts" };
    const basicAuth = { username: { name: "b", key: "u" }, password: { name: "b", key: "p" } };
    const scrape = { scheme: "https", tlsConfig, basicAuth };
    for (const kind of ["podMonitor", "serviceMonitor"]) {
      const objects = render({ ...STANDALONE, scrape, [kind]: { enabled: true } });
      const { spec } = one(objects, kind === "podMonitor" ? "PodMonitor" : "ServiceMonitor");
      expect((spec.podMetricsEndpoints ?? spec.endpoints)[0]).toMatchObject(scrape);
    }
  });
});
