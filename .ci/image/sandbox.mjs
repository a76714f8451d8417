// Runs a command in an unpacked image as a pod would: its root read-only, as a numeric user (which ends all capabilities) without new privileges, in a mount
// namespace of its own. Its network and processes are those of pod.mjs.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const ENTER = `
set -e
root=$1; user=$2; volumes=$3; shift 3
mount --bind "$root" "$root"
for volume in $volumes; do mount --bind "\${volume%%:*}" "$root\${volume#*:}"; done
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755,size=64k tmpfs "$root/dev"
for device in null zero urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs /usr/sbin/chroot --userspec="$user:$user" "$root" "$@"
`;

/** `volumes`: {path in the image: folder on this machine}. */
export function startInImage({ tree, user, environment, volumes }, command) {
  for (const path of Object.keys(volumes)) mkdirSync(join(tree, path), { recursive: true });
  const list = Object.entries(volumes)
    .map(([path, folder]) => `${folder}:${path}`)
    .join(" ");
  const args = ["--mount", "sh", "-c", ENTER, "sh", tree, String(user), list, ...command];
  const child = spawn("unshare", args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return { ended, terminate: () => child.kill("SIGTERM"), output: () => Buffer.concat(output).toString() };
}
