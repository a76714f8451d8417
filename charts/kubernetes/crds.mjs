// `node charts/kubernetes/crds.mjs` writes prometheus-operator-crds.yaml: the resource definitions of the three kinds that the chart makes, without their
// descriptions, from the Prometheus operator's Go module (Apache-2.0). Needs Go.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

const MODULE = "github.com/prometheus-operator/prometheus-operator@v0.85.0";
const KINDS = ["podmonitors", "servicemonitors", "prometheusrules"];

const { Dir } = JSON.parse(execFileSync("go", ["mod", "download", "-json", MODULE], { encoding: "utf8", cwd: "/" }));
const withoutDescriptions = (key, value) => (key === "description" && typeof value === "string" ? undefined : value);
const definitions = KINDS.map((kind) => {
  const definition = parse(readFileSync(join(Dir, "example", "prometheus-operator-crd", `monitoring.coreos.com_${kind}.yaml`), "utf8"));
  return stringify(JSON.parse(JSON.stringify(definition, withoutDescriptions)), { aliasDuplicateObjects: false });
});
const head = `# From ${MODULE} (Apache-2.0), example/prometheus-operator-crd, without descriptions: node charts/kubernetes/crds.mjs\n`;
writeFileSync(join(import.meta.dirname, "prometheus-operator-crds.yaml"), head + definitions.join("---\n"));
