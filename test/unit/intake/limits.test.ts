import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { CloudEventPairing } from "../../../src/intake/cloud-events.ts";
import { decodeContent } from "../../../src/intake/content-encoding.ts";
import { readForm } from "../../../src/intake/form.ts";
import { aliases, cleanId } from "../../../src/intake/ids.ts";
import { decodeExchange } from "../../../src/intake/index.ts";
import { jsonExcess } from "../../../src/intake/json-excess.ts";
import { parseLabels } from "../../../src/intake/labels.ts";
import { LIMITS } from "../../../src/intake/limits.ts";
import { parseObservations } from "../../../src/intake/observations.ts";
import { readMessage } from "../../../src/intake/open-inference-message.ts";
import { exchangeOf, intakeOptions, JPEG, JPEG_BASE64 } from "./exchange.ts";

const NOW = 1_790_000_000;
const NOTHING = new Uint8Array();

async function exchange(request: unknown, reply: unknown = {}, path = "/predict"): Promise<string> {
  const decoded = await decodeExchange(exchangeOf({ request, reply, path }), intakeOptions({ maxBodyBytes: 64 << 20 }));
  return "reason" in decoded ? decoded.reason : "taken";
}

async function observation(value: object): Promise<string> {
  const options = { maxBodyBytes: 64 << 20, maxItems: 10, nowSeconds: NOW, random: seededRandom(1) };
  const [entry] = await parseObservations("application/json", Buffer.from(JSON.stringify(value)), options);
  return entry && "error" in entry ? entry.error : "taken";
}

function label(value: unknown): string {
  const [entry] = parseLabels("application/json", Buffer.from(JSON.stringify(value)));
  return entry && "error" in entry ? entry.error : "taken";
}

function event(attributes: Readonly<Record<string, string>>): string {
  const clock = { nowSeconds: () => NOW, monotonicSeconds: () => 0 };
  const pairing = new CloudEventPairing({ clock, expirySeconds: 60, maxWaiting: 10, maxWaitingBytes: 1e6 });
  const headers = { "ce-type": "org.kubeflow.serving.inference.request", "ce-id": "1", ...attributes };
  try {
    return pairing.receive(new Map(Object.entries(headers)), NOTHING).kind;
  } catch (error) {
    return (error as Error).message;
  }
}

async function form(part: (k: number) => string, count: number): Promise<string> {
  const parts = Array.from({ length: count }, (_, k) => `--b\r\n${part(k)}\r\n`).join("");
  return (await readForm("multipart/form-data; boundary=b", Buffer.from(`${parts}--b--\r\n`))) ? "taken" : "refused";
}

const nested = (depth: number): Uint8Array => Buffer.from("[".repeat(depth) + "]".repeat(depth));
const fieldOf = (value: string) => `Content-Disposition: form-data; name="a"\r\n\r\n${value}`;
const fileOf = () => 'Content-Disposition: form-data; name="a"; filename="a.jpg"\r\n\r\nx';
const instances = (count: number) => ({ instances: Array.from({ length: count }, () => ({ b64: JPEG_BASE64 })) });
const tensors = (count: number) => ({
  outputs: Array.from({ length: count }, () => ({ datatype: "FP32", data: [1] })),
});
const texts = (count: number) => ({ outputs: [{ datatype: "BYTES", data: Array.from({ length: count }, () => "") }] });
const message = (value: unknown) => (readMessage(value, "outputs", NOTHING) ? "taken" : "refused");
const attributes = (count: number) => Object.fromEntries(Array.from({ length: count - 2 }, (_, k) => [`ce-a${k}`, ""]));
const attributeBytes = (total: number) => {
  const others =
    "ce-type".length + "org.kubeflow.serving.inference.request".length + "ce-id".length + 1 + "ce-a".length;
  return { "ce-a": "x".repeat(total - others) };
};
const bomb = (bytes: number) => decodeContent(gzipSync(new Uint8Array(bytes)), "gzip", 1 << 30);

