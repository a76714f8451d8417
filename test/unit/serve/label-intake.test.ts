import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import type { Label } from "../../../src/core/label.ts";
import { Telemetry } from "../../../src/metrics/self.ts";
import { LabelTable } from "../../../src/monitor/label-table.ts";
import { Monitor } from "../../../src/monitor/monitor.ts";
import type { Core } from "../../../src/serve/core.ts";
import { LabelIntake } from "../../../src/serve/label-intake.ts";
import { LabelTokens } from "../../../src/serve/label-tokens.ts";
import { MemoryStore } from "../../../src/state/memory.ts";

const CLASSES = ["good", "bent"];
const DAY = 86_400;
const MADE = 1_700_000_000;
const [OLD, NEW] = ["o".repeat(44), "n".repeat(44)];
const RULES = { keepSeconds: 7 * DAY, keepEarlySeconds: 3_600, onConflict: "last", unknownClass: "reject" } as const;

let folder: string;
let keyFile: string;
let clock: { seconds: number; nowSeconds: () => number; monotonicSeconds: () => number };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vision-tokens-"));
  keyFile = join(folder, "keys");
  writeFileSync(keyFile, OLD);
  clock = { seconds: MADE, nowSeconds: () => clock.seconds, monotonicSeconds: () => clock.seconds };
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Replica {
  readonly core: Core;
  readonly intake: LabelIntake;
  readonly telemetry: Telemetry;
}

/** One that remembers nothing of what another one saw. */
function replica(extra = `labels: { token: { keyFile: "${keyFile}" } }`, model = "parts"): Replica {
  const config = parseConfig(`model: { name: ${model}, classes: [good, bent] }\n${extra}`, {});
  const options = {
    model,
    modelVersion: "",
    classes: CLASSES,
    windows: config.windows,
    chunkSeconds: 60,
    chunkImages: 100,
    budget: { everySeconds: 30 * DAY, imagesPerSecond: 5 },
    labels: RULES,
    oneOfMany: true,
    gallery: { imagesPerGroup: 4, keepSeconds: 60 },
  };
  const monitor = new Monitor(options, new LabelTable(new MemoryStore({ maxKeys: 1_000 }), CLASSES, RULES));
  const tokens = LabelTokens.of(config, CLASSES);
  const core = { config, classes: CLASSES, monitor, ...(tokens && { tokens }) } as unknown as Core;
  const telemetry = new Telemetry(() => 0);
  return { core, intake: new LabelIntake(() => core, telemetry, clock), telemetry };
}

/** The token of a prediction of "good" that nobody remembers. */
function tokenOf({ core }: Replica, id = "a"): string {
  const outcome = { classIndex: 0, confidence: 0.9 };
  const prediction = { ids: [id], timeSeconds: MADE, modelVersion: "v1", outcome, weight: 1 };
  return core.tokens?.sign(core.monitor.pendingOf(prediction)) ?? "";
}

async function resultOf({ intake }: Replica, label: Partial<Label>): Promise<string> {
  return (await intake.take({ id: "", label: "bent", ...label })).result;
}

