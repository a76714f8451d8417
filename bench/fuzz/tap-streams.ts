import { type Random, seededRandom } from "../../src/core/random.ts";
import type { HostileStream } from "./hostile-stream.ts";
import { mutatedStreams, NAMED_STREAMS } from "./hostile-streams.ts";
import { pairDamaged } from "./tap-pairing.ts";
import { type Passing, TapPassage } from "./tap-passage.ts";

export interface FuzzResult {
  readonly runs: number;
  readonly crashes: number;
  readonly stuck: number;
  readonly note: string;
}

const SIDE_BY_SIDE = 8;
const ROUND = 2000;

export const name = "tap";

/** Damaged streams through a real tap, cut anywhere, and damaged requests read by a server and by the observer, in turn. */
export async function run(seconds: number, seed: number): Promise<FuzzResult> {
  const end = performance.now() + seconds * 1000;
  const random = seededRandom(seed);
  const totals = { runs: 0, crashes: 0, stuck: 0, changed: 0, misread: 0 };
  for (let round = 0; round === 0 || performance.now() < end; round++) {
    const streams =
      round === 0 ? [...NAMED_STREAMS, ...mutatedStreams(ROUND, seed)] : mutatedStreams(ROUND, seed + round);
    const passed = await passAll(streams.map((stream) => cutBoth(stream, random)));
    const paired = await pairDamaged(ROUND, seed + round, round % 2 === 1);
    totals.runs += streams.length + paired.streams;
    totals.stuck += passed.stuck;
    totals.changed += passed.changed;
    totals.crashes += passed.observerFaults + passed.leftOpen;
    totals.misread += paired.faults.length;
  }
  const { runs, crashes, stuck, changed, misread } = totals;
  return {
    runs,
    crashes: crashes + changed + misread,
    stuck,
    note: `${changed} changed, ${misread} read otherwise than the server did, ${crashes} faults of the observer or bytes and connections left behind`,
  };
}

export interface Passed {
  readonly changed: number;
  readonly stuck: number;
  readonly observerFaults: number;
  /** Connections still open and bytes still held after all ended. */
  readonly leftOpen: number;
}

/** Each through a connection of its own. */
export async function passAll(passings: readonly Passing[]): Promise<Passed> {
  const passages = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => TapPassage.open()));
  const found = { changed: 0, stuck: 0 };
  const waiting = [...passings];
  const work = async (passage: TapPassage): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const wrong = await passage.pass(next);
      if (wrong) found[wrong]++;
    }
  };
  await Promise.all(passages.map(work));
  await Promise.all(passages.map((passage) => passage.close()));
  const counters = passages.map((passage) => passage.counters);
  const sum = (read: (of: (typeof counters)[number]) => number): number =>
    counters.reduce((total, each) => total + read(each), 0);
  return {
    ...found,
    observerFaults: sum(({ opaqueConnections }) => opaqueConnections.observer_fault),
    leftOpen: sum(({ openConnections, openCaptureBytes }) => openConnections + openCaptureBytes),
  };
}

function cutBoth({ request, reply }: Pick<HostileStream, "request" | "reply">, random: Random): Passing {
  return { request: cutAnywhere(request, random), reply: cutAnywhere(reply, random) };
}

/** Into one to four pieces. */
function cutAnywhere(stream: Buffer, random: Random): Buffer[] {
  const count = Math.floor(random.next() * 4);
  const cuts = Array.from({ length: count }, () => Math.floor(random.next() * stream.length)).sort((a, b) => a - b);
  return [0, ...cuts].map((start, index) => Buffer.from(stream.subarray(start, cuts[index] ?? stream.length)));
}
