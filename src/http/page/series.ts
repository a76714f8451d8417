import type { HistoryPoint } from "../../core/assessment.ts";

/** One number over time, with an interval where there is one. */
export interface SeriesPoint {
  readonly timeSeconds: number;
  readonly value: number;
  readonly lower?: number;
  readonly upper?: number;
}

/** A line without a hole. */
export type Segment = readonly SeriesPoint[];

/** More points than this are not visible in a chart some 600 px wide, but are sent. */
const MOST_POINTS = 240;
/** Twice the usual distance may be one missed assessment; three times is a hole in which nobody looked. */
const HOLE_FACTOR = 3;

/**
 * Every k-th point kept, the newest always. Of the k points it stands for, the one with the highest drift is kept, so that a short alarm
 * is not thinned away.
 */
export function thinned(points: readonly HistoryPoint[], most: number = MOST_POINTS): readonly HistoryPoint[] {
  const step = Math.ceil(points.length / most);
  if (step <= 1) return points;
  const kept: HistoryPoint[] = [];
  for (let end = points.length; end > 0; end -= step) {
    const group = points.slice(Math.max(0, end - step), end);
    kept.unshift(end === points.length ? (group.at(-1) as HistoryPoint) : highest(group));
  }
  return kept;
}

/** Cuts a series where a value is missing and where nothing was assessed for long. */
export function segments(
  points: readonly HistoryPoint[],
  read: (point: HistoryPoint) => SeriesPoint | undefined,
): readonly Segment[] {
  const longest = HOLE_FACTOR * usualDistance(points);
  const result: SeriesPoint[][] = [];
  let previous: SeriesPoint | undefined;
  for (const point of points) {
    const next = read(point);
    if (next && Number.isFinite(next.value)) {
      if (previous && next.timeSeconds - previous.timeSeconds <= longest) result.at(-1)?.push(next);
      else result.push([next]);
      previous = next;
    } else {
      previous = undefined;
    }
  }
  return result;
}

export function lastPoint(parts: readonly Segment[]): SeriesPoint | undefined {
  return parts.at(-1)?.at(-1);
}

/** Median distance of neighbours; unbounded below two points. */
function usualDistance(points: readonly HistoryPoint[]): number {
  const distances = points
    .slice(1)
    .map((point, index) => point.timeSeconds - (points[index] as HistoryPoint).timeSeconds);
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function highest(group: readonly HistoryPoint[]): HistoryPoint {
  const drift = (point: HistoryPoint): number =>
    Math.max(0, ...Object.values(point.driftRatios).filter(Number.isFinite));
  return group.reduce((best, point) => (drift(point) > drift(best) ? point : best));
}
