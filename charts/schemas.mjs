// Kubernetes' own JSON schemas, strict: unknown keys are errors, and so is a kind that no schema knows. They come out of PyPI's kubernetes-validate, those of the
// Prometheus operator out of its resource definitions (kubernetes/prometheus-operator-crds.yaml).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import { documents } from "./helm.mjs";
import { fetchWheel } from "./wheels.mjs";

/** The oldest that the chart supports, one between, and the newest. */
export const VERSIONS = ["1.29.0", "1.32.0", "1.37.0"];
const FOLDER = "kubernetes_validate/kubernetes-json-schema";
const DEFINITIONS = "https://kubernetes.invalid/definitions.json";
export const CRDS = join(import.meta.dirname, "kubernetes", "prometheus-operator-crds.yaml");

/** `validate(object)` gives what is wrong with it, in words. */
export function openSchemas(version) {
  const wheel = fetchWheel("kubernetes-validate==1.37.0", VERSIONS.map((each) => `${FOLDER}/v${each}-local-strict/_definitions.json`));
  const text = readFileSync(join(wheel, FOLDER, `v${version}-local-strict`, "_definitions.json"), "utf8");
  const { $defs: definitions } = JSON.parse(text.replaceAll('"/api/_definitions.json#', '"#'));
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $defs: definitions }, DEFINITIONS);
  const schemas = new Map([...coreSchemas(definitions), ...customSchemas()]);
  const compiled = new Map();
  return (object) => {
    const key = keyOf(object.apiVersion, object.kind);
    const schema = schemas.get(key);
    if (!schema) return [`${key} is not known to ${version}`];
    if (!compiled.has(key)) compiled.set(key, ajv.compile(schema));
    const valid = compiled.get(key);
    return valid(object) ? [] : valid.errors.map(({ instancePath, message, params }) => `${object.kind}${instancePath} ${message} ${JSON.stringify(params)}`);
  };
}

const keyOf = (apiVersion, kind) => `${apiVersion}/${kind}`;

function* coreSchemas(definitions) {
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, version, kind } of definition["x-kubernetes-group-version-kind"] ?? []) {
      yield [keyOf(group ? `${group}/${version}` : version, kind), { $ref: `${DEFINITIONS}#/$defs/${name}` }];
    }
  }
}

function* customSchemas() {
  for (const { spec } of documents(readFileSync(CRDS, "utf8"))) {
    for (const { name, schema } of spec.versions) yield [keyOf(`${spec.group}/${name}`, spec.names.kind), strict(schema.openAPIV3Schema, true)];
  }
}

/** An object of a resource definition knows its properties and no others; metadata is Kubernetes' own. */
function strict(schema, top = false) {
  if (Array.isArray(schema)) return schema.map((item) => strict(item));
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  if (copy["x-kubernetes-int-or-string"]) return { type: ["integer", "string"] };
  if (copy.properties && copy.type === "object" && !copy.additionalProperties && !copy["x-kubernetes-preserve-unknown-fields"]) copy.additionalProperties = false;
  // Flags inside a pattern are Go's.
  if (copy.pattern?.includes?.("(?i)")) delete copy.pattern;
  if (top) copy.properties.metadata = { type: "object" };
  return copy;
}
