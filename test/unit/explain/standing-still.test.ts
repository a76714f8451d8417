import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { isFrozen } from "../../../src/explain/standing-still.ts";
import { Profile } from "../../../src/profile/profile.ts";

/** Two statistics: one that varies by `spread` around 10, and one that is always 4, as the aspect ratio of one camera. */
function profileOf(count: number, spread: number): Profile {
  const random = seededRandom(3);
  const profile = new Profile({ statistics: ["varies", "constant"], classCount: 2, components: 1 });
  for (let index = 0; index < count; index++) {
    const statistics = Float64Array.of(10 + spread * (random.next() - 0.5), 4);
    const features = {
      ids: [String(index)],
      timeSeconds: index,
      weight: 1,
      statistics,
      embedding: new Float32Array(1),
    };
    const projected = { components: Float64Array.of(0), bins: Uint8Array.of(0), energy: 1, reconstructionError: 1 };
    profile.recordImage(features, projected, false);
  }
  return profile;
}

describe("a frozen camera", () => {
  const reference = profileOf(200, 8);

  it("is not seen in an empty window or in a few images", () => {
    expect(isFrozen(profileOf(0, 0), reference)).toBe(false);
    expect(isFrozen(profileOf(9, 0), reference)).toBe(false);
  });

  it("is seen when every statistic that moves in the reference stands still, noise of the sensor or not", () => {
    expect(isFrozen(profileOf(50, 0), reference)).toBe(true);
    expect(isFrozen(profileOf(50, 0.1), reference)).toBe(true);
  });

  it("is not a scene that merely varies less", () => {
    expect(isFrozen(profileOf(50, 1), reference)).toBe(false);
  });

  it("cannot be told against a reference in which nothing moves", () => {
    expect(isFrozen(profileOf(50, 0), profileOf(200, 0))).toBe(false);
  });
});
