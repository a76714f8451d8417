import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { paintScene } from "../../bench/scene.ts";
import type { ImageInput } from "../../src/core/inference.ts";
import { defaultNetworkOptions } from "../../src/embedding/default-network.ts";
import type { Embedder } from "../../src/embedding/embedder.ts";
import { openOnnxEmbedder } from "../../src/embedding/onnx.ts";
import { DirectExtractor } from "../../src/features/extractor.ts";
import { FeatureThread } from "../../src/features/feature-thread.ts";
import { createDecoder } from "../../src/image/decode.ts";

const BUILT = new URL("../../dist/src/features/thread-entry.js", import.meta.url);
const DECODE = { maxBytes: 10 * 2 ** 20, maxPixels: 16e6, size: 224 };
const EVERYTHING = { embedding: true, thumbnail: true };
const clock = { monotonicSeconds: () => 0 };

let thread: FeatureThread;
let embedder: Embedder;
let direct: DirectExtractor;

beforeAll(async () => {
  thread = await FeatureThread.start({
    setup: { network: defaultNetworkOptions(), decode: DECODE },
    entry: BUILT,
  });
  embedder = await openOnnxEmbedder(defaultNetworkOptions());
  direct = new DirectExtractor({ decoder: createDecoder(DECODE), embedder, clock });
}, 60_000);
afterAll(async () => {
  await thread?.close();
  await embedder?.close();
});

const tensor = (width: number, height: number, seed: number): ImageInput => ({
  kind: "rgb",
  width,
  height,
  data: paintScene(width, height, seed).data,
});
const encoded = async (format: "jpeg" | "png" | "webp", width: number, height: number): Promise<ImageInput> => {
  const { data } = paintScene(width, height, width);
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
  return { kind: "encoded", bytes };
};

describe("the features out of the thread", () => {
  const pictures = [
    { what: "a JPEG", paint: () => encoded("jpeg", 640, 480) },
    { what: "a tall JPEG", paint: () => encoded("jpeg", 90, 400) },
    { what: "a PNG", paint: () => encoded("png", 333, 217) },
    { what: "a WebP", paint: () => encoded("webp", 224, 224) },
    { what: "a tensor", paint: async () => tensor(224, 224, 1) },
    { what: "a large tensor", paint: async () => tensor(500, 301, 2) },
    { what: "one pixel", paint: async (): Promise<ImageInput> => tensor(1, 1, 3) },
  ];

  it.each(pictures)("are those of the direct path, to the bit, for $what", async ({ paint }) => {
    const picture = await paint();
    const [there, here] = await Promise.all([thread.extract(picture, EVERYTHING), direct.extract(picture, EVERYTHING)]);
    if ("reason" in there || "reason" in here) throw new Error(`no features: ${JSON.stringify([there, here])}`);
    expect(there.statistics).toEqual(here.statistics);
    expect(there.embedding).toEqual(here.embedding);
    expect(there.embedding).toHaveLength(thread.identity.dimensions);
    expect(Buffer.from(there.thumbnail as Uint8Array)).toEqual(Buffer.from(here.thumbnail as Uint8Array));
  });

  it("come with the network's own identity", () => {
    expect(thread.identity).toEqual({ id: embedder.id, dimensions: embedder.dimensions });
  });

  it("are the same reason for what is no picture", async () => {
    const junk: ImageInput = { kind: "encoded", bytes: Buffer.from("no picture at all") };
    const [there, here] = await Promise.all([thread.extract(junk, EVERYTHING), direct.extract(junk, EVERYTHING)]);
    expect("reason" in there && there.reason).toBe("reason" in here && here.reason);
    expect(there).toHaveProperty("reason");
  });
});
