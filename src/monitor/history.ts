import type { DriftSignal, HistoryPoint, WindowAssessment } from "../core/assessment.ts";

export type HistoryState = readonly HistoryPoint[];

/** The last points of every window's curves, for the page: a ring of fixed size. */
export class History {
  readonly #capacity: number;
  #points: HistoryPoint[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(timeSeconds: number, windows: readonly WindowAssessment[]): void {
    for (const window of windows) this.#points.push(toPoint(timeSeconds, window));
    if (this.#points.length > this.#capacity) this.#points = this.#points.slice(-this.#capacity);
  }

  toState(): HistoryState {
    return this.#points;
  }

  restore(state: HistoryState): void {
    this.#points = state.slice(-this.#capacity);
  }

  points(): readonly HistoryPoint[] {
    return this.#points;
  }
}

function toPoint(timeSeconds: number, window: WindowAssessment): HistoryPoint {
  const estimate = window.estimates[0];
  const corrected = window.realised?.corrected;
  const point: HistoryPoint = {
    timeSeconds,
    window: window.window,
    verdict: window.verdict,
    imageCount: window.imageCount,
    driftRatios: driftRatios(window.signals),
  };
  return {
    ...point,
    ...(window.realised && interval("realised", window.realised.accuracy)),
    ...(corrected?.trusted && interval("corrected", corrected.accuracy)),
    ...(estimate?.trusted && interval("estimated", estimate.accuracy)),
  };
}

function interval(
  name: "realised" | "corrected" | "estimated",
  score: { value: number; lower?: number; upper?: number },
): Partial<HistoryPoint> {
  return {
    [`${name}Ratio`]: score.value,
    ...(score.lower !== undefined && { [`${name}LowerRatio`]: score.lower }),
    ...(score.upper !== undefined && { [`${name}UpperRatio`]: score.upper }),
  };
}

/** Value over threshold of the most drifting subject of each detector. */
function driftRatios(signals: readonly DriftSignal[]): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const { detector, score } of signals) {
    if (score.threshold === undefined || !(score.threshold > 0)) continue;
    const ratio = Math.max(0, score.value / score.threshold);
    if (!(ratio <= (ratios[detector] ?? -1))) ratios[detector] = ratio;
  }
  return ratios;
}
