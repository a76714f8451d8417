import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

/** Where, when and by what the figures below were found. */
export function fromCommand(command: string): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const promtool = execFileSync("promtool", ["--version"], { encoding: "utf8" }).split(/[ ,+]+/)[2];
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node.js ${process.versions.node}, promtool ${promtool}`;
  return `\`${command}\`, ${date}, commit ${commit}, ${machine}.`;
}

/** Replaces what stands between the page's two marks. */
export function writeSection(page: string, source: string, table: string): void {
  const [before, rest = ""] = readFileSync(page, "utf8").split("<!-- start: figures -->");
  const [, after] = rest.split("<!-- end: figures -->");
  if (after === undefined) throw new Error(`${page} has no marks for figures`);
  writeFileSync(page, `${before}<!-- start: figures -->\n\n${source}\n\n${table}\n\n<!-- end: figures -->${after}`);
}
