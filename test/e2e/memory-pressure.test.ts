import sharp from "sharp";
import { afterEach, describe, expect, it } from "vitest";
import { type Analyser, startAnalyser } from "./fixtures/analyser.ts";
import { type MemoryGroup, memoryGroup } from "./fixtures/memory-group.ts";
import { paint, until } from "./fixtures/program.ts";

/** Four such images decode in the four threads of libuv: 72 MiB each beside 150 MiB of the analyser, 445 MiB at most. */
const LIMIT_BYTES = 480 * 2 ** 20;
const CONFIG = `
model: { name: colours, classes: [red, green, blue] }
sampling: { imagesRatio: 1, imagesPerSecond: 1000 }
image: { concurrency: 4, queueLength: 24 }
`;
/** Without a fixed threshold the C library keeps the memory of large images for itself, and what is kept counts as held. */
const AS_IN_THE_IMAGE = { MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "262144" };
const SENDERS = 8;

let analyser: Analyser | undefined;
/** None where this user may not make one, or memory is not under control of groups. */
const group: MemoryGroup | undefined = memoryGroup(`vision-exporter-test-${process.pid}`, LIMIT_BYTES);

afterEach(async () => {
  await analyser?.stop();
  await until(async () => group?.remove() ?? true);
});

/** A progressive JPEG of 12 megapixels in 300 KiB: all its coefficients are in memory until its last byte is read. */
async function paintBig(): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 120, sigma: 60 } as const;
  const seed = sharp({ create: { width: 4, height: 4, channels: 3, background: "white", noise } });
  return sharp(await seed.png().toBuffer())
    .resize(4000, 3000, { fit: "fill", kernel: "cubic" })
    .jpeg({ progressive: true, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

describe("an analyser under a limit of the kernel", () => {
  it.skipIf(!group)(
    "that is sent images faster than it has memory for sheds images, records every prediction, lives, and analyses again",
    async ({ annotate }) => {
      const { within, killed, peakBytes } = group as MemoryGroup;
      const running = await startAnalyser(CONFIG, AS_IN_THE_IMAGE, within);
      analyser = running;
      const read = async (name: string, ...labels: readonly string[]) => (await running.value(name, ...labels)) ?? 0;
      const shed = () => read("vision_images_dropped_total", 'reason="memory_pressure"');
      const big = await paintBig();
      let accepted = 0;
      let enough = false;
      const send = async (): Promise<void> => {
        while (!enough) {
          expect((await running.observe([big])).status).toBe(200);
          accepted++;
        }
      };
      const sending = Promise.all(Array.from({ length: SENDERS }, send));
      await Promise.race([sending, until(async () => (await shed()) > 0)]);
      enough = true;
      await sending;
      expect(await read("vision_memory_pressure_total")).toBeGreaterThan(0);
      await until(async () => (await read("vision_predictions_total")) === accepted);
      await annotate(`${accepted} images, ${await shed()} shed, at most ${Math.round(peakBytes() / 2 ** 20)} MiB`);

      await until(async () => (await read("vision_queue_length")) === 0);
      const before = await read("vision_images_analysed_total");
      const small = await paint(0, 0);
      await until(async () => {
        await running.observe([small]);
        return (await read("vision_images_analysed_total")) > before + SENDERS;
      });
      expect([running.child.exitCode, running.child.signalCode, killed()]).toEqual([null, null, 0]);
      expect(await read("vision_embedder_up")).toBe(1);
    },
    120_000,
  );
});
