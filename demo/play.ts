import { setTimeout as sleep } from "node:timers/promises";
import type { Assessment, WindowAssessment } from "../src/core/assessment.ts";
import type { JudgedResult, Phase, PhaseResult, Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";
import type { Answer, Traffic } from "./traffic.ts";
import { type Seen, Watch } from "./watch.ts";

/** From an answer until its image waits in the queue. */
const QUEUED_WITHIN_MS = 500;
const POLL_MS = 100;

/** Plays the phases one after the other and holds each against what it must show. Fewer results than phases: it was stopped. */
export async function play(
  { phases }: Scenario,
  stage: Stage,
  stopped: () => boolean,
  say: (text: string) => void,
): Promise<JudgedResult[]> {
  const results: JudgedResult[] = [];
  for (const phase of phases) {
    if (stopped()) break;
    say(`\n▸ ${phase.name}: ${phase.story}`);
    const watch = new Watch(() => stage.assessment());
    await phase.act?.(stage);
    if (phase.scene) await stage.traffic.play(phase.scene, phase.seconds, stopped);
    const assessment = await settled(stage, stopped);
    const seen = watch.end();
    if (!assessment) break;
    const result = toResult(phase, stage.traffic, assessment, seen);
    const faults = phase.expected.flatMap((expectation) => expectation(result, results) ?? []);
    results.push({ ...result, faults });
    say(`  ${result.window.verdict}: ${result.window.sentence}`);
    for (const cause of result.window.causes.slice(0, 2)) say(`  because ${cause.sentence}`);
  }
  return results;
}

/** The first assessment that knows everything that was sent so far; undefined when it was stopped. */
async function settled(stage: Stage, stopped: () => boolean): Promise<Assessment | undefined> {
  await sleep(QUEUED_WITHIN_MS);
  while (!stopped() && (await stage.queueLength()) > 0) await sleep(POLL_MS);
  // The last image of the queue may still be in work.
  const dueSeconds = Date.now() / 1000 + QUEUED_WITHIN_MS / 1000;
  while (!stopped()) {
    const assessment = await stage.assessment();
    if (assessment.timeSeconds >= dueSeconds) return assessment;
    await sleep(POLL_MS);
  }
  return undefined;
}

function toResult(phase: Phase, { answers, labelled }: Traffic, assessment: Assessment, seen: Seen): PhaseResult {
  const window = assessment.windows.find(({ window }) => window === (phase.window ?? window)) as WindowAssessment;
  const within = ({ timeSeconds }: Answer): boolean =>
    timeSeconds >= window.startSeconds && timeSeconds <= window.endSeconds;
  const labelledWithin = labelled.filter(within);
  return {
    phase,
    trueRatio: rightRatio(answers.filter(within)),
    trueRatioOfLabelled: rightRatio(labelledWithin),
    labelledCount: labelledWithin.length,
    window,
    assessment,
    seen,
  };
}

function rightRatio(answers: readonly Answer[]): number {
  return answers.filter(({ right }) => right).length / Math.max(1, answers.length);
}
