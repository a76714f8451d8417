// buildah without an engine: chroot isolation and the vfs driver need no daemon, no user namespaces and no overlay file system. Its storage is ours alone.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../bootstrap.mjs";

export const home = join(root, ".cache", "image");

export function capture(command, args, options = {}) {
  return execFileSync(command, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
}

export function buildah(...args) {
  const storage = ["--root", join(home, "storage"), "--runroot", join(home, "run"), "--storage-driver", "vfs"];
  return capture("buildah", [...storage, ...args], { env: { ...process.env, BUILDAH_ISOLATION: "chroot" } }).trim();
}

/** Apparent size of what lies below a folder. */
export function sizeBytes(folder) {
  return Number.parseInt(capture("du", ["-sb", folder]), 10);
}
