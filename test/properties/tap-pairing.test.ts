import { describe, expect, it } from "vitest";
import { pairDamaged } from "../../bench/fuzz/tap-pairing.ts";

const SEED = 20261124;

describe("an observer behind damaged requests", () => {
  for (const lenient of [false, true]) {
    it(`pairs what it reports as a ${lenient ? "lenient" : "strict"} server read it`, async () => {
      const paired = await pairDamaged(5000, SEED, lenient);
      expect(paired.faults).toEqual([]);
      expect(paired.told).toBeGreaterThan(2000);
      expect(paired.opaque).toBeGreaterThan(1000);
    });
  }
});
