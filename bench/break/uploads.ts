import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { TapProcess } from "./tap-process.ts";

export interface Uploads {
  readonly sent: number;
  /** Answered with the number of bytes that were sent. */
  readonly complete: number;
  readonly startBytes: number;
  readonly peakBytes: number;
}

const READ_BYTES = 256 * 1024;
const LOOK_MILLISECONDS = 20;

/** Many large uploads at a time to a model server that reads slowly: what cannot be sent on must wait in the client, not in the tap. */
export async function uploadToSlowServer(uploads: number, uploadBytes: number): Promise<Uploads> {
  const server = createServer((incoming, outgoing) => {
    let bytes = 0;
    const read = (): void => {
      const piece = incoming.read() as Buffer | null;
      bytes += piece?.length ?? 0;
    };
    const timer = setInterval(read, 2);
    incoming.on("end", () => {
      clearInterval(timer);
      outgoing.end(String(bytes));
    });
  });
  server.on("connection", (socket) => socket.setMaxListeners(0));
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  const tap = await TapProcess.start({ upstreamPort: (server.address() as AddressInfo).port });
  const startBytes = tap.residentBytes;
  let peakBytes = startBytes;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, tap.residentBytes);
  }, LOOK_MILLISECONDS);
  const answers = await Promise.all(Array.from({ length: uploads }, () => upload(tap.port, uploadBytes)));
  clearInterval(watch);
  await tap.stop();
  server.close();
  const complete = answers.filter((answer) => answer === String(uploadBytes)).length;
  return { sent: uploads, complete, startBytes, peakBytes };
}

function upload(port: number, bytes: number): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request({
      port,
      host: "127.0.0.1",
      method: "POST",
      path: "/infer",
      headers: { "content-length": bytes },
    });
    outgoing.on("error", (error) => resolve(error.message));
    outgoing.on("response", (incoming) => {
      let answer = "";
      incoming.setEncoding("utf8").on("data", (text: string) => (answer += text));
      incoming.on("end", () => resolve(answer));
    });
    const piece = Buffer.alloc(READ_BYTES, "image");
    let left = bytes;
    const write = (): void => {
      while (left > 0) {
        const next = piece.subarray(0, Math.min(left, piece.length));
        left -= next.length;
        if (!outgoing.write(next) && left > 0) {
          outgoing.once("drain", write);
          return;
        }
      }
      outgoing.end();
    };
    write();
  });
}
