import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from "node:zlib";
import type { ExchangeDropReason } from "../core/drop-reasons.ts";
import { LIMITS } from "./limits.ts";

type Decompress = (bytes: Uint8Array, options: ZlibOptions) => Promise<Buffer>;

/** "deflate" means zlib framing (RFC 9110, section 8.4.1.2), but some clients send the bare stream. */
const inflateEither: Decompress = (bytes, options) => {
  const zlibFramed = ((bytes[0] ?? 0) & 0x0f) === 8 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0;
  return promisify<Uint8Array, ZlibOptions, Buffer>(zlibFramed ? inflate : inflateRaw)(bytes, options);
};

const DECOMPRESS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ["gzip", promisify<Uint8Array, ZlibOptions, Buffer>(gunzip)],
  ["x-gzip", promisify<Uint8Array, ZlibOptions, Buffer>(gunzip)],
  ["deflate", inflateEither],
  ["br", promisify<Uint8Array, ZlibOptions, Buffer>(brotliDecompress)],
]);

/** Undoes the content encoding. Gzip is undone without being announced too: log streams lose the header. */
export async function decodeContent(
  bytes: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<{ readonly bytes: Uint8Array } | { readonly reason: ExchangeDropReason }> {
  if (bytes.length > maxBytes) return { reason: "body_too_large" };
  const decompress = chooseDecompress(bytes, encoding?.trim().toLowerCase() ?? "");
  if (decompress === "none") return { bytes };
  if (decompress === undefined) return { reason: "unsupported_encoding" };
  // A small body may grow more: the tensor of a black image shrinks 1000-fold.
  const fairBytes = Math.max(LIMITS.decompressionFreeBytes, bytes.length * LIMITS.decompressionRatio);
  const maxOutputLength = Math.min(maxBytes, fairBytes);
  try {
    return { bytes: await decompress(bytes, { maxOutputLength }) };
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    return { reason: tooLarge ? "body_too_large" : "malformed_body" };
  }
}

function chooseDecompress(bytes: Uint8Array, encoding: string): Decompress | "none" | undefined {
  if (bytes.length === 0) return "none";
  const named = DECOMPRESS.get(encoding);
  if (named) return named;
  if (encoding !== "" && encoding !== "identity") return undefined;
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? DECOMPRESS.get("gzip") : "none";
}
