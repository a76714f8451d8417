import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, Server as NetServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { dial, TapProcess } from "./tap-process.ts";

export interface DrainOptions {
  readonly drains: number;
  readonly clients: number;
  /** Between an answer and the next request of a client; 0 gives the end of a connection no moment to be noticed in. */
  readonly pauseMilliseconds: number;
  /** In a pod the model server ends first, and the tap after it; else the tap gets the only signal. */
  readonly modelServerFirst: boolean;
}

export interface Drains {
  readonly answered: number;
  /** Written and not answered, or not answered in full. */
  readonly lost: number;
  /** Of the lost: on a connection used before, without one byte of an answer. A client that looks at this sends such a request again. */
  readonly repeatable: number;
  /** New connections that were refused and went to the next pod. */
  readonly refused: number;
  readonly exitCodes: readonly (number | NodeJS.Signals | null)[];
}

interface Pod {
  readonly server: Server;
  readonly tap: TapProcess;
}

const BODY = Buffer.alloc(20_000, "image");
const REQUEST = Buffer.concat([
  Buffer.from(`POST /infer HTTP/1.1\r\nHost: m\r\nContent-Length: ${BODY.length}\r\n\r\n`),
  BODY,
]);
const ANSWER = "done at the end";
const LONGEST_ANSWER_MILLISECONDS = 20;
const UNDER_LOAD_ANSWERS = 20;

/** Pods that come and go under load, as a Service's clients see it: new connections go to the newest pod. */
export async function drainUnderLoad(options: DrainOptions): Promise<Drains> {
  const load = new Load(await startPod(), options.pauseMilliseconds);
  const clients = Array.from({ length: options.clients }, () => load.run());
  const exitCodes: Drains["exitCodes"][number][] = [];
  for (let drains = 0; drains < options.drains; drains++) {
    await load.answers(UNDER_LOAD_ANSWERS);
    const leaving = load.pod;
    load.pod = await startPod();
    exitCodes.push(await end(leaving, options.modelServerFirst));
  }
  load.running = false;
  await Promise.all(clients);
  await end(load.pod, true);
  const { answered, lost, repeatable, refused } = load;
  return { answered, lost, repeatable, refused, exitCodes };
}

/** Clients with a connection each. */
class Load {
  pod: Pod;
  running = true;
  answered = 0;
  lost = 0;
  repeatable = 0;
  refused = 0;
  readonly #pauseMilliseconds: number;

  constructor(pod: Pod, pauseMilliseconds: number) {
    this.pod = pod;
    this.#pauseMilliseconds = pauseMilliseconds;
  }

  async answers(more: number): Promise<void> {
    for (const enough = this.answered + more; this.answered < enough; ) await setTimeout(5);
  }

  async run(): Promise<void> {
    while (this.running) {
      const socket = await this.#connect();
      if (socket) await this.#use(socket);
    }
  }

  async #connect(): Promise<Socket | undefined> {
    try {
      return await dial(this.pod.tap.port);
    } catch {
      this.refused++;
      await setTimeout(5);
      return undefined;
    }
  }

  /** Until the connection ends, by either side. */
  async #use(socket: Socket): Promise<void> {
    let ended = false;
    socket.once("end", () => (ended = true)).once("close", () => (ended = true));
    for (let requests = 0; this.running && !ended; requests++) {
      socket.write(REQUEST);
      const received = await readAnswer(socket);
      if (received.endsWith(ANSWER)) this.answered++;
      else {
        this.lost++;
        if (requests > 0 && received === "") this.repeatable++;
        break;
      }
      if (this.#pauseMilliseconds > 0) await setTimeout(this.#pauseMilliseconds);
      // As every pool does: one look at the socket before it is used again.
      if (this.#pauseMilliseconds > 0) await new Promise(setImmediate);
    }
    socket.destroy();
  }
}

/** What came until the answer was whole or the connection over. */
function readAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const finish = (): void => {
      socket.off("data", onData).off("end", finish).off("close", finish);
      resolve(received);
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.toString("latin1");
      if (received.endsWith(ANSWER)) finish();
    };
    socket.on("data", onData).on("end", finish).on("close", finish);
  });
}

async function startPod(): Promise<Pod> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    request.resume().on("end", async () => {
      await setTimeout(Math.random() * LONGEST_ANSWER_MILLISECONDS);
      if (!server.listening) response.setHeader("connection", "close");
      response.end(ANSWER);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, tap: await TapProcess.start({ upstreamPort: (server.address() as AddressInfo).port }) };
}

/** The exit code of the tap. */
async function end({ server, tap }: Pod, modelServerFirst: boolean): Promise<number | NodeJS.Signals | null> {
  // Node's own `close` of an HTTP server also ends connections it takes for idle while their next request is on its way.
  if (modelServerFirst) await new Promise((closed) => NetServer.prototype.close.call(server, closed));
  const code = await tap.stop();
  server.closeAllConnections();
  server.close();
  return code;
}