/** Each limit met exactly, and by one more. */
const ROWS: Readonly<Record<keyof typeof LIMITS, readonly [() => unknown, () => unknown]>> = {
  apiJsonDepth: [() => jsonExcess(nested(8), LIMITS.apiJsonDepth), () => jsonExcess(nested(9), LIMITS.apiJsonDepth)],
  jsonDepth: [() => exchange(nested(16), {}), () => exchange(nested(17), {})],
  jsonContainers: [
    () => jsonExcess(Buffer.from(`[${"[],".repeat(LIMITS.jsonContainers - 1)}0]`), 8),
    () => jsonExcess(Buffer.from(`[${"[],".repeat(LIMITS.jsonContainers)}0]`), 8),
  ],
  jsonValues: [
    () => jsonExcess(Buffer.from(`[${"0,".repeat(LIMITS.jsonValues - 1)}0]`), 8),
    () => jsonExcess(Buffer.from(`[${"0,".repeat(LIMITS.jsonValues)}0]`), 8),
  ],
  images: [() => exchange(instances(LIMITS.images)), () => exchange(instances(LIMITS.images + 1))],
  tensorElements: [() => message(texts(LIMITS.tensorElements)), () => message(texts(LIMITS.tensorElements + 1))],
  tensors: [() => message(tensors(LIMITS.tensors)), () => message(tensors(LIMITS.tensors + 1))],
  formFiles: [() => form(fileOf, LIMITS.formFiles), () => form(fileOf, LIMITS.formFiles + 1)],
  formFields: [
    () => form(() => fieldOf("x"), LIMITS.formFields),
    () => form(() => fieldOf("x"), LIMITS.formFields + 1),
  ],
  formFieldBytes: [
    () => form(() => fieldOf("x".repeat(LIMITS.formFieldBytes)), 1),
    () => form(() => fieldOf("x".repeat(LIMITS.formFieldBytes + 1)), 1),
  ],
  idLength: [() => cleanId("x".repeat(128)) === "x".repeat(128), () => cleanId("x".repeat(129)) === "x".repeat(129)],
  idsPerImage: [() => aliases(["a", "b", "c", "d"]).length, () => aliases(["a", "b", "c", "d", "e"]).length],
  nameLength: [() => label({ id: "a", label: "x".repeat(256) }), () => label({ id: "a", label: "x".repeat(257) })],
  embeddingLength: [
    () => observation({ embedding: Array(LIMITS.embeddingLength).fill(0) }),
    () => observation({ embedding: Array(LIMITS.embeddingLength + 1).fill(0) }),
  ],
  eventAttributes: [
    () => event(attributes(LIMITS.eventAttributes)),
    () => event(attributes(LIMITS.eventAttributes + 1)),
  ],
  eventAttributeBytes: [
    () => event(attributeBytes(LIMITS.eventAttributeBytes)),
    () => event(attributeBytes(LIMITS.eventAttributeBytes + 1)),
  ],
  aheadSeconds: [
    () => observation({ prediction: "a", time: NOW + LIMITS.aheadSeconds }),
    () => observation({ prediction: "a", time: NOW + LIMITS.aheadSeconds + 1 }),
  ],
  decompressionFreeBytes: [
    async () => "bytes" in (await bomb(LIMITS.decompressionFreeBytes)),
    async () => "bytes" in (await bomb(LIMITS.decompressionFreeBytes + 1)),
  ],
} as never;

const EXPECTED: Readonly<Record<string, readonly [unknown, unknown]>> = {
  apiJsonDepth: [undefined, "is nested deeper than 8"],
  jsonDepth: ["unknown_protocol", "body_too_large"],
  jsonContainers: [undefined, "has more than 1048576 lists, objects and members"],
  jsonValues: [undefined, "has more than 8388608 values"],
  images: ["taken", "body_too_large"],
  tensorElements: ["taken", "refused"],
  tensors: ["taken", "refused"],
  formFiles: ["taken", "refused"],
  formFields: ["taken", "refused"],
  formFieldBytes: ["taken", "refused"],
  idLength: [true, false],
  idsPerImage: [4, 4],
  nameLength: ["taken", "has no label: a class name or a class index is needed"],
  embeddingLength: ["taken", "has an embedding that is not a list of at most 65536 numbers"],
  eventAttributes: ["waiting", "The event has too many attributes, or too long ones."],
  eventAttributeBytes: ["waiting", "The event has too many attributes, or too long ones."],
  aheadSeconds: ["taken", "has a time more than a day ahead of this clock"],
  decompressionFreeBytes: [true, false],
};

