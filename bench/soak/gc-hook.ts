// Loaded before the analyser with `node --expose-gc --import`: collects garbage when the soak asks, and says what is left.
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

const collect = (globalThis as { gc?: () => void }).gc;
/** To the thread for images, which has a heap of its own. */
const threads = new BroadcastChannel("soak");
threads.unref();
const TURN_MILLISECONDS = 200;
const leaked: Buffer[] = [];

/** Objects are moved together as well: pages that are half empty are not held by anything, and V8 tidies them when it pleases. */
async function collectAll(): Promise<void> {
  setFlagsFromString("--compact-on-every-full-gc");
  // What a finalizer holds goes with the second one.
  for (let round = 0; round < 2; round++) {
    collect?.();
    await wait(TURN_MILLISECONDS);
  }
  setFlagsFromString("--no-compact-on-every-full-gc");
}

if (isMainThread) {
  process.on("message", async ({ leakBytes }: { leakBytes: number }) => {
    leaked.push(Buffer.alloc(leakBytes, 1));
    threads.postMessage("collect");
    await collectAll();
    process.send?.({ heapBytes: process.memoryUsage().heapUsed });
  });
  process.once("disconnect", () => process.kill(process.pid));
  process.channel?.unref();
} else {
  threads.onmessage = collectAll;
}
