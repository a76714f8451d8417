import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom, shuffled } from "../../src/core/random.ts";
import { Connection } from "./connection.ts";

/**
 * One request a port and round, in an order drawn anew for each round. Latencies in milliseconds: one row a port, one column a
 * round.
 */
export async function pairedLatencies(ports: readonly number[], body: Buffer, rounds: number): Promise<number[][]> {
  const random = seededRandom(rounds);
  const connections = await Promise.all(ports.map((port) => Connection.dial(port, body)));
  const latencies = ports.map(() => new Array<number>(rounds).fill(0));
  for (let round = 0; round < rounds; round++) {
    for (const index of shuffled([...ports.keys()], random)) {
      const start = performance.now();
      const end = await (connections[index] as Connection).ask();
      (latencies[index] as number[])[round] = end - start;
    }
  }
  for (const connection of connections) connection.close();
  return latencies;
}

const FIRST_CONNECTIONS = 4;

/**
 * Requests at fixed times, whether or not earlier ones were answered; a connection is opened when none is idle. Latencies count
 * from the moment the request was due, so a stall counts for everyone who had to wait for it.
 */
export async function openLoopLatencies(
  port: number,
  body: Buffer,
  load: { readonly perSecond: number; readonly seconds: number },
): Promise<number[]> {
  const idle = await Promise.all(Array.from({ length: FIRST_CONNECTIONS }, () => Connection.dial(port, body)));
  for (const connection of idle) await connection.ask();
  const count = Math.round(load.perSecond * load.seconds);
  const start = performance.now() + 10;
  const latencies: Promise<number>[] = [];
  for (let index = 0; index < count; index++) {
    const due = start + (1000 * index) / load.perSecond;
    await reach(due);
    latencies.push(askIdle(idle, port, body).then((end) => end - due));
  }
  const settled = await Promise.all(latencies);
  for (const connection of idle) connection.close();
  return settled;
}

async function askIdle(idle: Connection[], port: number, body: Buffer): Promise<number> {
  const connection = idle.pop() ?? (await Connection.dial(port, body));
  const end = await connection.ask();
  idle.push(connection);
  return end;
}

/** Timers are late by up to 2 ms: the last of the way is polled. */
async function reach(due: number): Promise<void> {
  const wait = Math.floor(due - performance.now()) - 2;
  if (wait > 0) await sleep(wait);
  while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
}

/** Replies a second when each connection asks again as soon as it is answered. */
export async function closedLoopRate(
  port: number,
  body: Buffer,
  load: { readonly connections: number; readonly seconds: number },
): Promise<number> {
  const connections = await Promise.all(Array.from({ length: load.connections }, () => Connection.dial(port, body)));
  for (const connection of connections) await connection.ask();
  const start = performance.now();
  const end = start + 1000 * load.seconds;
  let replies = 0;
  await Promise.all(
    connections.map(async (connection) => {
      while ((await connection.ask()) < end) replies++;
    }),
  );
  for (const connection of connections) connection.close();
  return (1000 * replies) / (end - start);
}