describe("a limit", () => {
  it.each(Object.keys(EXPECTED))("may be met, and not be passed by one: %s", async (name) => {
    const [met, passed] = ROWS[name as keyof typeof LIMITS];
    expect([await met(), await passed()]).toEqual(EXPECTED[name]);
  });

  it("stands in docs/limits.md with its number", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../../docs/limits.md"), "utf8");
    const rows = Object.entries(LIMITS).map(([name, number]) => `| \`${name}\` | ${number.toLocaleString("en")} |`);
    expect(rows.filter((row) => !page.includes(row))).toEqual([]);
  });
});

describe("a body made to cost more than it weighs", () => {
  const MIB = 1 << 20;

  it("is left at its ninth bracket", () => {
    expect(jsonExcess(Buffer.alloc(MIB, "["), LIMITS.apiJsonDepth)).toBe("is nested deeper than 8");
    expect(() => parseLabels("application/json", Buffer.alloc(MIB, "["))).toThrow("is nested deeper than 8");
  });

  it("does not hide brackets behind a quote that is escaped, nor show those of a text", () => {
    expect(jsonExcess(Buffer.from('["\\\\",[[["a"]]]]'), 3)).toBe("is nested deeper than 3");
    expect(jsonExcess(Buffer.from('["\\"[[[[[[", "{{{{\\\\"]'), 3)).toBeUndefined();
    expect(jsonExcess(Buffer.from('["never closed [[[['), 3)).toBeUndefined();
  });

  it("is looked at no further than its first value: raw tensors may follow", () => {
    expect(jsonExcess(Buffer.from("{}[[[[[[[[["), 3)).toBeUndefined();
  });

  // Each quote was tried as the beginning of a text, and cost a look at all that follows: minutes for this one.
  it("is not read over and over for a text that never ends", async () => {
    const reply = Buffer.from(`{"predictions": [NaN, "${'\\"'.repeat(500_000)}`);
    expect(await exchange({ instances: [JPEG_BASE64] }, reply)).toBe("taken");
    expect(await exchange({ instances: [JPEG_BASE64] }, Buffer.concat([reply, Buffer.from("\\")]))).toBe("taken");
  });

  it("has no rows out of a shape of fractions", async () => {
    const reply = { outputs: [{ name: "x", datatype: "FP32", shape: [1e9, 1e-9], data: [1] }] };
    expect(await exchange({ inputs: [] }, reply, "/v2/models/m/infer")).toBe("taken");
  });

  it("gives no million predictions out of a million numbers", async () => {
    const column = { outputs: [{ name: "x", datatype: "FP32", shape: [MIB, 1], data: Array(MIB).fill(0) }] };
    expect(await exchange({ inputs: [] }, column, "/v2/models/m/infer")).toBe("malformed_body");
    expect(await exchange({ instances: [] }, { predictions: Array(100_000).fill([0.5]) })).toBe("malformed_body");
    expect(await exchange({ images: Array(2000).fill("") })).toBe("body_too_large");
  });

  it("is cut into lines one by one", () => {
    const limits = { maxBodyBytes: 64 * MIB, maxItems: 10 };
    expect(parseLabels("application/x-ndjson", Buffer.alloc(32 * MIB, "\n"), limits)).toEqual([]);
    expect(() => parseLabels("application/x-ndjson", Buffer.alloc(MIB, "0\n"), limits)).toThrow("more than 10 items");
  });

  it("labels no more images by one feedback than by many labels", () => {
    const ndarray = Array.from({ length: 11 }, () => [0, 1]);
    const feedback = { response: { meta: { puid: "p" } }, truth: { data: { ndarray } } };
    const limits = { maxBodyBytes: MIB, maxItems: 10 };
    expect(() => parseLabels("application/json", Buffer.from(JSON.stringify(feedback)), limits)).toThrow(
      "more than 10 items",
    );
  });

  it("names no class of any length by feedback", () => {
    const feedback = { response: { meta: { puid: "p" } }, truth: { data: { ndarray: ["x".repeat(257)] } } };
    expect(label(feedback)).toBe("has a truth that is neither a class nor one-hot");
  });

  it("keeps neither the model's name nor its version whole", async () => {
    const reply = { model_name: "m".repeat(5000), model_version: "3".repeat(5000), outputs: [] };
    const request = { inputs: [{ name: "i", shape: [1], datatype: "BYTES", data: [JPEG_BASE64] }] };
    const decoded = await decodeExchange(exchangeOf({ request, reply, path: "/v2/models/m/infer" }), intakeOptions());
    expect(decoded).toMatchObject({
      inferences: [{ model: "m".repeat(LIMITS.nameLength), modelVersion: "3".repeat(LIMITS.nameLength) }],
    });
  });

  it("is cut before its id is cleaned, and keeps the place in the batch", () => {
    expect(cleanId(`${"x".repeat(5 * MIB)}#17`)).toBe(`${"x".repeat(125)}#17`);
  });

  it("keeps a time of the year 9999 out, which would outlive all that is forgotten by age", async () => {
    expect(await observation({ prediction: "a", time: "9999-12-31T00:00:00Z" })).toContain("has a time");
    expect(await observation({ prediction: "a", time: "0001-01-01T00:00:00Z" })).toContain("has a time");
  });
});

