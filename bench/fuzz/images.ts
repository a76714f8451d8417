import type { FuzzBox, FuzzResult } from "./fuzz-target.ts";
import { IMAGE_FORMATS } from "./image-files.ts";
import { askImageProcess } from "./image-process.ts";

export const name = "images";

const MOST_GROWTH_BYTES = 200 * 2 ** 20;
const MIB = 2 ** 20;

/** Damaged files of each format through decoder, statistics and thumbnail; growth of memory past 200 MiB counts as a crash. */
export async function fuzzImages(box: FuzzBox): Promise<FuzzResult> {
  const total = { runs: 0, crashes: 0, stuck: 0 };
  const notes: string[] = [];
  const share = { seed: box.seed, ...(box.runs !== undefined && { runs: Math.ceil(box.runs / IMAGE_FORMATS.length) }) };
  for (const format of IMAGE_FORMATS) {
    const seconds = box.seconds === undefined ? undefined : box.seconds / IMAGE_FORMATS.length;
    const limitSeconds = (seconds ?? 60) * 2 + 60;
    const question = { kind: "mutants", format, box: { ...share, ...(seconds !== undefined && { seconds }) } } as const;
    const { runs, crashes, stuck, note, growthBytes } = await askImageProcess(question, limitSeconds);
    total.runs += runs;
    total.crashes += crashes + (growthBytes > MOST_GROWTH_BYTES ? 1 : 0);
    total.stuck += stuck;
    notes.push(`${format}, ${runs}, +${Math.round(growthBytes / MIB)} MiB: ${note}`);
  }
  return { ...total, note: notes.join(". ") };
}

export function run(seconds: number, seed: number): Promise<FuzzResult> {
  return fuzzImages({ seconds, seed });
}
