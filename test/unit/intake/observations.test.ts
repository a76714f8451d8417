import { describe, expect, it } from "vitest";
import { VisionError } from "../../../src/core/errors.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { parseObservations } from "../../../src/intake/observations.ts";
import { JPEG, JPEG_BASE64 } from "./exchange.ts";

const OPTIONS = { nowSeconds: 1_790_000_000, maxBodyBytes: 1 << 20, maxItems: 100, random: seededRandom(1) };
const IMAGE = { kind: "encoded", bytes: Buffer.from(JPEG) };
const plain = { timeSeconds: OPTIONS.nowSeconds, model: "", modelVersion: "" };

const parse = (body: unknown, contentType = "application/json") =>
  parseObservations(contentType, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), OPTIONS);

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error) => (error instanceof VisionError ? error.code : String(error)),
  );

/** A form with the given parts, `[header, content]`. */
function form(...parts: [string, string | Uint8Array][]): Buffer {
  const encoded = parts.map(([header, content]) =>
    Buffer.concat([
      Buffer.from(`--b\r\nContent-Disposition: form-data; ${header}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from("\r\n"),
    ]),
  );
  return Buffer.concat([...encoded, Buffer.from("--b--\r\n")]);
}

describe("observations", () => {
  it("may be none", async () => {
    expect(await parse([])).toEqual([]);
  });

  it("carry image, prediction, time, id and model", async () => {
    const full = {
      id: "a",
      time: 5,
      model: "m",
      model_version: "2",
      image: JPEG_BASE64,
      prediction: { water: 0.9, desert: 0.1 },
    };
    expect(await parse(full)).toEqual([
      {
        item: {
          ids: ["a"],
          timeSeconds: 5,
          model: "m",
          modelVersion: "2",
          image: IMAGE,
          prediction: {
            kind: "ranked",
            complete: true,
            ranked: [
              { label: "water", score: 0.9 },
              { label: "desert", score: 0.1 },
            ],
          },
        },
      },
    ]);
  });

  it("need an image, a prediction or a feature vector, no more", async () => {
    expect(await parse({ id: "a", image: { b64: JPEG_BASE64 } })).toEqual([
      { item: { ...plain, ids: ["a"], image: IMAGE } },
    ]);
    expect(await parse({ id: "a", prediction: "water" })).toEqual([
      { item: { ...plain, ids: ["a"], prediction: { kind: "label", label: "water" } } },
    ]);
    expect(await parse({ id: "a", embedding: [1, 2] })).toEqual([
      { item: { ...plain, ids: ["a"], embedding: Float32Array.of(1, 2) } },
    ]);
    expect(await parse({ image: `data:image/jpeg;base64,${JPEG_BASE64}` })).toEqual([
      { item: { ...plain, ids: [expect.stringMatching(/^sha256:/)], image: IMAGE } },
    ]);
  });

  it.each([
    ["text", "not an object"],
    [{ id: "a" }, "neither an image nor a prediction"],
    [{ image: "http://169.254.169.254/latest/meta-data" }, "nothing is fetched"],
    [{ image: "file:///etc/passwd" }, "nothing is fetched"],
    [{ image: { type: "url", value: "https://example.com/a.jpg" } }, "nothing is fetched"],
    [{ image: { type: "numpy", value: "gASVCg==" } }, "pickled"],
    [{ image: Buffer.from([0x80, 4, 0x95, 1, 0x2e]).toString("base64") }, "pickled"],
    [{ image: "hello" }, "neither an image file"],
    [{ image: JPEG_BASE64, time: -1 }, "time"],
    [{ image: JPEG_BASE64, prediction: { a: "b" } }, "prediction"],
    [{ image: JPEG_BASE64, embedding: [1, null] }, "embedding"],
    [{ image: JPEG_BASE64, embedding: "x" }, "embedding"],
  ])("that are bad say why and leave the others alone: %j", async (bad, error) => {
    const results = await parse([bad, { id: "b", prediction: "x" }]);
    expect(results).toEqual([
      { error: expect.stringContaining(error) },
      expect.objectContaining({ item: expect.anything() }),
    ]);
  });

  it("come as lines", async () => {
    const results = await parse('{"prediction":"x"}\n{"predict\n', "application/x-ndjson");
    expect(results).toEqual([expect.objectContaining({ item: expect.anything() }), { error: "is not valid JSON" }]);
  });

  it("come as a form: a file and its JSON, or files alone", async () => {
    const file: [string, Uint8Array] = ['name="image"; filename="a.jpg"', JPEG];
    const upload = (...parts: [string, string | Uint8Array][]) =>
      parseObservations("multipart/form-data; boundary=b", form(...parts), OPTIONS);
    expect(await upload(file, ['name="json"', '{"id":"a","prediction":"water"}'])).toEqual([
      { item: { ...plain, ids: ["a"], image: IMAGE, prediction: { kind: "label", label: "water" } } },
    ]);
    expect(await upload(file, file, ['name="json"', '[{"id":"a"},{"id":"b"}]'])).toMatchObject([
      { item: { ids: ["a"] } },
      { item: { ids: ["b"] } },
    ]);
    expect(await upload(file)).toMatchObject([{ item: { image: IMAGE } }]);
    expect(await upload(['name="image"; filename="a.txt"', "hello"])).toEqual([
      { error: expect.stringContaining("image") },
    ]);
    expect(await codeOf(upload(file, ['name="json"', '[{"id":"a"},{"id":"b"}]']))).toBe("REQUEST_INVALID");
    expect(await codeOf(upload(file, ['name="json"', "{"]))).toBe("REQUEST_INVALID");
  });

  it("in a form that is cut anywhere are refused, not awaited for ever", async () => {
    const whole = form(['name="image"; filename="a.jpg"', JPEG], ['name="json"', '{"id":"a"}']);
    for (let length = 0; length < whole.length - 4; length++) {
      expect(
        await codeOf(parseObservations("multipart/form-data; boundary=b", whole.subarray(0, length), OPTIONS)),
      ).toBe("REQUEST_INVALID");
    }
    expect(await codeOf(parseObservations("multipart/form-data", whole, OPTIONS))).toBe("REQUEST_INVALID");
  });

  it("are refused as a whole when there are too many, too much, or of another type", async () => {
    expect(await codeOf(parse(new Array(101).fill({})))).toBe("REQUEST_TOO_LARGE");
    expect(await codeOf(parse(" ".repeat((1 << 20) + 1)))).toBe("REQUEST_TOO_LARGE");
    expect(await codeOf(parse("x", "text/plain"))).toBe("UNSUPPORTED_MEDIA_TYPE");
  });
});
