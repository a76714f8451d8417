import { describe, expect, it } from "vitest";
import { IMAGE_DROP_REASONS } from "../../../src/core/drop-reasons.ts";
import { type Random, seededRandom } from "../../../src/core/random.ts";
import { decoder, scene } from "./pictures.ts";

const MUTANTS = 3000;
const IN_FLIGHT = 4;

/** Overwrites, cuts out, doubles or appends bytes at a few places. */
function mutate(original: Uint8Array, random: Random): Uint8Array {
  let bytes = [...original];
  const pick = (below: number) => Math.floor(random.next() * below);
  for (let edits = 1 + pick(8); edits > 0; edits--) {
    const at = pick(random.next() < 0.5 ? Math.min(64, bytes.length) : bytes.length);
    const kind = pick(5);
    if (kind <= 1) bytes[at] = pick(256);
    else if (kind === 2) bytes.splice(at, 1 + pick(32));
    else if (kind === 3) bytes.splice(at, 0, ...bytes.slice(at, at + pick(64)));
    else bytes = bytes.concat(Array.from({ length: pick(64) }, () => pick(256)));
  }
  return Uint8Array.from(bytes);
}

describe("the decoder", () => {
  it("never throws: a damaged file is decoded or dropped for a reason of the list", async () => {
    const random = seededRandom(20260101);
    const picture = scene(64, 48);
    const originals = [
      await picture.clone().jpeg().toBuffer(),
      await picture.clone().jpeg({ progressive: true }).toBuffer(),
      await picture.clone().png({ palette: true }).toBuffer(),
      await picture.clone().webp().toBuffer(),
      await picture.clone().webp({ lossless: true }).toBuffer(),
    ];
    const outcomes = new Map<string, number>();
    let next = 0;
    const worker = async () => {
      while (next < MUTANTS) {
        const bytes = mutate(originals[next++ % originals.length] as Uint8Array, random);
        const decoded = await decoder.decode({ kind: "encoded", bytes });
        const outcome = "reason" in decoded ? decoded.reason : "decoded";
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    expect([...outcomes.keys()].filter((key) => ![...IMAGE_DROP_REASONS, "decoded"].includes(key))).toEqual([]);
    expect([...outcomes.values()].reduce((sum, count) => sum + count)).toBe(MUTANTS);
    expect(outcomes.get("decoded")).toBeGreaterThan(50);
    expect(outcomes.get("decode_failed")).toBeGreaterThan(50);
  });
});
