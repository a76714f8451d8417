// Speaks as thread-entry.js does; the first byte of an image says what becomes of the thread.
import { parentPort, workerData } from "node:worker_threads";

const { behaviour, starts } = workerData.network;
const start = Atomics.add(starts, 0, 1);
const say = (message) => parentPort.postMessage(message);

const DEEDS = {
  exit: () => process.exit(3),
  throw: () => {
    throw new Error("boom");
  },
  reject: () => void Promise.reject(new Error("unseen")),
  heap: () => {
    const kept = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
  },
  hang: () => {
    for (;;);
  },
  slow: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500),
  never: () => {},
};

function work({ job, image, wishes }) {
  const text = Buffer.from(image.bytes).toString();
  if (text in DEEDS) DEEDS[text]();
  if (text === "never" || text === "reject") return;
  say({
    kind: "extracted",
    job,
    extraction: { statistics: Float64Array.of(image.bytes.length), seconds: { decode: 0 }, wishes },
  });
}

if (behaviour === "silent") parentPort.on("message", () => {});
else if (behaviour === "dies" || (behaviour === "dies later" && start > 0)) process.exit(4);
else if (behaviour === "refuses")
  say({ kind: "refused", code: "MODEL_FILE_INVALID", message: "a.onnx is odd", remedy: "Mend it." });
else {
  parentPort.on("message", (message) => (message.kind === "close" ? parentPort.close() : work(message)));
  say({ kind: "ready", id: behaviour === "changes" ? `network ${start}` : "network", dimensions: 2 });
}
