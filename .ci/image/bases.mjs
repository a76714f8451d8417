// Stand-ins for the two base images, which come from a registry of images in real life: Debian packages of this machine's release, unpacked, and a Node.js of
// the line that the Dockerfile names. The runtime's has no shell, like the distroless image that it stands for.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { root, say } from "../bootstrap.mjs";
import { buildah, capture, home } from "./storage.mjs";

const RUNTIME_PACKAGES = ["libc6", "libstdc++6", "libgcc-s1", "libatomic1", "tzdata", "netbase"];
const BUILD_PACKAGES = [...RUNTIME_PACKAGES, "dash", "coreutils", "findutils", "base-files", "util-linux"];
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** Node's major version as the Dockerfile's bases name it. */
export function nodeLine() {
  const [, major] = /^ARG RUNTIME_BASE=node:(\d+)-/m.exec(readFileSync(join(root, "Dockerfile"), "utf8")) ?? [];
  if (!major) throw new Error("the Dockerfile's RUNTIME_BASE is not node:<major>-…");
  return major;
}

/** Names of the two base images in our storage, made when they are not there yet. */
export function makeBases(line) {
  const node = fetchNode(line);
  const bases = { build: `localhost/build-base:${line}`, runtime: `localhost/runtime-base:${line}` };
  const present = buildah("images", "--format", "{{.Name}}:{{.Tag}}").split("\n");
  if (!present.includes(bases.runtime)) makeBase(bases.runtime, RUNTIME_PACKAGES, node);
  if (!present.includes(bases.build)) makeBase(bases.build, BUILD_PACKAGES, node, addNpm);
  return bases;
}

/** The newest release of a line, out of the npm package that carries Node.js itself. */
function fetchNode(line) {
  const folder = join(home, `node-${line}`);
  if (!existsSync(join(folder, "package", "bin", "node"))) {
    say(`· fetching Node.js ${line} …`);
    mkdirSync(folder, { recursive: true });
    const name = `node-linux-${process.arch}@${line}`;
    const archive = capture("npm", ["pack", "--silent", "--pack-destination", folder, name]).trim().split("\n").at(-1);
    capture("tar", ["-xzf", join(folder, archive), "-C", folder]);
  }
  return join(folder, "package", "bin", "node");
}

function makeBase(name, packages, node, addition = () => []) {
  say(`· making ${name} of Debian packages …`);
  const tree = join(home, "tree");
  rmSync(tree, { recursive: true, force: true });
  unpack(packages, tree);
  mkdirSync(join(tree, "usr", "local", "bin"), { recursive: true });
  cpSync(node, join(tree, "usr", "local", "bin", "node"));
  chmodSync(join(tree, "usr", "local", "bin", "node"), 0o755);
  mkdirSync(join(tree, "etc", "ssl", "certs"), { recursive: true });
  cpSync(CERTIFICATES, join(tree, CERTIFICATES), { dereference: true });
  const environment = ["PATH=/usr/local/bin:/usr/bin:/bin", ...addition(tree)];
  const container = buildah("from", "scratch");
  buildah("add", container, tree, "/");
  buildah("config", ...environment.flatMap((variable) => ["--env", variable]), container);
  buildah("commit", "--quiet", "--rm", container, name);
  rmSync(tree, { recursive: true });
}

/** apt resolves the packages against a machine that has none; dpkg unpacks them and runs none of their scripts. */
function unpack(packages, tree) {
  const downloads = join(home, "debs");
  rmSync(downloads, { recursive: true, force: true });
  mkdirSync(join(downloads, "partial"), { recursive: true });
  writeFileSync(join(downloads, "status"), "");
  const options = [
    `Dir::State::status=${join(downloads, "status")}`,
    `Dir::Cache::archives=${downloads}`,
    "APT::Sandbox::User=root",
  ];
  capture("apt-get", [
    ...options.flatMap((option) => ["-o", option]),
    "install",
    "--download-only",
    "--no-install-recommends",
    "-y",
    "-qq",
    ...packages,
  ]);
  mkdirSync(tree, { recursive: true });
  for (const file of readdirSync(downloads).filter((entry) => entry.endsWith(".deb")))
    capture("dpkg-deb", ["-x", join(downloads, file), tree]);
  for (const folder of ["bin", "lib", "lib64", "sbin"]) mergeIntoUsr(tree, folder);
  for (const folder of ["tmp", "run", "proc", "dev", "sys"]) mkdirSync(join(tree, folder), { recursive: true });
}

/** /bin and its like are links into /usr on an installed machine; packages carry them either way. */
function mergeIntoUsr(tree, folder) {
  const [outer, inner] = [join(tree, folder), join(tree, "usr", folder)];
  if (existsSync(outer)) {
    mkdirSync(inner, { recursive: true });
    capture("cp", ["-a", `${outer}/.`, inner]);
    rmSync(outer, { recursive: true });
  }
  if (existsSync(inner)) symlinkSync(join("usr", folder), outer);
}

function addNpm(tree) {
  const library = join(tree, "usr", "local", "lib", "node_modules", "npm");
  cpSync(join(capture("npm", ["root", "--global"]).trim(), "npm"), library, { recursive: true });
  const script = join(tree, "usr", "local", "bin", "npm");
  writeFileSync(script, '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n');
  chmodSync(script, 0o755);
  const registry = capture("npm", ["config", "get", "registry"]).trim();
  return [`NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, `npm_config_registry=${registry}`];
}
