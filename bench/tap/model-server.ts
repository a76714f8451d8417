/**
 * The model server behind every path, and the sink of what the KServe agent logs: reads whole requests of declared length and
 * answers at once; it costs as little as it can. Run: node dist/bench/tap/model-server.js PORT
 */
import { createServer } from "node:net";
import { ANSWER } from "./exchange.ts";

const REPLY = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${ANSWER.length}\r\n\r\n${ANSWER}`;
const HEAD_END = Buffer.from("\r\n\r\n");

const server = createServer({ noDelay: true }, (socket) => {
  let head: Buffer = Buffer.alloc(0);
  let missing = 0;
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    let bodyBytes = chunk.length;
    if (missing === 0) {
      const seen = head.length > 0 ? Buffer.concat([head, chunk]) : chunk;
      const end = seen.indexOf(HEAD_END);
      if (end < 0) {
        head = seen;
        return;
      }
      head = Buffer.alloc(0);
      missing = Number(/^content-length: (\d+)/im.exec(seen.toString("latin1", 0, end))?.[1] ?? 0);
      bodyBytes = seen.length - end - HEAD_END.length;
    }
    missing -= bodyBytes;
    if (missing === 0) socket.write(REPLY);
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1");
