import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain, type NumberArray } from "../../../src/core/codec.ts";

const roundTrip = (value: unknown): unknown => decodePlain(encodePlain(value));
const TYPES = [
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
] as const;
const raw = (view: NumberArray): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);

describe("the codec", () => {
  it("gives back empty and nested plain data", () => {
    for (const value of [{}, [], "", 0, null, true, { a: [{ b: [] }, "é"], none: undefined }])
      expect(roundTrip(value)).toEqual(value);
  });

  it("gives back every number of 64 bits", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(roundTrip(value)).toBe(Object.is(value, -0) ? 0 : value);
      }),
      { seed: 1, numRuns: 500 },
    );
    for (const value of [2 ** 53, 2 ** 32, -(2 ** 33), Number.MIN_VALUE, Number.NaN, Number.POSITIVE_INFINITY])
      expect(roundTrip(value)).toBe(value);
  });

  it.each(TYPES)("gives back a %o bit for bit, at every alignment", (Type) => {
    const bits = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 251) & 0xff);
    for (let padding = 0; padding < 16; padding++) {
      const view = new Type(bits.slice().buffer);
      const { value } = roundTrip({ padding: "x".repeat(padding), value: view }) as { value: NumberArray };
      expect(value.constructor).toBe(Type);
      expect(raw(value)).toEqual(Buffer.from(bits));
      expect(value.buffer.byteLength).toBe(32);
    }
    expect(roundTrip(new Type(0))).toEqual(new Type(0));
  });

  it("writes a view, not the buffer behind it", () => {
    const whole = Float64Array.from({ length: 10 }, (_, index) => index);
    expect(roundTrip(whole.subarray(3, 5))).toEqual(Float64Array.of(3, 4));
  });

  it("hands out bytes of its own, so that later writes do not change them", () => {
    const first = encodePlain({ a: 1 });
    const kept = Uint8Array.from(first);
    encodePlain({ b: "2".repeat(100) });
    expect(first).toEqual(kept);
    expect(first.buffer.byteLength).toBe(first.length);
  });

  it("refuses what is not plain, and names the place", () => {
    for (const value of [
      new Map(),
      new Set(),
      new Date(0),
      () => 1,
      1n,
      Symbol("s"),
      new BigInt64Array(1),
      new DataView(new ArrayBuffer(1)),
    ]) {
      expect(() => encodePlain({ deep: [value] })).toThrow(/\$\.deep\[0\]/);
    }
    expect(() => encodePlain(JSON.parse('{"__proto__": 1}'))).toThrow(/__proto__/);
  });

  it("throws on bytes that it did not make", () => {
    // empty, cut short, an epoch date (tag 1), a set (tag 258), trailing bytes
    for (const hex of ["", "62", "c11a514b67b0", "d9010280", "0000"])
      expect(() => decodePlain(Buffer.from(hex, "hex"))).toThrow();
  });

  it("never gives anything but plain data for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        let decoded: unknown;
        try {
          decoded = decodePlain(bytes);
        } catch {
          return;
        }
        expect(() => encodePlain(decoded)).not.toThrow();
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});
