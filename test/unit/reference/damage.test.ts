import { describe, expect, it } from "vitest";
import { syntheticArtefact } from "../../../bench/synthetic.ts";
import { decodeArtefact, encodeArtefact } from "../../../src/reference/artefact.ts";

/** Beyond the header a file is a checksum over one body, so that a sample of its bytes says what all do. */
const HEADER_BYTES = 2_048;
const STEP = 211;

describe("a damaged reference file", () => {
  const whole = encodeArtefact(syntheticArtefact(200, { classes: ["a", "b"], dimensions: 4 }, 1));

  it("is refused when any of its bytes has changed", { timeout: 60_000 }, () => {
    for (let offset = 0; offset < whole.length; offset += offset < HEADER_BYTES ? 1 : STEP) {
      const flipped = Uint8Array.from(whole);
      flipped[offset] = (flipped[offset] as number) ^ (1 << (offset % 8));
      expect(() => decodeArtefact(flipped, "r.vxref")).toThrow(
        expect.objectContaining({ code: "REFERENCE_UNREADABLE" }),
      );
    }
  });

  it("is refused when it is cut, at any length", { timeout: 60_000 }, () => {
    for (let length = 0; length < whole.length; length += length < HEADER_BYTES ? 1 : STEP) {
      const cut = whole.subarray(0, length);
      expect(() => decodeArtefact(cut, "r.vxref")).toThrow(expect.objectContaining({ code: "REFERENCE_UNREADABLE" }));
    }
  });
});
