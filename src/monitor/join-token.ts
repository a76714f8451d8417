import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { PendingPrediction, ProvenPrediction } from "./label-join.ts";

/** A secret of at least 32 bytes; `id` names it inside a token and gives nothing of it away. */
export interface TokenKey {
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
}

/** Why a token proves nothing. Closed list: each is a result of a label. */
export type TokenFault = "token_invalid" | "token_unknown_key" | "token_other_model" | "token_expired";

const VERSION = 1;
const KEY_ID_BYTES = 4;
const AUDIENCE_BYTES = 8;
const MAC_BYTES = 32;
const MOST_VERSION_BYTES = 96;
/** Where each part of the head begins; the model version and the id follow it. */
const AT = { keyId: 1, audience: 5, time: 13, expiry: 21, weight: 29, confidence: 37, calibrated: 45, class: 53 };
const VERSION_LENGTH_AT = 55;
const HEAD_BYTES = 56;

export function tokenKey(secret: Uint8Array): TokenKey {
  return { id: createHash("sha256").update("key id").update(secret).digest().subarray(0, KEY_ID_BYTES), secret };
}

/** What a token is for: a class index means nothing to another model or class list. */
export function tokenAudience(model: string, classes: readonly string[]): Uint8Array {
  return createHash("sha256")
    .update(JSON.stringify([model, classes]))
    .digest()
    .subarray(0, AUDIENCE_BYTES);
}

/**
 * All that joining a label needs, signed: base64url of
 *
 *     version (1) · key id (4) · audience (8) · time, expiry, weight, confidence, calibrated confidence (8 each, big-endian doubles) ·
 *     class index (2) · length of the model version (1) · model version · id · HMAC-SHA-256 of all before (32)
 *
 * Worked number: an id of 36 bytes and a version of 2 make 126 bytes, 168 characters.
 */
export function signToken(
  { prediction, expiresAtSeconds }: ProvenPrediction,
  audience: Uint8Array,
  key: TokenKey,
): string {
  const version = Buffer.from(prediction.modelVersion).subarray(0, MOST_VERSION_BYTES);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(VERSION);
  head.set(key.id, AT.keyId);
  head.set(audience, AT.audience);
  head.writeDoubleBE(prediction.timeSeconds, AT.time);
  head.writeDoubleBE(expiresAtSeconds, AT.expiry);
  head.writeDoubleBE(prediction.weight, AT.weight);
  head.writeDoubleBE(prediction.confidence, AT.confidence);
  head.writeDoubleBE(prediction.calibratedConfidence, AT.calibrated);
  head.writeUInt16BE(prediction.classIndex, AT.class);
  head.writeUInt8(version.length, VERSION_LENGTH_AT);
  const claim = Buffer.concat([head, version, Buffer.from(prediction.id)]);
  return Buffer.concat([claim, macOf(claim, key)]).toString("base64url");
}

/** The prediction that the token proves, or why it proves none. Nothing of a token is believed before its signature is right. */
export function verifyToken(
  token: string,
  audience: Uint8Array,
  keys: readonly TokenKey[],
  nowSeconds: number,
): ProvenPrediction | TokenFault {
  const bytes = Buffer.from(token, "base64url");
  // One token has one spelling, or the same one could be used again under another.
  if (bytes.length < HEAD_BYTES + MAC_BYTES || bytes.toString("base64url") !== token) return "token_invalid";
  const claim = bytes.subarray(0, -MAC_BYTES);
  const key = keys.find(({ id }) => claim.subarray(AT.keyId, AT.keyId + KEY_ID_BYTES).equals(id));
  if (!key) return "token_unknown_key";
  if (!timingSafeEqual(macOf(claim, key), bytes.subarray(-MAC_BYTES))) return "token_invalid";
  if (claim.readUInt8() !== VERSION) return "token_invalid";
  if (!claim.subarray(AT.audience, AT.audience + AUDIENCE_BYTES).equals(audience)) return "token_other_model";
  const expiresAtSeconds = claim.readDoubleBE(AT.expiry);
  return nowSeconds > expiresAtSeconds ? "token_expired" : { prediction: predictionOf(claim), expiresAtSeconds };
}

function predictionOf(claim: Buffer): PendingPrediction {
  const idAt = HEAD_BYTES + claim.readUInt8(VERSION_LENGTH_AT);
  return {
    id: claim.toString("utf8", idAt),
    timeSeconds: claim.readDoubleBE(AT.time),
    weight: claim.readDoubleBE(AT.weight),
    classIndex: claim.readUInt16BE(AT.class),
    confidence: claim.readDoubleBE(AT.confidence),
    calibratedConfidence: claim.readDoubleBE(AT.calibrated),
    modelVersion: claim.toString("utf8", HEAD_BYTES, idAt),
  };
}

function macOf(claim: Uint8Array, { secret }: TokenKey): Buffer {
  return createHmac("sha256", secret).update(claim).digest();
}
