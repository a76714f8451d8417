import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeContent } from "../../../src/intake/content-encoding.ts";

const text = Buffer.from("water ".repeat(50));
const LIMIT = 1 << 20;

describe("content encodings", () => {
  it("leave an empty body as it is, whatever is announced", async () => {
    expect(await decodeContent(new Uint8Array(), "gzip", LIMIT)).toEqual({ bytes: new Uint8Array() });
  });

  it.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["GZIP ", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["br", brotliCompressSync(text)],
    ["identity", text],
    [undefined, text],
    [undefined, gzipSync(text)],
  ])("are undone: %s", async (encoding, bytes) => {
    expect(await decodeContent(bytes, encoding, LIMIT)).toEqual({ bytes: text });
  });

  it.each(["zstd", "gzip, gzip", "aws-chunked"])("are refused when unknown: %s", async (encoding) => {
    expect(await decodeContent(text, encoding, LIMIT)).toEqual({ reason: "unsupported_encoding" });
  });

  it("let a black tensor grow a thousandfold, but not a megabyte a hundredfold", async () => {
    const black = gzipSync(new Uint8Array(600_000));
    expect(black.length * 500).toBeLessThan(600_000);
    expect(await decodeContent(black, "gzip", LIMIT)).toHaveProperty("bytes.length", 600_000);
    const bomb = gzipSync(new Uint8Array(4 << 20));
    expect(await decodeContent(bomb, "gzip", 8 << 20)).toEqual({ reason: "body_too_large" });
  });
});
