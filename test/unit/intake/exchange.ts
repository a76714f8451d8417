import type { Exchange } from "../../../src/core/exchange.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { IntakeOptions } from "../../../src/intake/protocol.ts";

/** Enough of a JPEG to be told as one; nothing here decodes it. */
export const JPEG: Uint8Array = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1);
export const JPEG_BASE64: string = Buffer.from(JPEG).toString("base64");

export function intakeOptions(options: Partial<IntakeOptions> = {}): IntakeOptions {
  return { maxBodyBytes: 1 << 20, random: seededRandom(1), ...options };
}

/** A successful exchange; bodies that are no bytes are sent as JSON. */
export function exchangeOf(parts: {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly request: unknown;
  readonly reply: unknown;
  readonly replyHeaders?: Readonly<Record<string, string>>;
  readonly status?: number;
}): Exchange {
  const bytesOf = (body: unknown): Uint8Array =>
    body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body) ?? "");
  return {
    timeSeconds: 1_790_000_000,
    method: "POST",
    path: parts.path ?? "/predict",
    requestHeaders: new Map(Object.entries(parts.headers ?? {})),
    requestBody: bytesOf(parts.request),
    status: parts.status ?? 200,
    responseHeaders: new Map(Object.entries(parts.replyHeaders ?? {})),
    responseBody: bytesOf(parts.reply),
  };
}
