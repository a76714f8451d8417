import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Exchange } from "../../src/core/exchange.ts";
import type { ImageInput, Inference } from "../../src/core/inference.ts";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { contentId } from "../../src/intake/ids.ts";
import { decodeExchange, type IntakeOptions, PROTOCOLS } from "../../src/intake/index.ts";
import { OpenExchange, openExchange } from "../../src/intake/open-exchange.ts";
import { resolveOutcome } from "../../src/intake/outcome.ts";

const CLASSES = ["water", "cloudy", "desert", "green_area"];

interface Fixture {
  readonly name: string;
  readonly exchange: Exchange;
  readonly options: IntakeOptions;
  readonly expected: {
    readonly protocol: string;
    readonly model: string;
    readonly modelVersion: string;
    readonly ids: readonly (readonly string[])[];
    readonly images: readonly (string | null)[];
    /** [class index, confidence], or the reason why there is none. */
    readonly outcomes: readonly (readonly [number, number] | string)[];
  };
}

const folder = resolve(import.meta.dirname, "fixtures/intake");

function load(name: string): Fixture {
  const recorded = JSON.parse(readFileSync(resolve(folder, `${name}.json`), "utf8"));
  return {
    name,
    expected: recorded.expected,
    options: { maxBodyBytes: 1 << 20, random: seededRandom(1), ...recorded.options },
    exchange: {
      timeSeconds: 1_790_000_000,
      method: recorded.method,
      path: recorded.path,
      requestHeaders: new Map(Object.entries(recorded.requestHeaders)),
      requestBody: readFileSync(resolve(folder, `${name}.request.bin`)),
      status: recorded.status,
      responseHeaders: new Map(Object.entries(recorded.responseHeaders)),
      responseBody: readFileSync(resolve(folder, `${name}.response.bin`)),
    },
  };
}

const fixtures = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => load(file.slice(0, -".json".length)));

/** Every protocol that matches decodes, so that a throw cannot hide behind an earlier one in the list. */
async function decodeWithAll(exchange: Exchange, options: IntakeOptions): Promise<number> {
  const opened = await openExchange(exchange, options.maxBodyBytes);
  const bodies = new OpenExchange(exchange, exchange.requestBody, exchange.responseBody);
  let decodings = 0;
  for (const open of "reason" in opened ? [bodies] : [opened, bodies]) {
    for (const protocol of PROTOCOLS) {
      protocol.matches(open, options);
      const decoded = await protocol.decode(open, options);
      if ("reason" in decoded) continue;
      decodings++;
      for (const prediction of decoded.predictions) resolveOutcome(prediction, CLASSES, "auto");
    }
  }
  await decodeExchange(exchange, options);
  return decodings;
}

/** What decodeExchange does, without its net. */
async function decodeWithFirst(exchange: Exchange, options: IntakeOptions): Promise<void> {
  const opened = await openExchange(exchange, options.maxBodyBytes);
  if ("reason" in opened) return;
  await PROTOCOLS.find((protocol) => protocol.matches(opened, options))?.decode(opened, options);
}

function outcomeOf({ prediction }: Inference): readonly [number, number] | string {
  const resolved = resolveOutcome(prediction, CLASSES, "auto");
  return "reason" in resolved ? resolved.reason : [resolved.outcome.classIndex, resolved.outcome.confidence];
}

const nameOf = (image: ImageInput | undefined): string | null => (image ? contentId(image) : null);

it("has an exchange for every protocol", () => {
  expect(fixtures.length).toBeGreaterThanOrEqual(25);
  expect(new Set(fixtures.map(({ expected }) => expected.protocol))).toEqual(
    new Set(PROTOCOLS.map(({ name }) => name)),
  );
});

describe.each(fixtures)("the exchange $name", ({ exchange, options, expected }) => {
  it("gives the images, predictions and ids that were sent", async () => {
    const decoded = await decodeExchange(exchange, options);
    if ("reason" in decoded) throw new Error(decoded.reason);
    const { inferences } = decoded;
    expect(decoded.protocol).toBe(expected.protocol);
    expect(inferences.map(({ image }) => nameOf(image))).toEqual(expected.images);
    for (const [k, outcome] of inferences.map(outcomeOf).entries()) {
      const wanted = expected.outcomes[k];
      if (typeof outcome === "string" || typeof wanted === "string") expect(outcome).toBe(wanted);
      else expect(outcome).toEqual([wanted?.[0], expect.closeTo(wanted?.[1] ?? Number.NaN, 5)]);
    }
    const ids = inferences.map((inference, k) => (expected.ids[k]?.[0] === "made" ? ["made"] : inference.ids));
    expect(ids).toEqual(expected.ids);
    expect(new Set(inferences.map(({ model }) => model))).toEqual(new Set([expected.model]));
    expect(new Set(inferences.map(({ modelVersion }) => modelVersion))).toEqual(new Set([expected.modelVersion]));
  });

  it("is taken by its own protocol alone", async () => {
    const open = await openExchange(exchange, options.maxBodyBytes);
    if ("reason" in open) throw new Error(open.reason);
    const takers = PROTOCOLS.filter((protocol) => protocol.matches(open, options));
    expect(takers.map(({ name }) => name)).toEqual([expected.protocol]);
  });

  it("never throws when either body is cut at any byte", async () => {
    const { requestBody, responseBody } = exchange;
    for (let length = 0; length <= Math.max(requestBody.length, responseBody.length); length++) {
      const cutRequest = { ...exchange, requestBody: requestBody.subarray(0, length) };
      const cutReply = { ...exchange, responseBody: responseBody.subarray(0, length) };
      for (const cut of [cutRequest, cutReply]) await decodeWithFirst(cut, options);
    }
  });

  it("never throws on mutated bodies", async () => {
    const random = seededRandom(exchange.requestBody.length);
    let decodings = 0;
    for (let round = 0; round < 60; round++) {
      const requestBody = mutate(exchange.requestBody, random);
      const responseBody = mutate(exchange.responseBody, random);
      decodings += await decodeWithAll({ ...exchange, requestBody, responseBody }, options);
    }
    expect(decodings).toBeGreaterThan(0);
  });
});

/** Bytes and texts that parsers stumble over. */
const NASTY = [
  "\0",
  "\ud800",
  "__proto__",
  '"__proto__":{"id":1},',
  "1e999",
  "-1",
  "[[[[[[",
  "{}",
  "null",
  '"',
  "\xff\xff\xff\xff",
  "2147483648",
  "NaN",
];

function mutate(body: Uint8Array, random: Random): Uint8Array {
  const bytes = Buffer.from(body);
  const at = Math.floor(random.next() * (bytes.length + 1));
  const choice = random.next();
  if (choice < 0.3) {
    if (at < bytes.length) bytes[at] = Math.floor(random.next() * 256);
    return bytes;
  }
  const nasty = Buffer.from(NASTY[Math.floor(random.next() * NASTY.length)] ?? "", choice < 0.6 ? "utf8" : "latin1");
  const skipped = choice < 0.8 ? 0 : Math.floor(random.next() * 40);
  return Buffer.concat([bytes.subarray(0, at), nasty, bytes.subarray(at + skipped)]);
}
