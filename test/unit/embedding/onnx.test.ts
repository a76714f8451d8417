import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OnnxOptions, openOnnxEmbedder } from "../../../src/embedding/onnx.ts";
import { draw } from "../image/pictures.ts";
import { integer, integers, type TinyNetwork, tinyNetwork } from "./tiny-network.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "vision-onnx-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;
const write = (bytes: Uint8Array): string => {
  const path = join(directory, `${files++}.onnx`);
  writeFileSync(path, bytes);
  return path;
};

const DEFAULTS = {
  width: 4,
  height: 4,
  layout: "NCHW",
  colour: "RGB",
  mean: [0, 0, 0],
  std: [1, 1, 1],
  scale: 1,
  pooling: "auto",
  threads: 1,
} as const;

const open = (network: TinyNetwork, options: Partial<OnnxOptions> = {}) =>
  openOnnxEmbedder({ ...DEFAULTS, path: write(tinyNetwork(network)), ...options });

/** 4 × 4: red counts the pixels, green is 100, blue is 200. */
const picture = draw(4, 4, (x, y) => [4 * y + x, 100, 200]);

describe("a network's vectors", () => {
  it("are none for no images", async () => {
    const embedder = await open({});
    expect(await embedder.embed([])).toEqual([]);
    await embedder.close();
  });

  it("average a feature map over its positions", async () => {
    const embedder = await open({});
    expect(embedder.dimensions).toBe(3);
    expect(await embedder.embed([picture])).toEqual([Float32Array.of(7.5, 100, 200)]);
    await embedder.close();
  });

  it("keep the whole output when nothing is pooled", async () => {
    const embedder = await open({}, { pooling: "none" });
    expect(embedder.dimensions).toBe(48);
    const [vector] = await embedder.embed([picture]);
    expect([...(vector as Float32Array).subarray(0, 3)]).toEqual([0, 1, 2]);
    await embedder.close();
  });

  it("come in the order of the images", async () => {
    const embedder = await open({});
    const dark = draw(4, 4, () => [1, 2, 3]);
    const [first, second] = await embedder.embed([picture, dark]);
    expect(first).toEqual(Float32Array.of(7.5, 100, 200));
    expect(second).toEqual(Float32Array.of(1, 2, 3));
    await embedder.close();
  });

  it("are right for two calls at once", async () => {
    const embedder = await open({});
    const grey = (level: number) => draw(4, 4, () => [level, level, level]);
    const vectors = await Promise.all([10, 20, 30].map((level) => embedder.embed([grey(level)])));
    expect(vectors.map(([vector]) => vector?.[0])).toEqual([10, 20, 30]);
    await embedder.close();
  });

  it("come from a network with its channels last, in BGR, normalised", async () => {
    const input = { name: "image", shape: ["batch", 4, 4, 3] };
    const options = { layout: "NHWC", colour: "BGR", mean: [0.5, 0, 0], std: [2, 1, 1], scale: 100 } as const;
    const embedder = await open({ input }, options);
    const [[blue, green, red]] = (await embedder.embed([picture])) as unknown as [[number, number, number]];
    expect([blue, green, red].map((value) => Math.round(value * 1000))).toEqual([750, 1000, 75]);
    await embedder.close();
  });

  it("come from a network that takes uint8", async () => {
    const input = { name: "image", type: "uint8", shape: [1, 4, 4, 3] } as const;
    const output = { name: "out", shape: [1, 4, 4, 3] };
    const operators = [{ type: "Cast", attributes: [integer("to", 1)] }];
    const embedder = await open({ input, output, operators }, { layout: "NHWC", mean: [9, 9, 9] });
    expect(await embedder.embed([picture])).toEqual([Float32Array.of(7.5, 100, 200)]);
    await embedder.close();
  });

  it("come from images of another size", async () => {
    const embedder = await open(
      { input: { name: "image", shape: [1, 3, "height", "width"] } },
      { width: 2, height: 2 },
    );
    const [vector] = await embedder.embed([picture]);
    expect([...(vector as Float32Array)].map(Math.round)).toEqual([8, 100, 200]);
    await embedder.close();
  });
});

