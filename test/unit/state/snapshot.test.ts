import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PlainState } from "../../../src/core/codec.ts";
import { SnapshotFile } from "../../../src/state/snapshot.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/state/snapshot-format.ts";

const STATE = {
  name: "roof-inspection",
  counts: Float64Array.of(1.5, Number.NaN, -0, 5e-324),
  rows: [Float32Array.of(1, 2), Float32Array.of()],
  tags: Uint32Array.of(0, 4294967295),
  bytes: Uint8Array.of(1, 2, 255),
  windows: [{ name: "1h", empty: null, full: true }],
} satisfies PlainState;

describe("the snapshot format", () => {
  it("gives back what was written", () => {
    expect(decodeSnapshot("key", encodeSnapshot("key", STATE))).toEqual({ state: STATE });
    expect(decodeSnapshot("key", encodeSnapshot("key", {}))).toEqual({ state: {} });
  });

  it("still reads format version 1", () => {
    const bytes = readFileSync(join(import.meta.dirname, "fixtures/snapshot-v1.bin"));
    expect(decodeSnapshot("fixture", bytes)).toEqual({ state: STATE });
  });

  it("never throws and never gives a wrong state when one bit is flipped, at any offset", () => {
    const whole = encodeSnapshot("key", STATE);
    const reasons = new Set<string>();
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const decoded = decodeSnapshot("key", flipped);
      if ("state" in decoded) expect.fail(`bit ${bit} is not noticed`);
      reasons.add(decoded.reason);
    }
    expect([...reasons].sort()).toEqual(["damaged", "not_a_snapshot", "truncated", "unknown_version"]);
  });

  it("never throws and never gives a state when the file is cut, at any length", () => {
    const whole = encodeSnapshot("key", STATE);
    for (let length = 0; length < whole.length; length++) {
      expect(decodeSnapshot("key", whole.subarray(0, length))).toEqual({ reason: "truncated" });
    }
    expect(decodeSnapshot("key", Buffer.concat([whole, Buffer.alloc(1)]))).toEqual({ reason: "damaged" });
  });

  it("refuses the state of another configuration", () => {
    expect(decodeSnapshot("other", encodeSnapshot("key", STATE))).toEqual({ reason: "other_configuration" });
  });

  it("refuses older and newer versions", () => {
    for (const version of [0, 2]) {
      const bytes = encodeSnapshot("key", STATE);
      bytes.writeUInt32LE(version, 8);
      expect(decodeSnapshot("key", bytes)).toEqual({ reason: "unknown_version" });
    }
  });

  it("refuses a body that is no state although its checksum is right", () => {
    const bytes = Buffer.from(encodeSnapshot("key", STATE));
    bytes.fill(0xff, 52);
    bytes.writeUInt32LE(crc32(bytes.subarray(52), crc32(bytes.subarray(0, 48))), 48);
    expect(decodeSnapshot("key", bytes)).toEqual({ reason: "damaged" });
  });
});

describe("the snapshot file", () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "vision-snapshot-"));
    path = join(directory, "state");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("starts empty without a file", async () => {
    const { state, rejected } = await new SnapshotFile(path, "key").load();
    expect(state).toBeUndefined();
    expect(rejected.map(({ reason }) => reason)).toEqual(["absent", "absent"]);
  });

  it("loads the last save, and tells its size", async () => {
    const file = new SnapshotFile(path, "key");
    await file.save({ save: 1 });
    expect(await file.save(STATE)).toBe(readFileSync(path).length);
    expect(await file.load()).toEqual({ state: STATE, rejected: [] });
  });

  it("makes the directory when it is missing", async () => {
    const file = new SnapshotFile(join(directory, "a/b/state"), "key");
    await file.save({});
    expect((await file.load()).state).toEqual({});
  });

  it("writes saves that overlap one after the other", async () => {
    const file = new SnapshotFile(path, "key");
    await Promise.all([1, 2, 3].map((save) => file.save({ save })));
    expect((await file.load()).state).toEqual({ save: 3 });
    expect(readdirSync(directory).sort()).toEqual(["state", "state.previous"]);
  });

  it("falls back on the save before when the last one is damaged, and keeps the damaged file aside", async () => {
    const file = new SnapshotFile(path, "key");
    await file.save({ save: 1 });
    await file.save({ save: 2 });
    const damaged = readFileSync(path).subarray(0, 40);
    writeFileSync(path, damaged);
    expect(await file.load()).toEqual({ state: { save: 1 }, rejected: [{ path, reason: "truncated" }] });
    expect(readFileSync(`${path}.rejected`)).toEqual(damaged);
    await file.save({ save: 3 });
    expect((await file.load()).state).toEqual({ save: 3 });
  });

  it("loads the save before when the process was killed between the two renames", async () => {
    const file = new SnapshotFile(path, "key");
    await file.save({ save: 1 });
    await file.save({ save: 2 });
    rmSync(path);
    expect((await file.load()).state).toEqual({ save: 1 });
  });

  it("ignores a half-written new file", async () => {
    const file = new SnapshotFile(path, "key");
    await file.save({ save: 1 });
    writeFileSync(`${path}.new`, "half");
    expect((await file.load()).state).toEqual({ save: 1 });
    await file.save({ save: 2 });
    expect((await file.load()).state).toEqual({ save: 2 });
  });

  it("starts empty after a change of configuration and keeps the newest old file aside", async () => {
    const old = new SnapshotFile(path, "old");
    await old.save({ save: 1 });
    await old.save({ save: 2 });
    const { state, rejected } = await new SnapshotFile(path, "new").load();
    expect(state).toBeUndefined();
    expect(rejected.map(({ reason }) => reason)).toEqual(["other_configuration", "other_configuration"]);
    expect(decodeSnapshot("old", readFileSync(`${path}.rejected`))).toEqual({ state: { save: 2 } });
  });

  it("starts empty when the path cannot be read as a file", async () => {
    const { state, rejected } = await new SnapshotFile(directory, "key").load();
    expect(state).toBeUndefined();
    expect(rejected[0]?.reason).toBe("unreadable");
    // `load` moved what it could not read aside.
    rmSync(`${directory}.rejected`, { recursive: true });
    path = "";
    directory = mkdtempSync(join(tmpdir(), "vision-snapshot-"));
  });

  it("rejects a save that fails and keeps the last good file", async () => {
    const file = new SnapshotFile(path, "key");
    await file.save({ save: 1 });
    await expect(new SnapshotFile(join(path, "below-a-file"), "key").save({})).rejects.toThrow();
    await expect(file.save({ wrong: new Map() } as unknown as PlainState)).rejects.toThrow(TypeError);
    expect((await file.load()).state).toEqual({ save: 1 });
    await file.save({ save: 2 });
    expect((await file.load()).state).toEqual({ save: 2 });
  });
});
