import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseConfig } from "../../src/config/load.ts";
import { VisionError } from "../../src/core/errors.ts";
import type { Random } from "../../src/core/random.ts";
import { type FuzzCase, type FuzzResult, fuzzEach } from "./fuzz-target.ts";
import { mutate, oneOf, pick } from "./mutate.ts";

export const name = "configuration";

const MOST_MESSAGE = 40_000;

const texts: readonly string[] = ["examples", "test/unit/config/fixtures"].flatMap((folder) =>
  readdirSync(resolve(folder))
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => readFileSync(join(resolve(folder), file), "utf8")),
);

const LINES = [
  "model: &a { name: x, classes: [a, b] }\ncopy: *a",
  "a: &a [*a]",
  "? [complex, key]\n: value",
  "__proto__: { polluted: true }",
  "constructor: 1",
  "model: !!binary aGVsbG8=",
  "model: !!js/function 'x'",
  "<<: { model: 1 }",
  "\tmodel: x",
  "---\n...\n---\n",
  "%YAML 9.9",
  "windows: 1e999",
  "limits: { requestBytes: 99999999999999999999GiB }",
  "log: { level: \u0000 }",
  "# \ud800",
  "a: |\n  x\n b",
  "image: { maxPixels: .inf, maxBytes: .nan }",
];

const LONG: readonly ((random: Random) => string)[] = [
  (random) => "[".repeat(pick(random, 20_000)),
  (random) => "{a: ".repeat(pick(random, 20_000)),
  (random) => "- ".repeat(pick(random, 20_000)),
  (random) => `${"a".repeat(pick(random, 200_000))}: 1`,
  (random) => `model: { name: "${"x".repeat(pick(random, 200_000))}" }`,
  (random) => Array.from({ length: pick(random, 5_000) }, (_, k) => `key${k}: ${k}`).join("\n"),
  (random) => `windows: [${"{}, ".repeat(pick(random, 5_000))}]`,
  (random) => aliasBomb(3 + pick(random, 10)),
];

function aliasBomb(levels: number): string {
  const lines = Array.from({ length: levels }, (_, k) => `a${k + 1}: &a${k + 1} [${`*a${k}, `.repeat(9)}]`);
  return ["a0: &a0 [x]", ...lines].join("\n");
}

/** A file with lines cut, doubled, put elsewhere or replaced; sometimes damaged as bytes, sometimes grown beyond measure. */
function configurationText(random: Random): string {
  const lines = oneOf(random, texts).split("\n");
  for (let changes = pick(random, 4); changes > 0; changes--) {
    const at = pick(random, lines.length);
    const line = lines[at] ?? "";
    const other = oneOf(random, [oneOf(random, LINES), line, `${line} ${line}`, ` ${line}`, oneOf(random, lines)]);
    lines.splice(at, pick(random, 3), other);
  }
  if (random.next() < 0.02) lines.splice(pick(random, lines.length), 0, oneOf(random, LONG)(random));
  const text = lines.join("\n");
  return random.next() < 0.3 ? mutate(Buffer.from(text), random).toString() : text;
}

export const configurationCase: FuzzCase = async (random) => {
  try {
    parseConfig(configurationText(random), {}, "file");
    return "accepted";
  } catch (error) {
    if (!(error instanceof VisionError)) throw error;
    if (error.message.length > MOST_MESSAGE) throw new Error(`a message of ${error.message.length} characters`);
    return error.code;
  }
};

export function run(seconds: number, seed: number): Promise<FuzzResult> {
  return fuzzEach({ configurations: configurationCase }, seconds, seed);
}
