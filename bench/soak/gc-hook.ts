// Loaded before the analyser with `node --expose-gc --import`: collects garbage when the soak asks, and says what is left.
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

const collect = (globalThis as { gc?: () => void }).gc;
/** To the thread for images, which has a heap of its own. */
const threads = new BroadcastChannel("soak");
threads.unref();
/** For what hangs on a finalizer. The thread for images is done first. */
const TURN_MILLISECONDS = isMainThread ? 400 : 100;
const leaked: Buffer[] = [];

/**
 * Objects are moved together as well: pages that are half empty are not held by anything, and V8 tidies them when it pleases. The look
 * must follow without a turn of the event loop: an assessment makes megabytes of garbage.
 */
async function collectAll(): Promise<void> {
  setFlagsFromString("--compact-on-every-full-gc");
  collect?.();
  await wait(TURN_MILLISECONDS);
  collect?.();
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
