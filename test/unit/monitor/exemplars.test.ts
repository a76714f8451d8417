import { beforeEach, describe, expect, it } from "vitest";
import type { Features } from "../../../src/core/features.ts";
import { type ExemplarOptions, Exemplars, type Offer } from "../../../src/monitor/exemplars.ts";

let removed: string[];
const galleryOf = (options: Partial<ExemplarOptions> = {}): Exemplars =>
  new Exemplars({ imagesPerGroup: 4, keepSeconds: 100, onRemoved: (reason) => removed.push(reason), ...options });
beforeEach(() => {
  removed = [];
});

/** An image far from all others, wanted as drifting and, with its confidence, as unsure. */
function offer(ids: readonly string[], timeSeconds: number, bytes = 10): Offer {
  const features = { ids, timeSeconds, thumbnail: new Uint8Array(bytes), outcome: { classIndex: 0, confidence: 0.5 } };
  return {
    features: features as unknown as Features,
    projected: { components: Float64Array.of(timeSeconds * 10, 0) } as unknown as Offer["projected"],
    anomaly: { unusual: true, score: timeSeconds, reason: "far" } as unknown as Offer["anomaly"],
    predictedClass: "a",
    nearestReference: () => [],
  };
}
const idsIn = (gallery: Exemplars, nowSeconds = 0): string[] => [
  ...new Set(Object.values(gallery.list(nowSeconds)).flatMap((group) => group.map(({ id }) => id))),
];

describe("the gallery", () => {
  it("is empty at first, and removes nothing from nothing", () => {
    const gallery = galleryOf();
    gallery.forgetOld(1e9);
    expect([idsIn(gallery), gallery.forget(["a"]), removed]).toEqual([[], 0, []]);
  });

  it("gives pictures names of 128 random bits, which say nothing of order or request", () => {
    const keysOf = (): string[] => {
      const gallery = galleryOf();
      for (const time of [1, 2, 3]) gallery.offer(offer([`request-${time}`], time));
      return gallery.list(3).drifting.map(({ key }) => key);
    };
    const keys = [...keysOf(), ...keysOf()];
    expect(new Set(keys).size).toBe(6);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it("forgets by age, also when nothing new comes", () => {
    const gallery = galleryOf();
    gallery.offer(offer(["a"], 1));
    gallery.offer(offer(["b"], 50));
    const key = gallery.list(50).drifting.find(({ id }) => id === "a")?.key ?? "";
    gallery.forgetOld(101);
    expect(gallery.thumbnail(key)).toBeDefined();
    gallery.forgetOld(102);
    expect([idsIn(gallery), gallery.thumbnail(key), removed]).toEqual([["b"], undefined, ["age"]]);
  });

  it("keeps at most so many bytes, each image counted once in all its groups, and lets the oldest go", () => {
    const gallery = galleryOf({ maxBytes: 25 });
    for (const time of [1, 2]) gallery.offer(offer([`r${time}`], time));
    expect([idsIn(gallery).sort(), removed]).toEqual([["r1", "r2"], []]);
    gallery.offer(offer(["r3"], 3));
    expect([idsIn(gallery).sort(), removed]).toEqual([["r2", "r3"], ["bytes"]]);
    gallery.offer(offer(["r0"], 0));
    expect([idsIn(gallery).sort(), removed]).toEqual([
      ["r2", "r3"],
      ["bytes", "bytes"],
    ]);
  });

  it("keeps an image without a thumbnail whatever the bytes", () => {
    const gallery = galleryOf({ maxBytes: 0 });
    gallery.offer(offer(["a"], 1, 0));
    expect(idsIn(gallery)).toEqual(["a"]);
  });

  it("forgets the images of a request by any of its ids", () => {
    const gallery = galleryOf();
    gallery.offer(offer(["a", "a2"], 1));
    gallery.offer(offer(["b"], 2));
    const key = gallery.list(2).drifting.find(({ id }) => id === "a")?.key ?? "";
    expect([gallery.forget(["a2", "x"]), gallery.forget(["a2"])]).toEqual([1, 0]);
    expect([idsIn(gallery), gallery.thumbnail(key), removed]).toEqual([["b"], undefined, ["request"]]);
  });
});
