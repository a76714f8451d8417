import { describe, expect, it } from "vitest";
import { fuzz } from "../../../bench/fuzz/fuzz-target.ts";
import { IMAGE_FORMATS, imageFiles } from "../../../bench/fuzz/image-files.ts";
import { imageMutant } from "../../../bench/fuzz/image-mutants.ts";
import { IMAGE_DROP_REASONS } from "../../../src/core/drop-reasons.ts";
import { decoder } from "./pictures.ts";

/** Ten thousand more, with their memory watched, are decoded in test/e2e/hostile-input.test.ts. */
const MUTANTS = 400;

describe("the decoder", () => {
  it.each(IMAGE_FORMATS)(
    "never throws: a damaged %s is decoded or dropped for a reason of the list",
    async (format) => {
      const file = (await imageFiles())[format];
      const decode = async (bytes: Uint8Array): Promise<string> => {
        const decoded = await decoder.decode({ kind: "encoded", bytes });
        return "reason" in decoded ? decoded.reason : "decoded";
      };
      const { outcomes, ...result } = await fuzz((random) => decode(imageMutant(file, random)), {
        seed: 20260101,
        runs: MUTANTS,
      });
      expect(result).toMatchObject({ runs: MUTANTS, crashes: 0, stuck: 0 });
      expect([...IMAGE_DROP_REASONS, "decoded"]).toEqual(expect.arrayContaining([...outcomes.keys()]));
      expect([...outcomes.keys()]).toEqual(expect.arrayContaining(["decoded", "decode_failed"]));
    },
  );
});
