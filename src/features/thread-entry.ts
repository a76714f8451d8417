// What runs in the thread that feature-thread.ts starts.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { VisionError } from "../core/errors.ts";
import type { Embedder } from "../embedding/embedder.ts";
import { openOnnxEmbedder } from "../embedding/onnx.ts";
import { createDecoder } from "../image/decode.ts";
import { DirectExtractor } from "./extractor.ts";
import type { FromThread, ThreadSetup, ToThread } from "./messages.ts";

async function start(port: MessagePort, { network, decode }: ThreadSetup): Promise<void> {
  const say = (message: FromThread): void => port.postMessage(message);
  try {
    const embedder = await openOnnxEmbedder(network);
    serve(port, embedder, createDecoder(decode), say);
    say({ kind: "ready", id: embedder.id, dimensions: embedder.dimensions });
  } catch (error) {
    if (!(error instanceof VisionError)) throw error;
    const { code, message, remedy } = error;
    say({ kind: "refused", code, message, remedy });
  }
}

function serve(
  port: MessagePort,
  embedder: Embedder,
  decoder: ReturnType<typeof createDecoder>,
  say: (message: FromThread) => void,
): void {
  const clock = { monotonicSeconds: () => performance.now() / 1000 };
  const extractor = new DirectExtractor({ decoder, embedder, clock });
  const underWay = new Set<Promise<void>>();
  const close = async (): Promise<void> => {
    await Promise.all(underWay);
    await embedder.close();
    port.close();
  };
  port.on("message", (message: ToThread) => {
    if (message.kind === "close") return void close();
    const { job, image, wishes } = message;
    const work = extractor.extract(image, wishes).then((extraction) => say({ kind: "extracted", job, extraction }));
    underWay.add(work);
    return void work.finally(() => underWay.delete(work));
  });
}

await start(parentPort as MessagePort, workerData as ThreadSetup);