describe("a label with a token", () => {
  it("months later joins at a replica that remembers nothing, once, and may be corrected", async () => {
    const token = tokenOf(replica());
    clock.seconds = MADE + 100 * DAY;
    const other = replica();
    expect(await resultOf(other, { token })).toBe("matched");
    expect(await resultOf(other, { token })).toBe("duplicate");
    expect(await resultOf(other, { token, label: "good" })).toBe("corrected");
    const { labelled, labelledIncorrect, correctedToCorrect } = other.core.monitor.counters();
    expect([labelled, labelledIncorrect, correctedToCorrect]).toEqual([1, 1, 1]);
  });

  it("counts in the chunk of its prediction while that is kept", async () => {
    const one = replica();
    const outcome = { classIndex: 0, confidence: 0.9 };
    await one.core.monitor.recordPrediction({ ids: ["x"], timeSeconds: MADE, modelVersion: "", outcome, weight: 1 });
    clock.seconds = MADE + 120;
    expect(await resultOf(one, { token: tokenOf(one) })).toBe("matched");
    await one.core.monitor.assess(clock.seconds);
    expect(one.core.monitor.assessment().windows.map(({ labelCount }) => labelCount)).toEqual([1, 1, 1]);
  });

  it("needs no id, and goes by that of the token when both are there", async () => {
    const one = replica();
    expect(await one.intake.take({ id: "other", label: "good", token: tokenOf(one, "mine") })).toEqual({
      id: "mine",
      accepted: true,
      result: "matched",
    });
    expect(await resultOf(one, { id: "mine", label: "good" })).toBe("duplicate");
  });

  it("takes up a label that came before under its id", async () => {
    const one = replica();
    expect(await resultOf(one, { id: "a" })).toBe("pending");
    expect(await resultOf(one, { token: tokenOf(one) })).toBe("matched");
    expect(await resultOf(one, { id: "a" })).toBe("duplicate");
  });

  it("is refused when forged, of an unknown key, of another model, or too old, each counted by its reason and never named", async () => {
    const one = replica();
    const token = tokenOf(one);
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    const foreign = tokenOf(replica(undefined, "other"));
    writeFileSync(keyFile, NEW);
    const unknown = tokenOf(replica());
    const results = [];
    for (const each of [forged, unknown, foreign])
      results.push(await one.intake.take({ id: "", label: "good", token: each }));
    clock.seconds = MADE + 181 * DAY;
    results.push(await one.intake.take({ id: "", label: "good", token }));
    const reasons = ["token_invalid", "token_unknown_key", "token_other_model", "token_expired"] as const;
    expect(results.map(({ result, accepted }) => [result, accepted])).toEqual(reasons.map((reason) => [reason, false]));
    expect(reasons.map((reason) => one.telemetry.snapshot().labels[reason])).toEqual([1, 1, 1, 1]);
    for (const { message } of results) for (const each of [token, forged, foreign]) expect(message).not.toContain(each);
    expect(one.core.monitor.counters().labelled).toBe(0);
  });

  it("is accepted with the key before and the key after a rotation, without a restart", async () => {
    const one = replica();
    const before = tokenOf(one, "before");
    writeFileSync(keyFile, `${NEW}\n${OLD}\n`);
    expect(one.core.tokens?.refresh()).toBe(true);
    const after = tokenOf(one, "after");
    writeFileSync(keyFile, NEW);
    const next = replica();
    expect(await resultOf(one, { token: before })).toBe("matched");
    expect(await resultOf(next, { token: after })).toBe("matched");
    expect(await resultOf(next, { token: before })).toBe("token_unknown_key");
  });

  it("goes by its id where tokens are not configured, and is refused without one", async () => {
    const token = tokenOf(replica());
    const without = replica("");
    expect(await resultOf(without, { id: "a", token })).toBe("pending");
    expect(await resultOf(without, { token })).toBe("token_unknown_key");
  });
});

describe("a storm of labels", () => {
  const storm = "limits: { labelsPerSecond: 10, labelsPerRequest: 100 }";
  const labels = (count: number): { item: Label }[] =>
    Array.from({ length: count }, (_, n) => ({ item: { id: `${n}`, label: "good" } }));

  it("is refused whole past the budget, with the time to wait, and taken again after it", async () => {
    const one = replica(storm);
    expect(await one.intake.takeAll(labels(100))).toHaveLength(100);
    await expect(one.intake.takeAll(labels(30))).rejects.toMatchObject({
      code: "TOO_MANY_LABELS",
      retryAfterSeconds: 3,
    });
    expect(one.telemetry.snapshot().labels.pending).toBe(100);
    clock.seconds += 3;
    expect(await one.intake.takeAll(labels(30))).toHaveLength(30);
  });

  it("lets other work in between its labels", async () => {
    const one = replica("limits: { labelsPerSecond: 10000 }");
    let turns = 0;
    let running = true;
    const other = (): void => {
      turns += 1;
      if (running) setImmediate(other);
    };
    setImmediate(other);
    await one.intake.takeAll(labels(10_000));
    running = false;
    expect(turns).toBeGreaterThanOrEqual(39);
  });
});
