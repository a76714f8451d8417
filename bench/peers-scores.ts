/** Scores of any system's results on the neutral plan: power, false alarms, delays and errors of estimates. */

export interface DriftResult {
  readonly method: string;
  readonly n: number;
  readonly window: number;
  readonly score: number;
  readonly alarm: boolean;
}

export interface PlannedWindow {
  readonly reference: number;
  /** "null" without drift. */
  readonly shift: string;
}

export interface DriftScore {
  /** Share of shifted windows above the threshold that 5 % of the method's own clean windows pass, mean over the shifts. */
  readonly power: number;
  /** Share of clean windows with an alarm at the method's own threshold. */
  readonly falseAlarms: number;
  readonly cleanWindows: number;
}

const EXACT_LEVEL = 0.05;
/** A quantile of fewer clean windows than this is taken over all references. */
const LEAST_CLEAN = 40;

/** `results` of one method and n. */
export function scoreDrift(results: readonly DriftResult[], planOf: (window: number) => PlannedWindow): DriftScore {
  const clean = results.filter(({ window }) => planOf(window).shift === "null");
  const all = clean.map(({ score }) => score);
  const byReference = groupBy(clean, ({ window }) => planOf(window).reference);
  const thresholds = new Map(
    [...byReference].map(([reference, own]) => {
      const scores = own.map(({ score }) => score);
      return [reference, quantile(scores.length < LEAST_CLEAN ? all : scores, 1 - EXACT_LEVEL)];
    }),
  );
  const shifted = results.filter(({ window }) => planOf(window).shift !== "null");
  const detected = [...groupBy(shifted, ({ window }) => planOf(window).shift).values()].map((own) =>
    mean(own.map(({ window, score }) => Number(score > (thresholds.get(planOf(window).reference) ?? Number.NaN)))),
  );
  return {
    power: mean(detected),
    falseAlarms: mean(clean.map(({ alarm }) => Number(alarm))),
    cleanWindows: clean.length,
  };
}

export interface OnlineScore {
  readonly imagesPerFalseAlarm: number;
  /** Mean over the shifts of the median delay in images; an alarm before the shift does not count, none counts as the whole stream. */
  readonly delay: number;
}

/** First alarms (−1: none) by stream, "null" without drift; `lengthOf` in images, `shiftAt` the first shifted image. */
export function scoreOnline(
  first: ReadonlyMap<string, readonly number[]>,
  lengthOf: (stream: string) => number,
  shiftAt: number,
): OnlineScore {
  const clean = first.get("null") ?? [];
  const seen = clean.map((alarm) => (alarm < 0 ? lengthOf("null") : alarm + 1));
  const alarms = clean.filter((alarm) => alarm >= 0).length;
  const delays = [...first]
    .filter(([stream]) => stream !== "null")
    .map(([stream, all]) => {
      const after = all.filter((alarm) => alarm < 0 || alarm >= shiftAt);
      return quantile(
        after.map((alarm) => (alarm < 0 ? lengthOf(stream) : alarm) - shiftAt),
        0.5,
      );
    });
  return {
    imagesPerFalseAlarm: seen.reduce((sum, images) => sum + images, 0) / Math.max(1, alarms),
    delay: mean(delays.filter(Number.isFinite)),
  };
}

export interface EstimateError {
  readonly group: string;
  readonly set: string;
  /** Absolute error, 0 to 1. */
  readonly error: number;
  /** undefined: the method gives no interval. */
  readonly covered: boolean | undefined;
}

/** Points (0 to 100); a coverage leaves unknown classes out, for which no method claims an interval. */
export function scoreAccuracy(errors: readonly EstimateError[]): {
  readonly byGroup: ReadonlyMap<string, number>;
  readonly worstCorruption: number;
  readonly coverage: number;
} {
  const points = (own: readonly EstimateError[]): number => 100 * mean(own.map(({ error }) => error));
  const corruptions = groupBy(
    errors.filter(({ group }) => group === "corruption"),
    ({ set }) => set,
  );
  const judged = errors.filter(({ group, covered }) => group !== "unknown" && covered !== undefined);
  return {
    byGroup: new Map([...groupBy(errors, ({ group }) => group)].map(([group, own]) => [group, points(own)])),
    worstCorruption: Math.max(...[...corruptions.values()].map(points)),
    coverage: 100 * mean(judged.map(({ covered }) => Number(covered))),
  };
}

export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** NaN when empty. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Interpolated between order statistics; NaN when empty. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  return low + (position - below) * ((sorted[below + 1] ?? low) - low);
}
