import { afterEach, describe, expect, it } from "vitest";
import { FeatureWorker, type FeatureWorkerOptions } from "../../../src/features/feature-worker.ts";
import type { ThreadSetup } from "../../../src/features/messages.ts";
import { eventually } from "../../eventually.ts";

const QUICK = { firstSeconds: 0.02, longestSeconds: 0.05, steadySeconds: 60, endsBeforeRest: 5, restSeconds: 3_600 };
const WISHES = { embedding: true, thumbnail: false };
const entry = new URL("hostile-thread.mjs", import.meta.url);
const clock = { nowSeconds: () => 0, monotonicSeconds: () => 0 };
let worker: FeatureWorker | undefined;
let starts: Int32Array;
let downs: { why: string; restartSeconds: number }[];

async function start(behaviour = "", options: Partial<FeatureWorkerOptions> = {}): Promise<FeatureWorker> {
  starts = new Int32Array(new SharedArrayBuffer(4));
  downs = [];
  const network = { path: "a.onnx", behaviour, starts };
  worker = await FeatureWorker.start({
    setup: { network } as unknown as ThreadSetup,
    entry,
    clock,
    restart: QUICK,
    onDown: (down) => void downs.push(down),
    ...options,
  });
  return worker;
}

const give = (text: string, to = worker as FeatureWorker) =>
  to.extract({ kind: "encoded", bytes: Buffer.from(text) }, WISHES);
const isUpAgain = () => eventually(() => expect(worker?.health.up).toBe(true));

afterEach(async () => {
  await worker?.close();
  worker = undefined;
});

describe("the thread for images", () => {
  it("gives each image its own answer, and leaves the caller its bytes", async () => {
    await start();
    const bytes = Buffer.from("some bytes");
    const answers = await Promise.all([
      worker!.extract({ kind: "encoded", bytes: bytes.subarray(0, 4) }, WISHES),
      worker!.extract({ kind: "encoded", bytes }, WISHES),
      worker!.extract({ kind: "encoded", bytes: new Uint8Array(0) }, WISHES),
    ]);
    expect(answers.map((answer) => ("statistics" in answer ? answer.statistics[0] : answer))).toEqual([4, 10, 0]);
    expect(bytes.toString()).toBe("some bytes");
  });

  it.each([
    { deed: "exit", why: "its thread ended with code 3" },
    { deed: "throw", why: "boom" },
    { deed: "reject", why: "unseen" },
    { deed: "heap", why: expect.stringContaining("memory limit") },
  ])("that ends by $deed loses what is under way and is started again", async ({ deed, why }) => {
    await start();
    const lost = await Promise.all([give("never"), give(deed), give("never")]);
    expect(lost).toEqual(Array(3).fill({ reason: "embed_failed" }));
    await eventually(() => expect(downs).toEqual([{ why, restartSeconds: QUICK.firstSeconds }]));
    await isUpAgain();
    expect(await give("fine")).toMatchObject({ statistics: Float64Array.of(4) });
  });

  it("turns images away while it is down, and says why", async () => {
    await start("", { restart: { ...QUICK, firstSeconds: 3_600, longestSeconds: 3_600 } });
    expect(worker!.health).toEqual({ up: true });
    await give("throw");
    await eventually(() => expect(worker!.health).toEqual({ up: false, fault: "boom" }));
    expect(await give("fine")).toEqual({ reason: "embedder_down" });
  });

  it("rests after five early ends in a row", async () => {
    await start("dies later");
    await give("exit");
    await eventually(() => expect(downs).toHaveLength(5));
    expect(downs.map(({ restartSeconds }) => restartSeconds)).toEqual([0.02, 0.04, 0.05, 0.05, 3_600]);
    expect(worker!.health.fault).toContain("a.onnx cannot be used: its thread ended with code 4");
    expect(starts[0]).toBe(5);
  });

  it("that is only slow ends by itself after the image, and is started again", async () => {
    await start("", { imageSeconds: 0.5 });
    expect(await give("slow")).toEqual({ reason: "embed_failed" });
    expect(worker!.health).toEqual({ up: false, fault: "an image took longer than 0.5 s" });
    expect(await give("fine")).toEqual({ reason: "embedder_down" });
    await isUpAgain();
    expect(await give("fine")).toMatchObject({ statistics: Float64Array.of(4) });
  });

  it("that has hung for good is ended after the grace, and is started again", async () => {
    await start("", { imageSeconds: 0.5, graceSeconds: 0.1 });
    expect(await give("hang")).toEqual({ reason: "embed_failed" });
    await isUpAgain();
    expect(starts[0]).toBe(2);
    expect(await give("fine")).toMatchObject({ statistics: Float64Array.of(4) });
  });

  it("is not taken back with another network: its vectors would mean something else", async () => {
    await start("changes");
    await give("exit");
    await eventually(() => expect(downs[1]?.why).toContain("is not the one of the start"));
    expect(worker!.health.up).toBe(false);
  });
});

describe("the first start", () => {
  it.each([
    { behaviour: "refuses", message: "a.onnx is odd", remedy: "Mend it." },
    { behaviour: "dies", message: "a.onnx cannot be used: its thread ended with code 4", remedy: /embedding.path/ },
    {
      behaviour: "silent",
      startSeconds: 0.5,
      message: "a.onnx cannot be used: its self-test took longer than 0.5 s.",
      remedy: /./,
    },
  ])(
    "of a thread that $behaviour is an error with what to do",
    async ({ behaviour, startSeconds, message, remedy }) => {
      const error = await start(behaviour, { startSeconds: startSeconds ?? 60 }).catch((reason) => reason);
      expect(error).toMatchObject({ code: "MODEL_FILE_INVALID", message });
      expect(error.remedy).toMatch(remedy);
    },
  );
});
