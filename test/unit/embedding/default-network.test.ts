import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultNetworkOptions } from "../../../src/embedding/default-network.ts";
import type { Embedder } from "../../../src/embedding/embedder.ts";
import { openOnnxEmbedder } from "../../../src/embedding/onnx.ts";
import { decodePixels, scene } from "../image/pictures.ts";

const cosine = (a: Float32Array, b: Float32Array): number => {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

describe("the network that ships", () => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await openOnnxEmbedder(defaultNetworkOptions());
  });
  afterAll(() => embedder.close());

  it("gives 1,280 numbers an image, the same each time", async () => {
    const pixels = await decodePixels(await scene(320, 240).jpeg().toBuffer());
    const [first, second] = await embedder.embed([pixels, pixels]);
    expect(embedder.dimensions).toBe(1280);
    expect(first).toHaveLength(1280);
    expect(
      Buffer.compare(Buffer.from((first as Float32Array).buffer), Buffer.from((second as Float32Array).buffer)),
    ).toBe(0);
  });

  it("holds a mildly compressed image for more alike than a blurred one, and that for more alike than another scene", async () => {
    const files = [
      scene(320, 240).png(),
      scene(320, 240).jpeg({ quality: 85 }),
      scene(320, 240).blur(6).png(),
      scene(320, 240, 99).blur(6).png(),
    ];
    const pixels = await Promise.all(files.map(async (file) => decodePixels(await file.toBuffer())));
    const [original, compressed, blurred, other] = (await embedder.embed(pixels)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    expect(cosine(original, compressed)).toBeGreaterThan(cosine(original, blurred));
    expect(cosine(blurred, other)).toBeLessThan(0.99);
  });

  /** From the float32 network that was built from the same weights by other code. */
  it("agrees with the float32 network on a picture of arithmetic", async () => {
    const data = Uint8Array.from({ length: 224 * 224 * 3 }, (_, i) => (i * 7) % 251);
    const pixels = { width: 224, height: 224, data, sourceWidth: 224, sourceHeight: 224, sourceBytes: Number.NaN };
    const [vector] = (await embedder.embed([pixels])) as [Float32Array];
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    expect(Math.abs(length - 14.6602)).toBeLessThan(0.02);
    expect(vector.indexOf(Math.max(...vector))).toBe(576);
    expect(Math.abs((vector[576] as number) - 5.4429)).toBeLessThan(0.01);
  });
});
