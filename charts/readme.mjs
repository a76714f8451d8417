// `node charts/readme.mjs` writes the table of values in the chart's README from values.yaml: a key, the comment above it, its default. A map is one row unless
// one of its keys has a comment. With --check it writes nothing and fails where the README differs, or where a value has no comment.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";

const chart = join(import.meta.dirname, "vision-exporter");
const README = join(chart, "README.md");
const LONGEST_DEFAULT = 48;

function* rows(map, prefix) {
  for (const [index, { key, value }] of map.items.entries()) {
    const path = [...prefix, key.value];
    // The comment above a map's first key belongs to the map.
    const comment = index === 0 && prefix.length > 0 ? map.commentBefore : key.commentBefore;
    if (isMap(value) && hasComments(value)) yield* rows(value, path);
    else yield { name: path.join("."), comment: text(comment), value: value.toJSON() };
  }
}

function hasComments(map) {
  return Boolean(map.commentBefore) || map.items.some(({ key, value }) => key.commentBefore || (isMap(value) && hasComments(value)));
}

/** What stands above an empty line is about the file. */
const text = (comment = "") => comment.split(/\n[ \t]*\n/).at(-1).split("\n").map((line) => line.trim()).filter(Boolean).join(" ");

function printed(value) {
  if (typeof value === "string" && value !== "") return `\`${value}\``;
  const json = JSON.stringify(value);
  return json.length <= LONGEST_DEFAULT ? `\`${json}\`` : "see [values.yaml](values.yaml)";
}

const document = parseDocument(readFileSync(join(chart, "values.yaml"), "utf8"));
const all = [...rows(document.contents, [])];
const missing = all.filter(({ comment }) => comment === "").map(({ name }) => name);
if (missing.length > 0) throw new Error(`values.yaml says nothing about ${missing.join(", ")}`);

const lines = all.map(({ name, comment, value }) => `| \`${name}\` | ${comment.replaceAll("|", "\\|")} | ${printed(value)} |`);
const table = ["| Key | Meaning | Default |", "|---|---|---|", ...lines].join("\n");
const before = readFileSync(README, "utf8");
const after = before.replace(/(<!-- values -->\n)[\s\S]*?\n?(<!-- \/values -->)/, (_, start, end) => `${start}${table}\n${end}`);
if (!after.includes(lines[0])) throw new Error("the README has no place for the table: <!-- values -->");
if (process.argv.includes("--check")) {
  if (before !== after) throw new Error("the chart's README is behind values.yaml\n  remedy: node charts/readme.mjs");
} else {
  writeFileSync(README, after);
}
