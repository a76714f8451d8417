/** Maps a value to its place between 0 and 1; values outside the domain are clipped to the nearer end. */
export interface Scale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  place(value: number): number;
}

/** Domain widened to round numbers, about `tickCount` ticks. An empty domain becomes one unit wide. */
export function linearScale(low: number, high: number, tickCount = 4): Scale {
  const width = high > low ? high - low : 1;
  const step = roundStep(width / tickCount);
  const first = Math.floor(low / step + 1e-9) * step;
  const last = Math.ceil(Math.max(high, low + width) / step - 1e-9) * step;
  const ticks = ticksBetween(first, last, step);
  return scaleOver([ticks[0] as number, ticks.at(-1) as number], ticks, (value) => value);
}

/** The exact range, without rounding, for boxes whose axis shows only its ends. A single value stands in the middle. */
export function rangeScale(low: number, high: number): Scale {
  const ends: [number, number] = high > low ? [low, high] : [low - 1, low + 1];
  return scaleOver(ends, ends, (value) => value);
}

/** Logarithmic with ticks at 1 and 3 of each decade; `low` and `high` must be above 0. Worked: (0.1, 20) → 0.1 0.3 1 3 10 30. */
export function logScale(low: number, high: number): Scale {
  const all: number[] = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.ceil(Math.log10(high)); decade++) {
    all.push(Number(`1e${decade}`), Number(`3e${decade}`));
  }
  const first = all.findLast((tick) => tick <= low * (1 + 1e-9)) ?? (all[0] as number);
  const last = all.find((tick) => tick >= high * (1 - 1e-9)) ?? (all.at(-1) as number);
  const ticks = all.filter((tick) => tick >= first && tick <= last);
  return scaleOver([first, last], ticks, Math.log);
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const TIME_STEPS = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE);
TIME_STEPS.push(...[1, 2, 3, 6, 12].map((hours) => hours * HOUR), ...[1, 2, 7, 14, 30].map((days) => days * DAY));

/** Ticks on whole minutes, hours or days of UTC, at most `most` of them; the ends are not rounded. */
export function timeScale(startSeconds: number, endSeconds: number, most = 6): Scale {
  const end = endSeconds > startSeconds ? endSeconds : startSeconds + MINUTE;
  const step = TIME_STEPS.find((each) => (end - startSeconds) / each <= most) ?? roundStep((end - startSeconds) / most);
  const ticks = ticksBetween(Math.ceil(startSeconds / step) * step, end, step);
  return scaleOver([startSeconds, end], ticks, (value) => value);
}

function scaleOver(domain: [number, number], ticks: readonly number[], map: (value: number) => number): Scale {
  const start = map(domain[0]);
  const width = map(domain[1]) - start;
  const place = (value: number): number => {
    const within = Math.min(Math.max(value, domain[0]), domain[1]);
    return (map(within) - start) / width;
  };
  return { domain, ticks, place };
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function roundStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((digit) => digit * decade >= least * (1 - 1e-9)) ?? 10) * decade;
}

function ticksBetween(first: number, last: number, step: number): number[] {
  const ticks: number[] = [];
  for (let index = 0; first + index * step <= last + step * 1e-9 && index < 100; index++) {
    ticks.push(Number((first + index * step).toPrecision(12)));
  }
  return ticks;
}
