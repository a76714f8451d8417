import { VisionError } from "../../src/core/errors.ts";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { CloudEventPairing } from "../../src/intake/cloud-events.ts";
import { parseLabels } from "../../src/intake/labels.ts";
import { parseObservations } from "../../src/intake/observations.ts";
import { resolveOutcome } from "../../src/intake/outcome.ts";
import { type FuzzCase, type FuzzResult, fuzzEach } from "./fuzz-target.ts";
import { jsonMutant } from "./json-mutants.ts";
import { mutate, oneOf, pick } from "./mutate.ts";

export const name = "bodies";

const LIMITS = { maxBodyBytes: 1 << 20, maxItems: 1000 };
const PIXEL = Buffer.from("ffd8ffe000104a46494600010100000100010000", "hex").toString("base64");
const TYPES = ["application/json", "", "application/cloudevents+json", "application/json; charset=utf-16", "text/csv"];

const LABELS = [
  { id: "a", label: "water" },
  { request_id: 17, truth: 1, item: 3, time: 1_790_000_000 },
  [
    { id: "a", label: "water", time: "2026-09-01T00:00:00Z" },
    { id: "b", class: 0 },
  ],
  {
    response: { meta: { puid: "p" } },
    reward: 1,
    truth: {
      data: {
        ndarray: [
          [0, 1, 0],
          [1, 0, 0],
        ],
      },
    },
  },
  { response: { meta: { puid: "p" } }, truth: { data: { tensor: { shape: [2, 3], values: [0, 1, 0, 1, 0, 0] } } } },
] as const;

const OBSERVATIONS = [
  { id: "a", image: PIXEL, prediction: { label: "water", score: 0.9 }, model: "tiles", model_version: "3" },
  { id: "a", time: 1_790_000_000, prediction: [0.1, 0.7, 0.2], embedding: [1, 2, 3], image: { b64: PIXEL } },
  [{ image: { type: "base64", value: PIXEL }, prediction: { water: 0.9, desert: 0.1 } }, { prediction: "water" }],
  {
    image: [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    prediction: { probabilities: [0.5, 0.5], labels: ["water", "desert"] },
  },
  { prediction: { boxes: [[1, 2, 3, 4]], labels: ["a"], scores: [0.5] }, image: `data:image/jpeg;base64,${PIXEL}` },
] as const;

const CLASSES = ["water", "desert", "cloudy"];

/** One body of either kind: as JSON of some type, as lines, or as a form. */
function bodyOf(valid: readonly unknown[], random: Random): { readonly type: string; readonly bytes: Buffer } {
  const one = (): Buffer => jsonMutant(oneOf(random, valid) as Parameters<typeof jsonMutant>[0], random);
  const kind = random.next();
  if (kind < 0.7) return { type: kind < 0.5 ? "application/json" : oneOf(random, TYPES), bytes: one() };
  if (kind < 0.85) return { type: "application/x-ndjson", bytes: linesOf(one, random) };
  return formOf(one, random);
}

function linesOf(one: () => Buffer, random: Random): Buffer {
  const end = Buffer.from(oneOf(random, ["\n", "\r\n", "\n\n", "\n \n", ""]));
  const lines = Array.from({ length: pick(random, 5) }, () => Buffer.concat([one(), end]));
  return Buffer.concat(random.next() < 0.05 ? [...lines, Buffer.alloc(20_000, "\n")] : lines);
}

function formOf(one: () => Buffer, random: Random): { readonly type: string; readonly bytes: Buffer } {
  const boundary = oneOf(random, ["b", "----x", "", 'b"', "x".repeat(80), "b b"]);
  const file = 'Content-Disposition: form-data; name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n';
  const field = `Content-Disposition: form-data; name="${oneOf(random, ["json", "__proto__", "", "a".repeat(300)])}"\r\n\r\n`;
  const parts = Array.from({ length: pick(random, 4) }, (_, index) => {
    const isFile = index > 0 || random.next() < 0.3;
    const content = isFile ? Buffer.from(PIXEL, "base64") : one();
    return Buffer.concat([Buffer.from(`--${boundary}\r\n${isFile ? file : field}`), content, Buffer.from("\r\n")]);
  });
  const bytes = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  const type = `multipart/form-data${oneOf(random, [`; boundary=${boundary}`, `; boundary="${boundary}"`, "", "; boundary="])}`;
  return { type, bytes: random.next() < 0.3 ? mutate(bytes, random) : bytes };
}

/** What the API answers: taken, refused as a whole, or item by item. Any other error is a crash. */
async function outcomeOf(
  parse: () => Promise<readonly ({ readonly item: unknown } | { readonly error: string })[]>,
): Promise<string> {
  try {
    const items = await parse();
    return items.some((entry) => "error" in entry) ? "items refused" : "taken";
  } catch (error) {
    if (
      error instanceof VisionError &&
      error.code in { REQUEST_INVALID: 1, REQUEST_TOO_LARGE: 1, UNSUPPORTED_MEDIA_TYPE: 1 }
    ) {
      return error.code;
    }
    throw error;
  }
}

export const labelBody: FuzzCase = (random) => {
  const { type, bytes } = bodyOf(LABELS, random);
  return outcomeOf(async () => parseLabels(type, bytes, LIMITS));
};

export const observationBody: FuzzCase = (random) => {
  const { type, bytes } = bodyOf(OBSERVATIONS, random);
  return outcomeOf(async () => {
    const parsed = await parseObservations(type, bytes, {
      ...LIMITS,
      nowSeconds: 1_790_000_000,
      random: seededRandom(1),
    });
    for (const entry of parsed) if ("item" in entry) resolveOutcome(entry.item.prediction, CLASSES, "auto");
    return parsed;
  });
};

const pairing = new CloudEventPairing({
  clock: { nowSeconds: () => 1_790_000_000, monotonicSeconds: () => 0 },
  expirySeconds: 60,
  maxWaiting: 100,
  maxWaitingBytes: 1 << 20,
});

const EVENTS = [
  {
    specversion: "1.0",
    type: "org.kubeflow.serving.inference.request",
    id: "1",
    time: "2026-09-01T00:00:00Z",
    data: { instances: [1] },
  },
  {
    specversion: "1.0",
    type: "org.kubeflow.serving.inference.response",
    id: "1",
    data_base64: PIXEL,
    datacontenttype: "image/jpeg",
  },
  { specversion: "1.0", type: "io.seldon.serving.feedback", requestid: "1", id: "2", data: LABELS[3] },
] as const;

export const cloudEvent: FuzzCase = async (random) => {
  const structured = random.next() < 0.6;
  const event = oneOf(random, EVENTS);
  const bytes = jsonMutant(event as unknown as Parameters<typeof jsonMutant>[0], random);
  const headers = new Map([
    ["content-type", structured ? "application/cloudevents+json" : "application/json"],
    ["ce-type", oneOf(random, [event.type, "", "x".repeat(9000)])],
    ["ce-id", String(pick(random, 3))],
    ["ce-metadata", oneOf(random, ['{"X-Request-Id":["a"]}', "{", "[[[[", '{"__proto__":["a"]}'])],
  ]);
  try {
    return pairing.receive(headers, bytes).kind;
  } catch (error) {
    if (error instanceof VisionError) return error.code;
    throw error;
  }
};

export function run(seconds: number, seed: number): Promise<FuzzResult> {
  return fuzzEach({ labels: labelBody, observations: observationBody, events: cloudEvent }, seconds, seed);
}
