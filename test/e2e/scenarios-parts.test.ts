import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { CLEAR, PanningCamera } from "../../demo/camera.ts";
import {
  alarmWithin,
  correctedFollows,
  estimateFalls,
  estimateFollows,
  estimateWithheld,
  labelsAloneMislead,
  labelsJoined,
  noLabels,
  quietOnline,
  quietWindows,
  remembered,
  topCause,
  verdict,
} from "../../demo/expectations.ts";
import type { Expectation, PhaseResult } from "../../demo/scenario.ts";
import { inspection } from "../../demo/scenarios/inspection.ts";
import { cutTiles } from "../../demo/tiles.ts";
import type { Answer } from "../../demo/traffic.ts";
import type { Assessment, WindowAssessment } from "../../src/core/assessment.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { Score } from "../../src/core/score.ts";
import { paintImagery } from "./fixtures/painted-imagery.ts";

interface Facts {
  readonly window?: Partial<WindowAssessment>;
  readonly result?: Partial<PhaseResult>;
  readonly awaiting?: number;
}

/** 90 % right, and the monitor says so. */
function result({ window = {}, result = {}, awaiting = 0 }: Facts = {}): PhaseResult {
  const accuracy = { value: 0.9, lower: 0.85, upper: 0.95, sampleCount: 100 };
  const whole = {
    window: "last",
    verdict: "ok",
    predictionCount: 100,
    labelCount: 0,
    causes: [],
    estimates: [{ estimator: "label_fit_transport", accuracy, trusted: true }],
    ...window,
  } as unknown as WindowAssessment;
  return {
    phase: { name: "a", story: "", seconds: 1, expected: [] },
    trueRatio: 0.9,
    trueRatioOfLabelled: 0.9,
    labelledCount: 0,
    seen: { looks: 10, driftingLooks: 0, onlineAlarms: 0 },
    window: whole,
    assessment: { windows: [whole], labels: { awaiting } } as unknown as Assessment,
    ...result,
  };
}

const scoreOf = (value: number): Score => ({ value, lower: value - 0.05, upper: value + 0.05, sampleCount: 100 });
const estimates = (value: number, trusted = true): Partial<WindowAssessment> => ({
  estimates: [{ estimator: "label_fit_transport", accuracy: scoreOf(value), trusted }],
});
const realised = (value: number): Partial<WindowAssessment> => ({
  labelCount: 20,
  realised: { accuracy: { value, sampleCount: 20 } } as NonNullable<WindowAssessment["realised"]>,
});
const corrected = (value: number): Partial<WindowAssessment> => ({
  realised: {
    accuracy: scoreOf(0.7),
    corrected: { accuracy: scoreOf(value), labelledRatio: 0.5, trusted: true },
  } as NonNullable<WindowAssessment["realised"]>,
});
const seen = (driftingLooks: number, onlineAlarms: number, firstAlarmSeconds?: number): Partial<PhaseResult> => ({
  seen: { looks: 10, driftingLooks, onlineAlarms, ...(firstAlarmSeconds !== undefined && { firstAlarmSeconds }) },
});
const cause = { kind: "statistic", subject: "sharpness", sentence: "", shareRatio: 1 } as const;

interface Case {
  readonly name: string;
  readonly expectation: Expectation;
  readonly kept: Facts;
  readonly missed: Facts;
  readonly earlier?: Facts;
}

