import { z } from "zod";
import type { Address, Bytes, Seconds } from "./config.ts";

/** What `docs.ts` and `faults.ts` read from a key beside its type; it travels in the JSON Schema. */
export interface KeyNotes {
  /** Completes the sentence "accepted: …". */
  readonly accepts?: string;
  /** The value is never printed. */
  readonly secret?: boolean;
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const BYTES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4, KB: 1e3, MB: 1e6, GB: 1e9 } as const;
const SIZE = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|TiB|KB|MB|GB)$/;
const ADDRESS = /^(?:\[([\da-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/;

/** NaN when the text is no duration. Worked number: "1.5h" is 5,400 s. */
function parseDuration(text: string): Seconds {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return amount ? Number(amount) * SECONDS[unit as keyof typeof SECONDS] : Number.NaN;
}

/** NaN when the text is no size. Worked number: "16MiB" is 16,777,216 B. */
function parseBytes(text: string): Bytes {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  return amount ? Math.round(Number(amount) * BYTES[unit as keyof typeof BYTES]) : Number.NaN;
}

function parseAddress(text: string): Address | undefined {
  const [, ipv6, host, digits] = ADDRESS.exec(text) ?? [];
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { host: (ipv6 ?? host) as string, port } : undefined;
}

/** A duration between two others, both included. */
export function duration(least: string, most: string): z.ZodType<Seconds, unknown> {
  return measured(
    parseDuration,
    least,
    most,
    `a duration such as "30s", "10m", "24h" or "7d", from ${least} to ${most}`,
  );
}

/** A size between two others, both included. */
export function size(least: string, most: string): z.ZodType<Bytes, unknown> {
  return measured(parseBytes, least, most, `a size such as "512KiB" or "16MiB", from ${least} to ${most}`);
}

export function address(): z.ZodType<Address, unknown> {
  const accepts = 'host and port, such as "0.0.0.0:9435" or "[::1]:9435"';
  return z
    .string()
    .refine((text) => parseAddress(text) !== undefined)
    .meta({ accepts })
    .transform((text) => parseAddress(text) as Address);
}

/** Text of bounded length without control characters: it ends up in labels, headers and file names. */
export function text(longest: number, shortest = 1): z.ZodType<string, unknown> {
  return z
    .string()
    .refine((value) => value.length >= shortest && value.length <= longest && !/\p{Cc}/u.test(value))
    .meta({ accepts: `text of ${shortest} to ${longest} characters, none of them a control character` });
}

function measured(
  parse: (text: string) => number,
  least: string,
  most: string,
  accepts: string,
): z.ZodType<number, unknown> {
  return z
    .string()
    .refine((value) => parse(value) >= parse(least) && parse(value) <= parse(most))
    .meta({ accepts })
    .transform(parse);
}
