import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signToken, tokenAudience, tokenKey, verifyToken } from "../../src/monitor/join-token.ts";
import type { ProvenPrediction } from "../../src/monitor/label-join.ts";

const [KEY, NEXT, STRANGER] = ["a", "b", "c"].map((letter) => tokenKey(Buffer.from(letter.repeat(32)))) as [
  ReturnType<typeof tokenKey>,
  ReturnType<typeof tokenKey>,
  ReturnType<typeof tokenKey>,
];
const AUDIENCE = tokenAudience("parts", ["good", "bent"]);
const EXPIRY = 2_000_000_000;

const ratio = fc.double({ min: 0, max: 1, noDefaultInfinity: true });
const PROVEN: fc.Arbitrary<ProvenPrediction> = fc
  .record({
    id: fc.string({ unit: "grapheme", minLength: 1, maxLength: 128 }),
    timeSeconds: fc.double({ min: 0, max: 1.9e9, noNaN: true }),
    weight: fc.double({ min: 1, max: 1e6, noNaN: true }),
    classIndex: fc.nat({ max: 10_000 }),
    confidence: ratio,
    calibratedConfidence: ratio,
    modelVersion: fc.string({ maxLength: 20 }),
  })
  .map((prediction) => ({ prediction, expiresAtSeconds: EXPIRY }));

const example: ProvenPrediction = {
  prediction: {
    id: "0193f0a2-7b1c-7d3e-9f00-1234567890ab",
    timeSeconds: 1_700_000_000.125,
    weight: 20,
    classIndex: 1,
    confidence: 0.93,
    calibratedConfidence: Number.NaN,
    modelVersion: "v2",
  },
  expiresAtSeconds: EXPIRY,
};

describe("a join token", () => {
  it("says exactly what was signed, also without a score", () => {
    fc.assert(
      fc.property(PROVEN, (proven) => {
        expect(verifyToken(signToken(proven, AUDIENCE, KEY), AUDIENCE, [NEXT, KEY], 1.9e9)).toEqual(proven);
      }),
      { seed: 31, numRuns: 300 },
    );
    expect(verifyToken(signToken(example, AUDIENCE, KEY), AUDIENCE, [KEY], 1.9e9)).toEqual(example);
  });

  it("has 168 characters for an id of 36", () => {
    expect(signToken(example, AUDIENCE, KEY)).toHaveLength(168);
    expect(signToken(example, AUDIENCE, KEY)).toMatch(/^[\w-]+$/);
  });

  it("is refused with any bit changed", () => {
    const token = signToken(example, AUDIENCE, KEY);
    const bytes = Buffer.from(token, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(verifyToken(changed.toString("base64url"), AUDIENCE, [KEY, NEXT], 1.9e9)).toMatch(
        /^token_(invalid|unknown_key)$/,
      );
    }
  });

  it("is refused when cut, lengthened, or spelled in another way", () => {
    const token = signToken(example, AUDIENCE, KEY);
    const refused = (text: string): void =>
      expect(verifyToken(text, AUDIENCE, [KEY, NEXT], 1.9e9)).toMatch(/^token_(invalid|unknown_key)$/);
    for (let length = 0; length < token.length; length++) refused(token.slice(0, length));
    for (const text of [`${token}A`, `${token}=`, `${token} `, ` ${token}`, token.replace(/.$/, "!")]) refused(text);
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        refused(text);
      }),
      { seed: 32, numRuns: 300 },
    );
  });

  it("has one spelling: the bits that base64 leaves over are 0", () => {
    const longer = { ...example, prediction: { ...example.prediction, id: `${example.prediction.id}x` } };
    const token = signToken(longer, AUDIENCE, KEY);
    const last = token.at(-1) as string;
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const neighbour = alphabet[alphabet.indexOf(last) + 1] as string;
    const twin = token.slice(0, -1) + neighbour;
    expect(Buffer.from(twin, "base64url")).toEqual(Buffer.from(token, "base64url"));
    expect(verifyToken(twin, AUDIENCE, [KEY], 1.9e9)).toBe("token_invalid");
  });

  it("is refused when its key is not there, it is of another model or class list, or too old", () => {
    const token = signToken(example, AUDIENCE, KEY);
    const verify = (audience: Uint8Array, key: typeof KEY, now: number): unknown =>
      verifyToken(token, audience, [key], now);
    expect(verify(AUDIENCE, STRANGER, 1.9e9)).toBe("token_unknown_key");
    expect(verify(tokenAudience("parts", ["bent", "good"]), KEY, 1.9e9)).toBe("token_other_model");
    expect(verify(tokenAudience("other", ["good", "bent"]), KEY, 1.9e9)).toBe("token_other_model");
    expect(verify(AUDIENCE, KEY, EXPIRY)).toEqual(example);
    expect(verify(AUDIENCE, KEY, EXPIRY + 1)).toBe("token_expired");
  });

  it("is refused when another key claims the name of the one that signed it", () => {
    const token = signToken(example, AUDIENCE, { id: KEY.id, secret: STRANGER.secret });
    expect(verifyToken(token, AUDIENCE, [KEY], 1.9e9)).toBe("token_invalid");
  });
});
