import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { createLogger } from "../../../src/log.ts";
import { Telemetry } from "../../../src/metrics/self.ts";
import { LabelTable } from "../../../src/monitor/label-table.ts";
import { Monitor } from "../../../src/monitor/monitor.ts";
import type { Core } from "../../../src/serve/core.ts";
import { StateKeeper } from "../../../src/serve/state-keeper.ts";
import { MemoryStore } from "../../../src/state/memory.ts";
import { encodeSnapshot } from "../../../src/state/snapshot-format.ts";

const clock = { nowSeconds: () => 1_000, monotonicSeconds: () => performance.now() / 1000 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vision-keeper-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function keeper(directory: string) {
  const config = parseConfig(`model: { name: m, classes: [a, b] }\nstate: { directory: ${directory} }`, {});
  const telemetry = new Telemetry(() => 0);
  const lines: string[] = [];
  const log = createLogger("info", clock, (line) => lines.push(line));
  const state = new StateKeeper(config, { telemetry, clock, log });
  const core = (): Core => {
    const options = {
      model: "m",
      modelVersion: "",
      classes: ["a", "b"],
      windows: config.windows,
      chunkSeconds: 60,
      chunkImages: 100,
      budget: { everySeconds: 30 * 86_400, imagesPerSecond: 5, assessSeconds: 15 },
      labels: { keepSeconds: 3_600, keepEarlySeconds: 60, onConflict: "last", unknownClass: "reject" },
      gallery: { imagesPerGroup: 4, keepSeconds: 60 },
    } as const;
    const monitor = new Monitor(options, new LabelTable(new MemoryStore({ maxKeys: 100 }), ["a", "b"], options.labels));
    return { config, classes: ["a", "b"], monitor } as unknown as Core;
  };
  return { state, telemetry, core, errors: () => lines.filter((line) => line.includes('"error"')) };
}

async function predict({ monitor }: Core, id: string): Promise<void> {
  const outcome = { classIndex: 0, confidence: 0.9 };
  await monitor.recordPrediction({ ids: [id], timeSeconds: 900, modelVersion: "", weight: 1, outcome });
}

/** Fills the disk with a file, but for so many bytes. */
function fill(mount: string, leaveBytes: number): void {
  const free = Number(execFileSync("stat", ["-f", "-c", "%f", mount], { encoding: "utf8" }));
  const block = Number(execFileSync("stat", ["-f", "-c", "%S", mount], { encoding: "utf8" }));
  writeFileSync(join(mount, "ballast"), Buffer.alloc(Math.max(0, free * block - leaveBytes)));
}

function canMount(): boolean {
  try {
    const mount = mkdtempSync(join(tmpdir(), "vision-mount-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], { stdio: "ignore" });
    execFileSync("umount", [mount]);
    rmSync(mount, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

describe("what outlives a restart", () => {
  it("is in memory only when the directory cannot be used: said once, and in a gauge", async () => {
    const { state, telemetry, core, errors } = keeper("/sys/vision-exporter");
    const store = await state.openStore();
    await store.write([{ key: "a", value: Uint8Array.of(1), expiresAtSeconds: 2_000 }]);
    expect(store.get("a")).toEqual(Uint8Array.of(1));
    for (let save = 0; save < 3; save++) await state.save(core());
    await state.restore(core());
    expect(errors()).toHaveLength(1);
    expect(errors()[0]).toContain("STATE_UNUSABLE");
    expect(telemetry.snapshot()).toMatchObject({ stateDegraded: true, snapshot: { failures: 0 } });
  });

  it("refuses to start when the directory is a file: a mistake, not a fault of the disk", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    await expect(keeper(file).state.openStore()).rejects.toThrow(expect.objectContaining({ code: "STATE_UNUSABLE" }));
  });

  it("is not degraded in a directory that works, and again when a save works after one that failed", async () => {
    const directory = join(folder, "state");
    const { state, telemetry, core } = keeper(directory);
    const store = await state.openStore();
    expect(telemetry.snapshot().stateDegraded).toBe(false);
    mkdirSync(join(directory, "monitor.snapshot.new"));
    await state.save(core());
    expect(telemetry.snapshot()).toMatchObject({ stateDegraded: true, snapshot: { failures: 1 } });
    rmSync(join(directory, "monitor.snapshot.new"), { recursive: true });
    await state.save(core());
    expect(telemetry.snapshot().stateDegraded).toBe(false);
    await store.close();
  });

  it("forgets what it gave up for a bound, and how long the oldest has waited follows", async () => {
    const { state, core } = keeper(join(folder, "state"));
    const store = await state.openStore();
    const live = core();
    await predict(live, "x");
    await live.monitor.assess(1_000);
    expect(live.monitor.assessment().labels).toMatchObject({ awaiting: 1, oldestAwaitingSeconds: 100 });
    store.evict = async () => ({ age: 0, size: 1, bytes: 0, endedSeconds: 3_600 + 1_000 });
    await state.evict(store, live, 1_000);
    await live.monitor.assess(1_000);
    expect(live.monitor.assessment().labels).toEqual({ awaiting: 0 });
    await store.close();
  });

  it("counts no prediction as waiting whose store was damaged", async () => {
    const directory = join(folder, "state");
    const first = keeper(directory);
    const store = await first.state.openStore();
    const live = first.core();
    await predict(live, "x");
    await first.state.save(live);
    await store.close();
    writeFileSync(join(directory, "labels/data.mdb"), "damaged");
    const second = keeper(directory);
    const next = await second.state.openStore();
    const restored = second.core();
    await second.state.restore(restored);
    await restored.monitor.assess(1_000);
    expect(restored.monitor.assessment().labels.awaiting).toBe(0);
    expect(second.errors()[0]).toContain("labels.damaged");
    await next.close();
  });

  it("takes the save before when the newest is of a version that it does not know, and keeps that aside", async () => {
    const directory = join(folder, "state");
    const { state, telemetry, core } = keeper(directory);
    const store = await state.openStore();
    const live = core();
    await predict(live, "x");
    await state.save(live);
    await state.save(live);
    const path = join(directory, "monitor.snapshot");
    // The key is in the header as a digest, so a file of another version is made from a whole one.
    const whole = readFileSync(path);
    const newer = encodeSnapshot("any", { version: 2 });
    whole.copy(newer, 16, 16, 48);
    const { crc32 } = await import("node:zlib");
    newer.writeUInt32LE(crc32(newer.subarray(52), crc32(newer.subarray(0, 48))), 48);
    writeFileSync(path, newer);
    const restored = core();
    await state.restore(restored);
    await restored.monitor.assess(1_000);
    expect(restored.monitor.assessment().labels.awaiting).toBe(1);
    expect(telemetry.snapshot().snapshotsRejected.unknown_version).toBe(1);
    expect(readdirSync(directory)).toContain("monitor.snapshot.rejected");
    await store.close();
  });

  it.skipIf(!canMount())(
    "survives a full disk: nothing acknowledged is lost, and it goes on by itself when there is space",
    async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=56m", "tmpfs", folder]);
      try {
        const { state, telemetry, core } = keeper(join(folder, "state"));
        const store = await state.openStore();
        const put = (n: number): Promise<void> =>
          store.write([{ key: `k${n}`, value: Uint8Array.of(n), expiresAtSeconds: 9_000 }]);
        for (let n = 0; n < 50; n++) await put(n);
        fill(folder, 4_096);
        await new Promise((done) => setTimeout(done, 1_100));
        const refused = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => put(100 + n)));
        for (const { status } of refused) expect(status).toBe("rejected");
        for (const result of refused) if (result.status === "rejected") telemetry.storeFailed(result.reason);
        expect(telemetry.snapshot()).toMatchObject({ storeErrors: { no_space: 50, failed: 0 }, stateDegraded: true });
        for (let n = 0; n < 50; n++) expect(store.get(`k${n}`)).toEqual(Uint8Array.of(n));
        expect(store.get("k100")).toBeUndefined();
        rmSync(join(folder, "ballast"));
        await new Promise((done) => setTimeout(done, 1_100));
        await put(200);
        await state.save(core());
        expect(telemetry.snapshot().stateDegraded).toBe(false);
        await store.close();
        const again = await keeper(join(folder, "state")).state.openStore();
        expect(await again.count()).toBe(51);
        expect(again.get("k200")).toEqual(Uint8Array.of(200));
        await again.close();
      } finally {
        execFileSync("umount", [folder]);
      }
    },
  );
});
