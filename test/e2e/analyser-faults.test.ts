import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { tinyNetwork } from "../unit/embedding/tiny-network.ts";
import { type Analyser, startAnalyser } from "./fixtures/analyser.ts";
import { cli, paint, ROOT, until } from "./fixtures/program.ts";

const EVERY_IMAGE = `
model: { name: colours, classes: [red, green, blue] }
sampling: { imagesRatio: 1, imagesPerSecond: 1000 }
image: { queueLength: 100 }
`;
const TINY = "width: 8, height: 8, mean: [0, 0, 0], std: [1, 1, 1], scale: 1";
const SQUARE = { input: { name: "image", shape: [1, 3, 8, 8] } };
const HOOK = { NODE_OPTIONS: `--import ${join(ROOT, "test/e2e/fixtures/faults-inside.mjs")}` };

let folder: string;
let pictures: Buffer[];
let analyser: Analyser | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "analyser-faults-"));
  pictures = await Promise.all([0, 1, 2].map((colour) => paint(colour, colour)));
});
afterEach(async () => {
  await analyser?.stop();
  analyser = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const valueBecomes = (expected: number, name: string, ...labels: readonly string[]): Promise<true> =>
  until(async () => ((await analyser?.value(name, ...labels)) ?? 0) >= expected && true);

describe("a network that cannot be used", () => {
  const whole = readFileSync(join(ROOT, "models/efficientnet-lite0.onnx"));
  const notANumber = { operators: [{ type: "Sub", constant: "c" }, { type: "Log" }], constants: { c: 300 }, ...SQUARE };
  const files = [
    { fault: "is missing", file: () => join(folder, "nowhere.onnx") },
    { fault: "is truncated", file: () => write("cut.onnx", whole.subarray(0, whole.length / 2)) },
    { fault: "is no network", file: () => write("text.onnx", Buffer.from("no network")) },
    { fault: "gives NaN", file: () => write("nan.onnx", tinyNetwork(notANumber)) },
    {
      fault: "gives one vector for all",
      file: () =>
        write(
          "deaf.onnx",
          tinyNetwork({ operators: [{ type: "Mul", constant: "zero" }], constants: { zero: 0 }, ...SQUARE }),
        ),
    },
  ];

  it.each(files)("that $fault leaves predictions and labels at work, and no drift metric", async ({ file }) => {
    analyser = await startAnalyser(`${EVERY_IMAGE}embedding: { path: ${file()}, ${TINY} }`);
    expect(await analyser.value("vision_embedder_up")).toBe(0);
    expect((await analyser.observe(pictures)).status).toBe(200);
    await valueBecomes(3, "vision_images_dropped_total", 'reason="embedder_down"');
    expect(await analyser.value("vision_predictions_total")).toBe(3);
    const text = await analyser.scrape();
    expect(text).not.toMatch(/^vision_(embedding|reconstruction|kolmogorov|drift)\w*\{/m);
    expect(text).not.toMatch(/ (NaN|[+-]Inf)$/im);
    expect(analyser.child.said().match(/running without a network/g)).toHaveLength(1);
    expect(analyser.child.said()).toContain("Check `embedding.path`");
    expect(await (await fetch(analyser.page)).text()).toContain("No image is analysed.");
  });

  it("is refused by `reference build`, with exit code 2", async () => {
    const config = write("broken.yaml", Buffer.from(`${EVERY_IMAGE}embedding: { path: ${join(folder, "none.onnx")} }`));
    const images = join(ROOT, "test");
    const { status, stderr } = cli([
      "reference",
      "build",
      "--config",
      config,
      "--images",
      images,
      "--out",
      join(folder, "r.vxref"),
    ]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("MODEL_FILE_INVALID")]);
  });

  it("keeps the running one when a reload brings it", async () => {
    analyser = await startAnalyser(EVERY_IMAGE);
    const config = analyser.child.spawnargs.at(-1) as string;
    writeFileSync(config, `${readFileSync(config, "utf8")}embedding: { path: ${join(folder, "none.onnx")} }\n`);
    const answer = await fetch(`${analyser.metrics}/-/reload`, { method: "POST" });
    expect([answer.status, await answer.json()]).toEqual([
      500,
      expect.objectContaining({ code: "MODEL_FILE_INVALID" }),
    ]);
    expect(await analyser.value("vision_embedder_up")).toBe(1);
    await analyser.observe(pictures);
    await valueBecomes(3, "vision_images_analysed_total");
  });
});

describe("a network that gives NaN for some images", () => {
  it("loses these images, counted as not finite, and every gauge stays finite", async () => {
    // The logarithm of 252 minus the pixel: the self-test's pictures are darker than that, a white image is not.
    const operators = [{ type: "Sub", constant: "c" }, { type: "Neg" }, { type: "Log" }];
    const path = write("white.onnx", tinyNetwork({ operators, constants: { c: 252 }, ...SQUARE }));
    const white = await sharp({ create: { width: 64, height: 64, channels: 3, background: "white" } })
      .png()
      .toBuffer();
    analyser = await startAnalyser(`${EVERY_IMAGE}embedding: { path: ${path}, ${TINY} }`);
    await analyser.observe([white, ...pictures, white]);
    await valueBecomes(2, "vision_images_dropped_total", 'reason="not_finite"');
    await valueBecomes(3, "vision_images_analysed_total");
    expect(await analyser.scrape()).not.toMatch(/ (NaN|[+-]Inf)$/im);
  });
});

describe("the thread for images", () => {
  it("that ends loses the images under way, and no prediction, is started again and counts as down meanwhile", async () => {
    analyser = await startAnalyser(EVERY_IMAGE, HOOK);
    for (const deed of ["EXIT", "THRO"]) {
      const [picture] = pictures as [Buffer];
      await analyser.observe([Buffer.concat([picture, Buffer.from(deed)])]);
      await until(async () => (await analyser?.value("vision_embedder_up")) === 0);
      await until(async () => (await analyser?.value("vision_embedder_up")) === 1);
    }
    expect(await analyser.value("vision_images_dropped_total", 'reason="embed_failed"')).toBe(2);
    await analyser.observe(pictures);
    await valueBecomes(3, "vision_images_analysed_total");
    expect(await analyser.value("vision_predictions_total")).toBe(5);
  });

  it("that keeps ending is left alone for five minutes, and everything else goes on", async () => {
    analyser = await startAnalyser(EVERY_IMAGE, HOOK);
    const poison = Buffer.concat([pictures[0] as Buffer, Buffer.from("EXIT")]);
    const feeding = setInterval(() => void analyser?.observe([poison]), 100);
    await until(async () => analyser?.child.said().includes('"restartSeconds":300'));
    clearInterval(feeding);
    expect(await analyser.value("vision_embedder_up")).toBe(0);
    const lost = (await analyser.value("vision_images_dropped_total", 'reason="embed_failed"')) as number;
    expect(lost).toBeGreaterThanOrEqual(5);
    const before = (await analyser.value("vision_predictions_total")) as number;
    await analyser.observe(pictures);
    await valueBecomes(before + 3, "vision_predictions_total");
  });
});

describe("memory that runs short", () => {
  it("sheds images and not predictions, and takes images again once there is room", async () => {
    // Less than any analyser holds; a reload then gives it room.
    analyser = await startAnalyser(`${EVERY_IMAGE}limits: { memoryBytes: 64MiB }`);
    await valueBecomes(1, "vision_memory_pressure_total", 'level="hard"');
    await analyser.observe(pictures);
    await valueBecomes(3, "vision_images_dropped_total", 'reason="memory_pressure"');
    expect(await analyser.value("vision_predictions_total")).toBe(3);
    const config = analyser.child.spawnargs.at(-1) as string;
    writeFileSync(config, readFileSync(config, "utf8").replace("64MiB", "64GiB"));
    expect((await fetch(`${analyser.metrics}/-/reload`, { method: "POST" })).status).toBe(200);
    await until(async () => {
      await analyser?.observe(pictures);
      return ((await analyser?.value("vision_images_analysed_total")) ?? 0) > 0;
    });
  });
});

describe("an event loop that stalls", () => {
  it("for 2 s sheds images and not predictions, and leaves the probe of life an answer", async () => {
    analyser = await startAnalyser(EVERY_IMAGE);
    const shed = async (): Promise<boolean> => {
      analyser?.child.kill("SIGSTOP");
      const probe = fetch(`${analyser?.metrics}/-/healthy`, { signal: AbortSignal.timeout(10_000) });
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      analyser?.child.kill("SIGCONT");
      expect((await probe).status).toBe(200);
      for (let more = 0; more < 20; more++) await analyser?.observe(pictures.slice(0, 1));
      return ((await analyser?.value("vision_images_dropped_total", 'reason="overloaded"')) ?? 0) > 0;
    };
    await until(shed);
    const predictions = (await analyser.value("vision_predictions_total")) as number;
    expect(predictions % 20).toBe(0);
    const before = (await analyser.value("vision_images_analysed_total")) as number;
    await until(async () => {
      await analyser?.observe(pictures);
      return ((await analyser?.value("vision_images_analysed_total")) ?? 0) > before;
    });
  }, 60_000);
});
