import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VisionError } from "../../src/core/errors.ts";
import type { Prediction } from "../../src/core/prediction.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { Activation } from "../../src/intake/activation.ts";
import { readCloudEvent } from "../../src/intake/cloud-event.ts";
import { cleanId } from "../../src/intake/ids.ts";
import { decodeExchange } from "../../src/intake/index.ts";
import { parseLabels } from "../../src/intake/labels.ts";
import { parseObservations } from "../../src/intake/observations.ts";
import { resolveOutcome } from "../../src/intake/outcome.ts";
import { readReply } from "../../src/intake/reply.ts";

const SEEDED = { seed: 20_261_124, numRuns: 500 };
const CLASSES = ["water", "cloudy", "desert", "green_area"];

const anyText = fc.string({ unit: "binary" });
const labelText = fc.oneof(fc.constantFrom(...CLASSES, "0", "3", "4", "__proto__", "constructor"), anyText);
const anyNumber = fc.oneof(fc.double(), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer());

const prediction: fc.Arbitrary<Prediction> = fc.oneof(
  fc
    .array(anyNumber, { maxLength: 6 })
    .map((scores) => ({ kind: "scores" as const, scores: Float64Array.from(scores) })),
  fc.record({
    kind: fc.constant("ranked" as const),
    ranked: fc.array(fc.record({ label: labelText, score: anyNumber }), { maxLength: 6 }),
    complete: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("label" as const), label: fc.oneof(labelText, anyNumber) }),
);
const activation = fc.constantFrom<Activation>("auto", "softmax", "sigmoid", "none");

describe("the guard behind every prediction", () => {
  it("lets only finite distributions and indices of the list through", () => {
    fc.assert(
      fc.property(prediction, activation, (given, how) => {
        const resolved = resolveOutcome(given, CLASSES, how);
        if ("reason" in resolved) return;
        const { classIndex, confidence, probabilities } = resolved.outcome;
        expect(Number.isInteger(classIndex) && classIndex >= 0 && classIndex <= CLASSES.length).toBe(true);
        if (given.kind === "label") expect(confidence).toBeNaN();
        else expect(confidence >= 0 && confidence <= 1).toBe(true);
        if (!probabilities) return;
        expect(probabilities).toHaveLength(CLASSES.length);
        expect(probabilities.every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        expect(probabilities[classIndex]).toBe(confidence);
        expect(Math.max(...probabilities)).toBe(confidence);
      }),
      SEEDED,
    );
  });

  it("does not change probabilities by more than rounding", () => {
    const distribution = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(distribution, (values) => {
        const sum = values.reduce((total, value) => total + value, 0);
        const scores = Float64Array.from(values, (value) => value / sum);
        const resolved = resolveOutcome({ kind: "scores", scores }, CLASSES, "auto");
        if ("reason" in resolved) throw new Error(resolved.reason);
        for (const [k, value] of (resolved.outcome.probabilities ?? []).entries())
          expect(value).toBeCloseTo(scores[k] as number, 12);
      }),
      SEEDED,
    );
  });
});

describe("whatever JSON a reply is", () => {
  it("gives one entry an image, or a mismatch", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 1, max: 4 }), (text, count) => {
        const predictions = readReply(JSON.parse(text), count);
        if (predictions !== "mismatch") expect(predictions).toHaveLength(count);
      }),
      SEEDED,
    );
  });
});

describe("whatever bytes are posted", () => {
  const contentType = fc.constantFrom(
    "application/json",
    "application/x-ndjson",
    "multipart/form-data; boundary=b",
    "",
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text)),
    fc
      .array(
        fc.constantFrom(
          '{"id":"a","label":1}',
          '{"id":',
          "--b\r\n",
          'Content-Disposition: form-data; name="x"\r\n\r\n',
          "\0",
          "1e999",
          '{"__proto__":{"id":1}}',
          "\n",
        ),
      )
      .map((parts) => Buffer.from(parts.join(""))),
  );

  it("labels and observations are results, or a fault with a code", async () => {
    const options = { nowSeconds: 0, maxBodyBytes: 1000, maxItems: 10, random: seededRandom(1) };
    await fc.assert(
      fc.asyncProperty(contentType, body, async (type, bytes) => {
        const work = [async () => parseLabels(type, bytes), () => parseObservations(type, bytes, options)];
        for (const parse of work) {
          const fault = await parse().then(
            () => undefined,
            (error: unknown) => error,
          );
          if (fault !== undefined) expect(fault).toBeInstanceOf(VisionError);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      SEEDED,
    );
  });

  it("exchanges and events are read or refused, never a surprise", async () => {
    const headerValue = fc.oneof(
      fc.constantFrom("gzip", "deflate", "0", "5", "-1", "multipart/form-data; boundary=b"),
      anyText,
    );
    const headers = fc.dictionary(
      fc.constantFrom(
        "content-type",
        "content-encoding",
        "inference-header-content-length",
        "x-request-id",
        "traceparent",
        "ce-type",
        "ce-id",
        "ce-metadata",
      ),
      headerValue,
    );
    await fc.assert(
      fc.asyncProperty(
        headers,
        body,
        body,
        fc.constantFrom("/", "/v2/models/m/infer", "/v1/models/m:predict"),
        async (fields, request, reply, path) => {
          const map = new Map(Object.entries(fields));
          const exchange = {
            timeSeconds: 0,
            method: "POST",
            path,
            requestHeaders: map,
            requestBody: request,
            status: 200,
            responseHeaders: map,
            responseBody: reply,
          };
          const decoded = await decodeExchange(exchange, { maxBodyBytes: 1000, random: seededRandom(1) });
          if ("inferences" in decoded) {
            for (const { ids } of decoded.inferences)
              expect(ids.length >= 1 && ids.length <= 4 && ids.every((id) => id.length <= 128)).toBe(true);
          }
          try {
            readCloudEvent(map, request);
          } catch (error) {
            expect(error).toBeInstanceOf(VisionError);
          }
        },
      ),
      SEEDED,
    );
  });
});

describe("an id", () => {
  it("is clean, short, and stays as it is when cleaned again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const id = cleanId(text);
        if (id === undefined) return;
        expect(id.length).toBeLessThanOrEqual(128);
        expect(id).not.toMatch(/[\p{Cc}\p{Surrogate}]/u);
        expect(cleanId(id)).toBe(id);
      }),
      SEEDED,
    );
  });
});
