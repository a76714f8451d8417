import { readFileSync } from "node:fs";
import { totalmem } from "node:os";

/**
 * Memory of this process that the kernel cannot take back: anonymous pages, and with them all heaps and pixels. Pages of files (the
 * store's map, libraries) are left out, since they go before anything is killed. Without /proc everything resident counts.
 */
export function heldMemoryBytes(): number {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    return 1024 * (kibibytes(status, "RssAnon") + kibibytes(status, "RssShmem"));
  } catch {
    return process.memoryUsage.rss();
  }
}

/** The limit of the control group (version 1 or 2); undefined without one. */
export function memoryLimitBytes(): number | undefined {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : undefined;
}

function kibibytes(status: string, name: string): number {
  const found = new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status);
  if (!found) throw new Error(`/proc/self/status has no ${name}`);
  return Number(found[1]);
}