describe("the id of an embedder", () => {
  const idOf = async (network: TinyNetwork, options: Partial<OnnxOptions> = {}) => {
    const embedder = await open(network, options);
    await embedder.close();
    return embedder.id;
  };

  it("is a SHA-256 that two openings share, whatever the file is called and however many threads run", async () => {
    expect(await idOf({})).toMatch(/^[0-9a-f]{64}$/);
    expect(await idOf({})).toBe(await idOf({}, { threads: 2, inputName: "image", outputName: "out" }));
  });

  it("changes with the network and with each part of the preprocessing", async () => {
    const ids = [
      await idOf({}),
      await idOf({ output: { name: "other", shape: [1, 3, 4, 4] } }),
      await idOf({}, { colour: "BGR" }),
      await idOf({}, { mean: [1, 0, 0] }),
      await idOf({}, { std: [2, 1, 1] }),
      await idOf({}, { scale: 2 }),
      await idOf({}, { pooling: "none" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("opening a network", () => {
  const failure = async (opened: Promise<unknown>): Promise<string> => {
    const error = await opened.then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toMatchObject({ name: "VisionError", code: "MODEL_FILE_INVALID" });
    return error.message;
  };

  it("fails without a file, naming it", async () => {
    expect(await failure(openOnnxEmbedder({ ...DEFAULTS, path: "/nowhere/a.onnx" }))).toContain("/nowhere/a.onnx");
  });

  it("fails for bytes that are no network", async () => {
    expect(await failure(openOnnxEmbedder({ ...DEFAULTS, path: write(Buffer.from("no network")) }))).toContain(
      "is not an ONNX file",
    );
    expect(await failure(openOnnxEmbedder({ ...DEFAULTS, path: write(Buffer.alloc(0)) }))).toContain("is empty");
  });

  it("fails for a network cut short", async () => {
    const whole = tinyNetwork();
    await failure(openOnnxEmbedder({ ...DEFAULTS, path: write(whole.subarray(0, whole.length / 2)) }));
  });

  it("fails when the checksum is not the expected one, and accepts the right one", async () => {
    const sha256 = createHash("sha256").update(tinyNetwork()).digest("hex");
    await (await open({}, { sha256 })).close();
    expect(await failure(open({}, { sha256: "0".repeat(64) }))).toContain("is not the expected file");
  });

  it("refuses a network that keeps weights in another file", async () => {
    expect(await failure(open({ externalData: true }))).toContain("keeps its weights in another file");
  });

  it.each([
    {
      name: "an unknown input",
      options: { inputName: "x" },
      says: 'No input is named "x". The network\'s inputs: "image" float32 [1, 3, 4, 4].',
    },
    {
      name: "an unknown output",
      options: { outputName: "x" },
      says: 'No output is named "x". The network\'s outputs: "out" float32 [1, 3, 4, 4].',
    },
    {
      name: "another size",
      options: { width: 5 },
      says: '"image" does not take NCHW [1, 3, 4, 5]. The network\'s inputs: "image" float32 [1, 3, 4, 4].',
    },
    { name: "another layout", options: { layout: "NHWC" as const }, says: "does not take NHWC [1, 4, 4, 3]" },
  ])("fails for $name and says what the network offers", async ({ options, says }) => {
    expect(await failure(open({}, options))).toContain(says);
  });

  it("fails for a network with a second input, or with one of another type", async () => {
    expect(await failure(open({ extraInput: "mask" }))).toContain('"mask" float32 [1]');
    const input = { name: "image", type: "int32", shape: [1, 3, 4, 4] } as const;
    const operators = [{ type: "Cast", attributes: [integer("to", 1)] }];
    expect(await failure(open({ input, operators }))).toContain("takes neither float32 nor uint8");
  });

  it("fails its self-test when a vector has one number", async () => {
    const operators = [{ type: "ReduceMean", attributes: [integers("axes", [1, 2, 3]), integer("keepdims", 0)] }];
    expect(await failure(open({ operators, output: { name: "out", shape: [1] } }))).toContain("gives 1 number");
  });

  it("fails its self-test when numbers are not finite", async () => {
    const operators = [{ type: "Div", constant: "zero" }];
    expect(await failure(open({ operators, constants: { zero: 0 } }))).toContain("not finite");
  });

  it("fails its self-test when every image gives the same vector", async () => {
    const operators = [{ type: "Mul", constant: "zero" }];
    expect(await failure(open({ operators, constants: { zero: 0 } }))).toContain("the same vector");
  });
});
