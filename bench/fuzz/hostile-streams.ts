import { type Random, seededRandom } from "../../src/core/random.ts";
import type { HostileStream } from "./hostile-stream.ts";
import { OPAQUE } from "./opaque-streams.ts";
import { SMUGGLING } from "./smuggling-streams.ts";
import { UNDERSTOOD } from "./understood-streams.ts";

export const NAMED_STREAMS: readonly HostileStream[] = [...UNDERSTOOD, ...OPAQUE, ...SMUGGLING];

/** Streams with one to three random faults each; nothing is promised about them but that they pass unchanged. */
export function mutatedStreams(count: number, seed: number): Pick<HostileStream, "name" | "request" | "reply">[] {
  const random = seededRandom(seed);
  const short = NAMED_STREAMS.filter(({ request }) => request.length < 2000);
  return Array.from({ length: count }, (_, index) => {
    const base = short[index % short.length] as HostileStream;
    return {
      name: `${base.name}, mutation ${index}`,
      request: mutate(base.request, random),
      reply: mutate(base.reply, random),
    };
  });
}

const LINES = [
  "Content-Length: 3",
  "Content-Length: 0",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: identity",
  "Connection: close",
  "Expect: 100-continue",
  "Upgrade: h2c",
  "X: \xe9",
  " folded",
  "",
  "0",
  "3",
  "abc",
];
const SIGNS = Buffer.from("\r\n\t :;,=+-019aF\0\x7f\xff", "latin1");

/** Well-formed requests with one small fault: a line too many, a line too few, or another sign in one place. Many are still understood by somebody. */
export function damagedRequests(count: number, seed: number): { readonly name: string; readonly request: Buffer }[] {
  const random = seededRandom(seed);
  const short = NAMED_STREAMS.filter(({ request, exchanges }) => exchanges > 0 && request.length < 2000);
  return Array.from({ length: count }, (_, index) => {
    const base = short[index % short.length] as HostileStream;
    const request = random.next() < 0.5 ? changeLine(base.request, random) : changeSign(base.request, random);
    return { name: `${base.name}: ${JSON.stringify(request.toString("latin1"))}`, request };
  });
}

function changeLine(request: Buffer, random: Random): Buffer {
  const lines = request.toString("latin1").split("\r\n");
  const at = 1 + Math.floor(random.next() * (lines.length - 1));
  if (random.next() < 0.3) lines.splice(at, 1);
  else lines.splice(at, 0, LINES[Math.floor(random.next() * LINES.length)] as string);
  return Buffer.from(lines.join("\r\n"), "latin1");
}

function changeSign(request: Buffer, random: Random): Buffer {
  const changed = Buffer.from(request);
  changed[Math.floor(random.next() * changed.length)] = SIGNS[Math.floor(random.next() * SIGNS.length)] as number;
  return changed;
}

function mutate(original: Buffer, random: Random): Buffer {
  let mutated = Buffer.from(original);
  for (let faults = 1 + Math.floor(random.next() * 3); faults > 0; faults--) {
    const at = Math.floor(random.next() * (mutated.length + 1));
    const length = Math.floor(random.next() * 8);
    const kind = Math.floor(random.next() * 4);
    const [before, after] = [mutated.subarray(0, at), mutated.subarray(at)];
    if (kind === 0) mutated = Buffer.concat([before, after.subarray(length)]);
    else if (kind === 1) mutated = Buffer.concat([before, after.subarray(0, length), after]);
    else if (kind === 2) mutated = Buffer.concat([before, Buffer.from([Math.floor(random.next() * 256)]), after]);
    else mutated = Buffer.concat([before, Buffer.from([Math.floor(random.next() * 256)]), after.subarray(1)]);
  }
  return mutated;
}
