// Loaded before the analyser with `node --expose-gc --import`: collects garbage when the soak asks, and says what is left.
import { setTimeout as wait } from "node:timers/promises";
import { isMainThread } from "node:worker_threads";

const collect = (globalThis as { gc?: () => void }).gc;
/** To the thread for images, which has a heap of its own. */
const threads = new BroadcastChannel("soak");
threads.unref();
const TURN_MILLISECONDS = 200;
const leaked: Buffer[] = [];

async function collectAll(): Promise<void> {
  // What a finalizer holds goes with the second one.
  for (let round = 0; round < 2; round++) {
    collect?.();
    await wait(TURN_MILLISECONDS);
  }
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
