import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const scripts: Record<string, string> = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;
const rowsOf = (page: string): string[][] =>
  readFileSync(join(ROOT, page), "utf8")
    // What commands write has tables of its own.
    .replace(/<!-- start: [\s\S]*?<!-- end: /g, "")
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\|(-|\s#|\sasset )/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

/** `test/e2e/tap.test.ts`: "a title", or `npm run soak`; several with "; " between them. */
function missing(proof: string): string[] {
  return proof.split("; ").filter((part) => {
    const command = /^`npm run ([\w:-]+)[^`]*`$/.exec(part)?.[1];
    if (command) return !(command in scripts);
    const [, file = "", title = ""] = /^`(test\/[\w./-]+)`: "(.+)"$/.exec(part) ?? [];
    return file === "" || !readFileSync(join(ROOT, file), "utf8").includes(title);
  });
}

describe.each(["docs/reliability.md", "SECURITY.md"])("%s", (page) => {
  const rows = rowsOf(page);

  it("names, in each row, tests and commands that exist", () => {
    expect(rows.every((row) => row.length === 4)).toBe(true);
    expect(rows.flatMap((row) => missing(row[3] ?? ""))).toEqual([]);
  });
});