const CASES: readonly Case[] = [
  { name: "verdict", expectation: verdict("ok"), kept: {}, missed: { window: { verdict: "drifting" } } },
  { name: "topCause", expectation: topCause("statistic"), kept: { window: { causes: [cause] } }, missed: {} },
  { name: "estimateFollows", expectation: estimateFollows, kept: {}, missed: { window: estimates(0.78) } },
  {
    name: "estimateFalls",
    expectation: estimateFalls,
    earlier: {},
    kept: { window: estimates(0.84), result: { trueRatio: 0.8 } },
    missed: { window: estimates(0.86), result: { trueRatio: 0.8 } },
  },
  { name: "estimateWithheld", expectation: estimateWithheld, kept: { window: estimates(0.9, false) }, missed: {} },
  {
    name: "correctedFollows",
    expectation: correctedFollows,
    kept: { window: corrected(0.92) },
    missed: { window: corrected(0.78) },
  },
  {
    name: "labelsAloneMislead",
    expectation: labelsAloneMislead(0.05),
    kept: { window: realised(0.7) },
    missed: { window: realised(0.88) },
  },
  { name: "noLabels", expectation: noLabels, kept: {}, missed: { window: { labelCount: 1 } } },
  {
    name: "labelsJoined",
    expectation: labelsJoined,
    kept: { window: realised(0.9), result: { labelledCount: 20 } },
    missed: { window: realised(0.9), result: { labelledCount: 21 } },
  },
  {
    name: "remembered",
    expectation: remembered,
    earlier: { awaiting: 100 },
    kept: { window: { predictionCount: 96 }, awaiting: 96 },
    missed: { window: { predictionCount: 94 }, awaiting: 96 },
  },
  { name: "quietWindows", expectation: quietWindows, kept: { result: seen(0, 1) }, missed: { result: seen(1, 0, 3) } },
  { name: "quietOnline", expectation: quietOnline, kept: { result: seen(1, 0) }, missed: { result: seen(0, 1, 3) } },
  {
    name: "alarmWithin",
    expectation: alarmWithin(5),
    kept: { result: seen(1, 0, 4) },
    missed: { result: seen(1, 0, 6) },
  },
];

describe("what a phase must show", () => {
  it.each(CASES)("$name: passes when it is so, and says what is not", ({ expectation, kept, missed, earlier }) => {
    const before = earlier ? [result(earlier)] : [];
    expect(expectation(result(kept), before)).toBeUndefined();
    expect(expectation(result(missed), before)).toMatch(/\w/);
  });
});

describe("a panning camera", () => {
  it("takes frames that are nearly the one before, of one class, until it turns elsewhere", async () => {
    const imagery = paintImagery(1);
    const tiles = cutTiles(imagery, 1, { trainingPerClass: 30, reference: 240 });
    const camera = new PanningCamera(tiles, imagery, seededRandom(3));
    const differences: number[] = [];
    let turns = 0;
    let last: { pixels: Buffer; label: string } | undefined;
    for (let frame = 0; frame < 100; frame++) {
      const { jpeg, label } = await camera.take(CLEAR, 0);
      const pixels = await sharp(jpeg).raw().toBuffer();
      const difference = last ? meanDifference(pixels, last.pixels) : 0;
      if (last && last.label !== label) turns++;
      else if (last) differences.push(difference);
      last = { pixels, label };
    }
    differences.sort((a, b) => a - b);
    expect(differences[differences.length >> 1]).toBeLessThan(6);
    expect(turns).toBeGreaterThan(0);
    expect(turns).toBeLessThan(9);
  });
});

describe("the inspection's operator", () => {
  it("looks at about the least sure fifth and a few of the others", () => {
    const random = seededRandom(1);
    const desk = inspection.openLabelDesk(random);
    const answers = Array.from({ length: 2000 }, (_, index) => answer(`a-${index}`, 0.5 + 0.5 * random.next()));
    const labelled = answers.filter((each) => desk(each) !== undefined);
    expect(labelled.length / answers.length).toBeCloseTo(0.2 + 0.8 * 0.03, 1);
    const doubtful = labelled.filter(({ scores }) => (scores[0] as number) < 0.6);
    expect(doubtful.length / labelled.length).toBeGreaterThan(0.75);
  });
});

function answer(id: string, confidence: number): Answer {
  return { id, timeSeconds: 0, scores: [confidence, 1 - confidence], label: "water", right: true };
}

function meanDifference(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] as number) - (b[i] as number));
  return sum / a.length;
}
