// Loaded before the analyser with `node --expose-gc --import`: collects garbage when the soak asks, and says what is left.
const collect = (globalThis as { gc?: () => void }).gc;

process.on("message", () => {
  // What a finalizer holds goes with the second one.
  collect?.();
  setImmediate(() => {
    collect?.();
    process.send?.({ heapBytes: process.memoryUsage().heapUsed });
  });
});
process.channel?.unref();
