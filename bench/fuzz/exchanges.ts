import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { Exchange } from "../../src/core/exchange.ts";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { decodeExchange, type IntakeOptions } from "../../src/intake/index.ts";
import { resolveOutcome } from "../../src/intake/outcome.ts";
import { type FuzzCase, type FuzzResult, fuzzEach } from "./fuzz-target.ts";
import { jsonMutant } from "./json-mutants.ts";
import { mutate, oneOf, pick } from "./mutate.ts";

export const name = "exchanges";

const FOLDER = resolve("test/contracts/fixtures/intake");
const CLASSES = ["water", "cloudy", "desert", "green_area"];

interface Recorded {
  readonly exchange: Exchange;
  readonly options: IntakeOptions;
}

/** Exchanges with real servers, of every protocol. */
const recorded: readonly Recorded[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => load(resolve(FOLDER, file.slice(0, -".json".length))));

function load(stem: string): Recorded {
  const { method, path, status, requestHeaders, responseHeaders, options } = JSON.parse(
    readFileSync(`${stem}.json`, "utf8"),
  );
  return {
    options: { maxBodyBytes: 1 << 20, random: seededRandom(1), ...options },
    exchange: {
      ...{ timeSeconds: 1_790_000_000, method, path, status },
      requestHeaders: new Map(Object.entries<string>(requestHeaders)),
      requestBody: readFileSync(`${stem}.request.bin`),
      responseHeaders: new Map(Object.entries<string>(responseHeaders)),
      responseBody: readFileSync(`${stem}.response.bin`),
    },
  };
}

/** The body changed as JSON where it is JSON, as bytes where not, and now and then compressed, truly or not. */
function body(bytes: Uint8Array, random: Random): Buffer {
  const original = Buffer.from(bytes);
  if (random.next() < 0.25) return original;
  if (random.next() < 0.5) return mutate(original, random);
  try {
    return jsonMutant(JSON.parse(original.toString()), random);
  } catch {
    return mutate(original, random);
  }
}

const HEADERS: readonly (readonly [string, string])[] = [
  ["inference-header-content-length", "0"],
  ["inference-header-content-length", "999999999"],
  ["inference-header-content-length", "-1"],
  ["content-type", "multipart/form-data; boundary="],
  ["content-type", `multipart/form-data; boundary=${"x".repeat(100)}`],
  ["x-request-id", "\u0000\ud800".repeat(100)],
  ["traceparent", "00-ffffffffffffffffffffffffffffffff-0000000000000000-01"],
  ["__proto__", "x"],
];
const ENCODINGS = [
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["gzip, br", gzipSync],
] as const;

function mutant({ exchange }: Recorded, random: Random): Exchange {
  const requestHeaders = new Map(exchange.requestHeaders);
  if (random.next() < 0.3) requestHeaders.set(...(oneOf(random, HEADERS) as [string, string]));
  if (random.next() < 0.1) requestHeaders.delete("inference-header-content-length");
  let requestBody = body(exchange.requestBody, random);
  if (random.next() < 0.1) {
    const [encoding, compress] = oneOf(random, ENCODINGS);
    requestHeaders.set("content-encoding", encoding);
    if (random.next() < 0.7) requestBody = mutateSometimes(compress(requestBody), random);
  }
  const path =
    random.next() < 0.1
      ? oneOf(random, ["", "/v2/models//infer", "/v2/models/m/infer", "/v1/models/m:predict"])
      : exchange.path;
  return { ...exchange, path, requestHeaders, requestBody, responseBody: body(exchange.responseBody, random) };
}

function mutateSometimes(bytes: Buffer, random: Random): Buffer {
  return random.next() < 0.5 ? mutate(bytes, random) : bytes;
}

/** decodeExchange has a net under it, so its outcome alone would hide a throw; what it gives must go through the next stage too. */
export const exchangeCase: FuzzCase = async (random) => {
  const one = recorded[pick(random, recorded.length)] as Recorded;
  const decoded = await decodeExchange(mutant(one, random), one.options);
  if ("reason" in decoded) return decoded.reason;
  for (const { prediction, ids } of decoded.inferences) {
    resolveOutcome(prediction, CLASSES, "auto");
    if (ids.length === 0 || ids.length > 4) throw new Error(`${ids.length} ids`);
  }
  return decoded.protocol;
};

export function run(seconds: number, seed: number): Promise<FuzzResult> {
  return fuzzEach({ exchanges: exchangeCase }, seconds, seed);
}
