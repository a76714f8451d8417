import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ANSWER, isWholeReply, paintJpeg, requestHead } from "../../../../bench/tap/exchange.ts";

const plain = `HTTP/1.1 200 OK\r\nContent-Length: ${ANSWER.length}\r\n\r\n${ANSWER}`;
const size = ANSWER.length.toString(16);
const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\n${ANSWER}\r\n0\r\n\r\n`;

describe("the reply that ends a measurement", () => {
  it.each([
    ["of known length", plain],
    ["in chunks", chunked],
  ])("is whole at its last byte and not before, %s", (_, reply) => {
    for (let bytes = 0; bytes < reply.length; bytes++) expect(isWholeReply(reply.slice(0, bytes))).toBe(false);
    expect(isWholeReply(reply)).toBe(true);
  });

  it("must be the model server's: a refusal is not a fast answer", () => {
    expect(() => isWholeReply("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")).toThrow("503");
  });
});

describe("the request", () => {
  it("carries a picture of about 100 KB that decodes", async () => {
    const file = await paintJpeg();
    expect(Math.abs(file.length - 100_000)).toBeLessThan(5_000);
    expect((await sharp(file, { failOn: "warning" }).stats()).channels).toHaveLength(3);
  });

  it("differs from every other one by its id only", () => {
    expect(requestHead(5, 1)).not.toBe(requestHead(5, 2));
    expect(requestHead(5, 1)).toMatch(/^POST \/infer HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)+\r\n$/);
    expect(requestHead(5, 1)).toContain("\r\nContent-Length: 5\r\n");
  });
});
