import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

/** What figures were measured on. */
export function machine(): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model}, Node.js ${process.versions.node}, commit ${commit}`;
}
