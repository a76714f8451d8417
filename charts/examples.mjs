// `node charts/examples.mjs` writes what follows the chart's templates: the containers in examples/kubernetes/*.yaml, each rendered with the NAME-values.yaml
// beside it, the same manifests in docs/install-kubernetes.md, and the Kustomize component. With --check it writes nothing and fails where something differs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Document, isMap, parse, parseAllDocuments, visit } from "yaml";
import { ofKind, root } from "./helm.mjs";
import { renderParent, sidecars } from "./pods.mjs";

const EXAMPLES = join(root, "examples", "kubernetes");
const COMPONENT = join(root, "charts", "kustomize");
const PAGE = join(root, "docs", "install-kubernetes.md");
const GENERATED = "# Made from the chart's templates by `node charts/examples.mjs`.\n";

/** Where a workload keeps its pod's spec, and what it is called in the cluster. */
const POD_SPEC = { Deployment: ["spec", "template", "spec"], InferenceService: ["spec", "predictor"] };

const read = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");

/** As a person would write it: short maps and plain lists on one line. */
function print(document) {
  visit(document, {
    Map: (_, node) => {
      const short = node.items.every(({ key, value }) => !isMap(value) && !value?.items?.length && !key.commentBefore && !value?.comment);
      if (node.range === undefined) node.flow = short && String(node).length < 80 && node.items.length > 0;
    },
    Seq: (_, node) => {
      if (node.range === undefined) node.flow = node.items.every(({ items }) => items === undefined);
    },
  });
  return plain(document);
}

const plain = (document) => document.toString({ lineWidth: 0 }).replaceAll(/\[ (.*?) \]/g, "[$1]");

function withSidecars(path) {
  const values = parse(read(path.replace(/\.yaml$/, "-values.yaml")));
  const { initContainers, volumes } = sidecars({ fullnameOverride: FULLNAMES[path.split("/").at(-1)], ...values });
  return parseAllDocuments(read(path)).map((document) => {
    const where = POD_SPEC[document.get("kind")];
    if (!where) return plain(document);
    const own = (document.getIn([...where, "volumes"])?.toJSON() ?? []).filter(({ name }) => !name.startsWith("vision-"));
    document.setIn([...where, "initContainers"], document.createNode(initContainers));
    document.setIn([...where, "volumes"], document.createNode([...own, ...volumes]));
    return print(document);
  }).join("");
}

const FULLNAMES = { "deployment.yaml": "parts-vision", "triton.yaml": "defects-vision", "kserve.yaml": "parts-vision" };

/** A component for a kustomization that makes the ConfigMaps `vision-exporter` and, when there is a reference, `vision-reference`. */
function component() {
  const reference = { file: "reference.vxref", volume: { configMap: { name: "vision-reference", optional: true } } };
  const values = { fullnameOverride: "vision-exporter", config: { model: { name: "model" } }, reference };
  const spec = sidecars(values);
  const template = { metadata: { labels: { "vision-exporter": "enabled" } }, spec };
  const patch = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "any" }, spec: { template } };
  const [{ metadata, ...podMonitor }] = ofKind(renderParent({ ...values, podMonitor: { enabled: true } }), "PodMonitor");
  return {
    "sidecars.yaml": patch,
    "podmonitor.yaml": { ...podMonitor, metadata: { name: metadata.name } },
  };
}

function* files() {
  for (const name of Object.keys(FULLNAMES)) yield [join(EXAMPLES, name), withSidecars(join(EXAMPLES, name))];
  for (const [name, content] of Object.entries(component())) yield [join(COMPONENT, name), GENERATED + print(new Document(content))];
}

/** The same manifest for a cluster where the admission policy adds the containers. */
function withoutSidecars(text) {
  return parseAllDocuments(text).map((document) => {
    const where = POD_SPEC[document.get("kind")];
    if (!where) return plain(document);
    document.deleteIn([...where, "initContainers"]);
    const volumes = document.getIn([...where, "volumes"]);
    volumes.items = volumes.items.filter((volume) => !volume.get("name").startsWith("vision-"));
    if (volumes.items.length === 0) document.deleteIn([...where, "volumes"]);
    return plain(document);
  }).join("");
}

/** The page's blocks that begin with the name of an example. */
function page(contents) {
  return read(PAGE).replaceAll(/```yaml\n(# (examples\/kubernetes\/[\w-]+\.yaml)(, without the containers)?)\n[\s\S]*?```/g, (_, head, name, without) => {
    const path = join(root, name);
    const whole = contents.get(path) ?? read(path);
    const text = (without ? withoutSidecars(whole) : whole).replace(/^# (`initContainers`|.* `initContainers`).*\n/gm, "");
    return `\`\`\`yaml\n${head}\n${text}\`\`\``;
  });
}

const contents = new Map(files());
contents.set(PAGE, page(contents));
const stale = [...contents].filter(([path, text]) => read(path) !== text);
if (process.argv.includes("--check")) {
  if (stale.length > 0) throw new Error(`behind the chart's templates: ${stale.map(([path]) => path).join(", ")}\n  remedy: node charts/examples.mjs`);
} else {
  for (const [path, text] of stale) writeFileSync(path, text);
}
