import { describe, expect, it } from "vitest";
import { cloudEvent, labelBody, observationBody } from "../../bench/fuzz/bodies.ts";
import { configurationCase } from "../../bench/fuzz/configurations.ts";
import { exchangeCase } from "../../bench/fuzz/exchanges.ts";
import { networkFile, referenceFile, snapshotFile } from "../../bench/fuzz/files.ts";
import { frameStream } from "../../bench/fuzz/frames.ts";
import { type FuzzCase, fuzz } from "../../bench/fuzz/fuzz-target.ts";

const SEED = 20261124;

interface Kind {
  readonly kind: string;
  readonly one: FuzzCase;
  readonly runs: number;
  /** Outcomes that must come up, or the damage is not of the kind that reaches the code. */
  readonly outcomes: readonly string[];
}

const KINDS: readonly Kind[] = [
  { kind: "label bodies", one: labelBody, runs: 10_000, outcomes: ["taken", "items refused", "REQUEST_INVALID"] },
  { kind: "observation bodies", one: observationBody, runs: 10_000, outcomes: ["taken", "REQUEST_TOO_LARGE"] },
  { kind: "CloudEvents", one: cloudEvent, runs: 5_000, outcomes: ["exchange", "labels", "waiting", "REQUEST_INVALID"] },
  {
    kind: "captured exchanges of every protocol",
    one: exchangeCase,
    runs: 10_000,
    outcomes: [
      "open_inference",
      "open_inference_binary",
      "kserve_v1",
      "raw_image",
      "multipart",
      "json_image",
      "mapped",
    ],
  },
  { kind: "configurations", one: configurationCase, runs: 1_500, outcomes: ["accepted", "CONFIG_UNREADABLE"] },
  { kind: "reference files", one: referenceFile, runs: 300, outcomes: ["REFERENCE_UNREADABLE"] },
  { kind: "snapshot files", one: snapshotFile, runs: 5_000, outcomes: ["damaged", "truncated", "taken"] },
  { kind: "network files", one: networkFile, runs: 500, outcomes: ["is not an ONNX file"] },
  { kind: "streams of the link", one: frameStream, runs: 10_000, outcomes: ["whole", "corrupt", "unfinished"] },
];

describe("damaged input", () => {
  it.each(KINDS)("never crashes or holds up what reads it: $runs $kind", { timeout: 120_000 }, async (kind) => {
    const { outcomes, ...result } = await fuzz(kind.one, { seed: SEED, runs: kind.runs });
    expect(result).toMatchObject({ runs: kind.runs, crashes: 0, stuck: 0 });
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining([...kind.outcomes]));
  });
});
