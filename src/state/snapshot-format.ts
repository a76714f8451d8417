import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { decodePlain, encodePlain, type PlainState } from "../core/codec.ts";
import type { SnapshotRejectReason } from "../core/drop-reasons.ts";

/**
 * A snapshot in bytes, little-endian:
 *
 *     0  magic "VXSTATE1"    8 bytes
 *     8  version             u32
 *    12  length of the body  u32
 *    16  key                 32 bytes, SHA-256 of what the state belongs to (configuration and reference)
 *    48  CRC-32              u32, of bytes 0 to 47 and the body
 *    52  body                PlainState as CBOR (`core/codec.ts`)
 */
const MAGIC = Buffer.from("VXSTATE1", "latin1");
const VERSION = 1;
const HEADER_BYTES = 52;

export function encodeSnapshot(key: string, state: PlainState): Buffer {
  const body = encodePlain(state);
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header, 0);
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(body.length, 12);
  hashOf(key).copy(header, 16);
  header.writeUInt32LE(checksum(header, body), 48);
  return Buffer.concat([header, body]);
}

/** Never throws: bytes of any content give a state or a reason. */
export function decodeSnapshot(key: string, bytes: Buffer): { state: PlainState } | { reason: SnapshotRejectReason } {
  if (bytes.length < HEADER_BYTES) return { reason: "truncated" };
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return { reason: "not_a_snapshot" };
  if (bytes.readUInt32LE(8) !== VERSION) return { reason: "unknown_version" };
  const body = bytes.subarray(HEADER_BYTES);
  if (body.length < bytes.readUInt32LE(12)) return { reason: "truncated" };
  if (body.length > bytes.readUInt32LE(12) || checksum(bytes, body) !== bytes.readUInt32LE(48))
    return { reason: "damaged" };
  if (!bytes.subarray(16, 48).equals(hashOf(key))) return { reason: "other_configuration" };
  try {
    return { state: decodePlain(body) };
  } catch {
    return { reason: "damaged" };
  }
}

function hashOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

function checksum(header: Buffer, body: Uint8Array): number {
  return crc32(body, crc32(header.subarray(0, HEADER_BYTES - 4)));
}