describe("names that mean something to JavaScript", () => {
  it("are names like any other: as class, as member, as id", async () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(label(JSON.parse(`{"id": "${name}", "label": "${name}"}`))).toBe("taken");
      expect(await observation(JSON.parse(`{"prediction": {"${name}": 0.9, "b": 0.1}}`))).toBe("taken");
      expect(label(JSON.parse(`{"${name}": {"id": "a", "label": 1}}`))).toContain("has no id");
    }
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("are no way to run another's `toString`", async () => {
    const labels = [{ toString: 1, valueOf: 1 }];
    expect(await observation({ prediction: { probabilities: [0.1], labels } })).toBe("taken");
    const shape = [{ valueOf: 1, toString: 1 }];
    expect(await exchange({ inputs: [{ datatype: "FP32", shape, data: [1] }] }, {}, "/v2/models/m/infer")).toBe(
      "malformed_body",
    );
  });

  it.each([
    ["duplicate keys", '{"id": "a", "id": "b", "label": 0}', { id: "b", label: 0 }],
    ["lone surrogates and NUL", '{"id": "a\\ud800\\u0000b", "label": 0}', { id: "ab", label: 0 }],
    ["bytes that are no UTF-8", Buffer.from('{"id": "a\xff", "label": 0}', "latin1"), { id: "a\ufffd", label: 0 }],
  ])("stand beside %s", (_, body, item) => {
    expect(parseLabels("application/json", Buffer.from(body))).toEqual([{ item }]);
  });

  it("stand beside a number that is infinite", async () => {
    const body = Buffer.from('[{"id": "a", "label": 1e999}, {"id": "a", "label": 1, "time": 1e999}]');
    const errors = parseLabels("application/json", body).map((entry) => "error" in entry && entry.error);
    expect(errors).toEqual([expect.stringContaining("has no label"), expect.stringContaining("has a time")]);
    expect(await exchange({ instances: [JPEG_BASE64] }, Buffer.from('{"predictions": [[1e999]]}'))).toBe("taken");
  });
});

it("an image alone is read as before", async () => {
  expect(await exchange(JPEG, { predictions: [[0.1, 0.9]] })).toBe("taken");
});
