import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { VisionError } from "../../src/core/errors.ts";
import { networkFileFault } from "../../src/embedding/network-file.ts";
import { encodeArtefact } from "../../src/reference/artefact.ts";
import { loadReference } from "../../src/reference/load.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/state/snapshot-format.ts";
import { SYNTHETIC_RECIPE, syntheticArtefact } from "../synthetic.ts";
import { type FuzzCase, type FuzzResult, fuzzEach } from "./fuzz-target.ts";
import { mutate } from "./mutate.ts";

export const name = "files";

const DIMENSIONS = 24;
const HEAD_BYTES = 40;
const artefact = syntheticArtefact(400, { classes: ["a", "b", "c"], dimensions: DIMENSIONS }, 3);
const reference = Buffer.from(encodeArtefact(artefact));
const snapshot = encodeSnapshot("key", {
  version: 1,
  sums: Float64Array.of(1, 2, 3),
  names: ["a", "b"],
  nested: { x: [1, null, true] },
});
const network = readFileSync("models/efficientnet-lite0.onnx").subarray(0, 200_000);
const folder = mkdtempSync(join(tmpdir(), "vision-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Damaged anywhere, or in its content alone with a checksum that is right again: not damage then, but another program. */
export const referenceFile: FuzzCase = async (random) => {
  const content = mutate(reference.subarray(HEAD_BYTES), random);
  const sealed = Buffer.concat([reference.subarray(0, 8), createHash("sha256").update(content).digest(), content]);
  const path = join(folder, "reference");
  writeFileSync(path, random.next() < 0.5 ? mutate(reference, random) : sealed);
  try {
    loadReference(path, SYNTHETIC_RECIPE(DIMENSIONS));
    return "taken";
  } catch (error) {
    if (error instanceof VisionError) return error.code;
    throw error;
  }
};

const SNAPSHOT_HEAD_BYTES = 52;

export const snapshotFile: FuzzCase = async (random) => {
  const body = mutate(snapshot.subarray(SNAPSHOT_HEAD_BYTES), random);
  const head = Buffer.from(snapshot.subarray(0, SNAPSHOT_HEAD_BYTES));
  head.writeUInt32LE(body.length, 12);
  head.writeUInt32LE(crc32(body, crc32(head.subarray(0, SNAPSHOT_HEAD_BYTES - 4))), 48);
  const sealed = Buffer.concat([head, body]);
  const decoded = decodeSnapshot("key", random.next() < 0.5 ? mutate(snapshot, random) : sealed);
  return "reason" in decoded ? decoded.reason : "taken";
};

/** Only what is read before ONNX Runtime is asked. */
export const networkFile: FuzzCase = async (random) => networkFileFault(mutate(network, random)) ?? "taken";

export function run(seconds: number, seed: number): Promise<FuzzResult> {
  return fuzzEach({ references: referenceFile, snapshots: snapshotFile, networks: networkFile }, seconds, seed);
}
