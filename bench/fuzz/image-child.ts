// Decodes in a process of its own, so that its memory tells what one kind of image costs. Asked and answered over IPC.
import { readFileSync } from "node:fs";
import { seededRandom } from "../../src/core/random.ts";
import { createDecoder } from "../../src/image/decode.ts";
import { computeStatistics } from "../../src/image/statistics/index.ts";
import { thumbnail } from "../../src/image/thumbnail.ts";
import { fuzz } from "./fuzz-target.ts";
import { type ImageFormat, imageFiles } from "./image-files.ts";
import { imageMutant } from "./image-mutants.ts";
import type { ImageAnswer, ImageQuestion } from "./image-process.ts";

/** The defaults of `image.maxBytes` and `image.maxPixels`. */
const decoder = createDecoder({ maxBytes: 10 * 2 ** 20, maxPixels: 16_000_000, size: 224 });

async function measure(bytes: Uint8Array): Promise<string> {
  const decoded = await decoder.decode({ kind: "encoded", bytes });
  if ("reason" in decoded) return decoded.reason;
  computeStatistics(decoded.pixels);
  await thumbnail(decoded.pixels);
  return "decoded";
}

/** Largest resident memory of this process so far. */
function peakKibibytes(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}

async function answer(question: ImageQuestion): Promise<Omit<ImageAnswer, "growthBytes">> {
  if (question.kind === "file") {
    const before = process.cpuUsage();
    const outcome = await measure(question.bytes);
    const { user, system } = process.cpuUsage(before);
    return {
      runs: 1,
      crashes: 0,
      stuck: 0,
      note: "",
      outcomes: [[outcome, 1]],
      cpuMilliseconds: (user + system) / 1000,
    };
  }
  const file = (await imageFiles())[question.format as ImageFormat];
  const { outcomes, ...result } = await fuzz((random) => measure(imageMutant(file, random)), question.box);
  return { ...result, outcomes: [...outcomes], cpuMilliseconds: Number.NaN };
}

process.on("message", async (question: ImageQuestion) => {
  // The decoders and the code that all images share are loaded before anything is measured.
  const files = await imageFiles();
  for (const file of Object.values(files)) await measure(imageMutant(file, seededRandom(0)));
  const before = peakKibibytes();
  const result = await answer(question);
  process.send?.({ ...result, growthBytes: (peakKibibytes() - before) * 1024 });
  process.disconnect();
});
