import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { dial, TapProcess, until } from "./tap-process.ts";

export interface Aborts {
  readonly aborted: number;
  /** From the client's end to the end of its connection to the model server, the slowest. */
  readonly slowestSeconds: number;
  readonly openConnections: number;
  readonly openCaptureBytes: number;
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
  /** Samples of cut exchanges that reached the analyser: each would be a wrong observation. */
  readonly exchanges: number;
}

/** Where the client gives up, and how: by ending at once, or with a reset. */
const KINDS = ["upload", "upload, reset", "answer", "answer, reset"] as const;
const SIDE_BY_SIDE = 10;
const BODY_BYTES = 1_000_000;
const REQUEST = `POST /infer HTTP/1.1\r\nHost: model\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`;
const REPLY = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`;
const PART = Buffer.alloc(50_000, "part of an image");

/** Clients that go away in the middle of their request or of its answer. */
export async function abortClients(count: number): Promise<Aborts> {
  const sessions = new Map<number, Session>();
  const server = createServer((socket) => serve(socket, sessions));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const tap = await TapProcess.start({ upstreamPort: (server.address() as AddressInfo).port });
  await abortOne(tap.port, 0, sessions);
  const descriptorsBefore = tap.descriptors;
  let slowestSeconds = 0;
  for (let index = 1; index < count; index += SIDE_BY_SIDE) {
    const group = Array.from({ length: Math.min(SIDE_BY_SIDE, count - index) }, (_, offset) =>
      abortOne(tap.port, index + offset, sessions),
    );
    slowestSeconds = Math.max(slowestSeconds, ...(await Promise.all(group)));
  }
  await until(() => tap.descriptors <= descriptorsBefore);
  const { openConnections, openCaptureBytes } = await tap.freshCounters();
  const descriptorsAfter = tap.descriptors;
  await tap.stop();
  server.close();
  const exchanges = tap.exchanges.length;
  return {
    aborted: count,
    slowestSeconds,
    openConnections,
    openCaptureBytes,
    descriptorsBefore,
    descriptorsAfter,
    exchanges,
  };
}

/** Notes which client a connection belongs to and when it ended, by whichever sign comes first. */
function serve(socket: Socket, sessions: ReadonlyMap<number, Session>): void {
  let session: Session | undefined;
  const end = (): void => {
    session?.end(performance.now());
    socket.destroy();
  };
  socket.on("data", (chunk: Buffer) => {
    const said = /number=(\d+) (answer)?/.exec(chunk.toString("latin1"));
    if (!said) return;
    session = sessions.get(Number(said[1]));
    session?.hear();
    if (said[2]) socket.write(Buffer.concat([Buffer.from(REPLY), PART]));
  });
  socket.on("end", end).on("error", end).on("close", end);
}

/** What the model server sees of one client. */
class Session {
  readonly heard: Promise<void>;
  readonly ended: Promise<number>;
  hear: () => void = () => {};
  end: (milliseconds: number) => void = () => {};

  constructor() {
    this.heard = new Promise((resolve) => {
      this.hear = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

/** Seconds until the model server's side ended. */
async function abortOne(port: number, number: number, sessions: Map<number, Session>): Promise<number> {
  const kind = KINDS[number % KINDS.length] as (typeof KINDS)[number];
  const session = new Session();
  sessions.set(number, session);
  const client = await dial(port);
  const answers = kind.startsWith("answer");
  client.write(Buffer.concat([Buffer.from(`${REQUEST}number=${number} ${answers ? "answer" : "upload"} `), PART]));
  await (answers ? once(client, "data") : session.heard);
  const startMilliseconds = performance.now();
  if (kind.endsWith("reset")) client.resetAndDestroy();
  else client.destroy();
  const seconds = ((await session.ended) - startMilliseconds) / 1000;
  sessions.delete(number);
  return seconds;
}
