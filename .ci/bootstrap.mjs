// What both commands of the README share: check Node, install packages when the lock file changed, install Debian packages.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function say(text) {
  process.stdout.write(`${text}\n`);
}

export class StepFailed extends Error {
  constructor(what, remedy) {
    super(`${what}\n  remedy: ${remedy}`);
  }
}

/** Runs a command; its output is shown unless `quiet`, and shown anyway when it fails. */
export function run(command, args, { quiet = false, remedy = "read the output above", env = {} } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  if (result.status === 0) return;
  if (quiet) process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
  throw new StepFailed(
    `${command} ${args.join(" ")} failed (${result.error?.message ?? `exit ${result.status}`})`,
    remedy,
  );
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new StepFailed(`Node.js ${process.versions.node} is too old`, "install Node.js 20.19 or later");
}

/** `npm ci`, skipped while package-lock.json is the one that was installed last. */
export function installPackages() {
  checkNode();
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".installed-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("· installing npm packages (about a minute with an empty cache) …");
  run("npm", ["ci", "--no-audit", "--no-fund"], {
    quiet: true,
    remedy: "check the network and that the npm registry answers",
  });
  writeFileSync(stamp, wanted);
}

/** Installs what is missing of {command: packages}; as root only, otherwise says what to run. */
export function installDebianPackages(wanted) {
  const missing = Object.entries(wanted).filter(([command]) => !isInstalled(command));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap(([, names]) => names))];
  const byHand = `run: apt-get update && apt-get install -y ${packages.join(" ")}`;
  if (process.getuid?.() !== 0 || !isInstalled("apt-get")) {
    throw new StepFailed(`missing on this machine: ${missing.map(([command]) => command).join(", ")}`, byHand);
  }
  say(`· installing Debian packages: ${packages.join(", ")} …`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], { quiet: true, env, remedy: byHand });
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], {
    quiet: true,
    env,
    remedy: byHand,
  });
}

function isInstalled(command) {
  try {
    execFileSync("sh", ["-c", `command -v ${command}`], {
      stdio: "ignore",
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    });
    return true;
  } catch {
    return false;
  }
}

/** Compiles src, demo and bench to dist/. */
export function build() {
  run("node", [join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"], {
    remedy: "correct the type errors above",
  });
}
