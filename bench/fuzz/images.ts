import type { FuzzBox, FuzzResult } from "./fuzz-target.ts";
import { IMAGE_FORMATS, type ImageFormat } from "./image-files.ts";
import { askImageProcess } from "./image-process.ts";

export const name = "images";

const MOST_GROWTH_BYTES = 200 * 2 ** 20;
const SIDE_BY_SIDE = 2;
const MIB = 2 ** 20;

/** Damaged files of each format through decoder, statistics and thumbnail; growth of memory past 200 MiB counts as a crash. */
export async function fuzzImages(box: FuzzBox): Promise<FuzzResult> {
  const waiting = [...IMAGE_FORMATS];
  const results: FuzzResult[] = [];
  const worker = async (): Promise<void> => {
    for (let format = waiting.shift(); format; format = waiting.shift()) results.push(await fuzzFormat(format, box));
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return {
    runs: results.reduce((sum, { runs }) => sum + runs, 0),
    crashes: results.reduce((sum, { crashes }) => sum + crashes, 0),
    stuck: results.reduce((sum, { stuck }) => sum + stuck, 0),
    note: results.map(({ note }) => note).join(". "),
  };
}

/** In a process of its own. Each format has its share of the box, `SIDE_BY_SIDE` at a time. */
async function fuzzFormat(format: ImageFormat, { seed, runs, seconds }: FuzzBox): Promise<FuzzResult> {
  const share = {
    seed,
    ...(runs !== undefined && { runs: Math.ceil(runs / IMAGE_FORMATS.length) }),
    ...(seconds !== undefined && { seconds: (SIDE_BY_SIDE * seconds) / IMAGE_FORMATS.length }),
  };
  const limitSeconds = (share.seconds ?? 60) * 2 + 60;
  const answer = await askImageProcess({ kind: "mutants", format, box: share }, limitSeconds);
  const swollen = answer.growthBytes > MOST_GROWTH_BYTES ? 1 : 0;
  return {
    ...answer,
    crashes: answer.crashes + swollen,
    note: `${format}, ${answer.runs}, +${Math.round(answer.growthBytes / MIB)} MiB: ${answer.note}`,
  };
}

export function run(seconds: number, seed: number): Promise<FuzzResult> {
  return fuzzImages({ seconds, seed });
}
