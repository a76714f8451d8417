import { describe, expect, it } from "vitest";
import { detectFormat } from "../../../src/image/file-format.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");

describe("the format of a file", () => {
  it("is unknown without bytes", () => {
    expect(detectFormat(new Uint8Array())).toBeUndefined();
  });

  it.each([
    ["jpeg", latin1("\xff\xd8\xff\xe0")],
    ["png", latin1("\x89PNG\r\n\x1a\n")],
    ["webp", latin1("RIFF\0\0\0\0WEBPVP8 ")],
  ])("is %s by its first bytes", (format, bytes) => {
    expect(detectFormat(bytes)).toBe(format);
    expect(detectFormat(bytes.subarray(0, 2))).toBeUndefined();
    expect(detectFormat(bytes.subarray(1))).toBeUndefined();
  });

  it.each([
    ["a WAVE sound", "RIFF\0\0\0\0WAVE"],
    ["a GIF", "GIF89a"],
    ["an AVIF", "\0\0\0 ftypavif"],
    ["a bitmap", "BM"],
  ])("is unknown for %s", (_, text) => {
    expect(detectFormat(latin1(text))).toBeUndefined();
  });
});
