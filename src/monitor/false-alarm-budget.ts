import { normalCumulative, normalSurvival } from "../math/special-functions.ts";

const DEFAULT_ASSESS_SECONDS = 15;
/** The windows have one half of the budget, the online alarm the other. */
const WINDOWS_SHARE = 0.5;
/** Beyond it, levels are below 1e-16. */
const MOST_DEVIATIONS = 8.2;

export interface FalseAlarmBudget {
  /** Asked: one false alarm of the model in this time, over all windows and signals. */
  readonly everySeconds: number;
  /** Images a second at most, for the online alarm until it is known how many come. */
  readonly imagesPerSecond: number;
  /** Time between two looks at the windows; 15 seconds when it is not given. */
  readonly assessSeconds?: number;
}

/** What a look at a window is made of. */
export interface Look {
  /** Of the window; of one that is counted in images, the time that they took. */
  readonly lengthSeconds: number;
  /** Independent images in the window, on average. */
  readonly images: number;
  /** Images of the reference that the window is compared with. */
  readonly referenceImages: number;
  /** Signals that are tested; as many as would be independent. */
  readonly signals: number;
}

/**
 * The level of one signal at one look at one of the windows, such that all windows together raise one false alarm in twice `everySeconds`;
 * the other half of the budget is the online alarm's. Each window has an equal share: were it shared by the number of tests, the
 * shortest would take nearly all, and a long window, which is there for small changes, would pay for the short one's many looks.
 *
 * A window that slides is tested again and again on images that overlap. For the standardised mean X of a sliding window,
 * E X(t)X(t+s) = 1 − s/D, seen at looks Δ apart, a high level z is first crossed, per window length D, at a rate of
 *
 *     K·Q(z),   K = z²·ρ·ν(z·√(2·ρ·Δ/D)),   ν(x) = (2/x)·(Φ(x/2) − 1/2) / ((x/2)·Φ(x/2) + φ(x/2))
 *
 * with Q(z) the probability that one look is above (Siegmund 1985, chapters IV and VIII; ν: Siegmund & Yakir 2007). ν counts that nobody
 * looks between looks. ρ = m/(n + m) is the share of the noise that is the window's own: the error of the m reference
 * images is the same for all windows. So the level α = Q(z) of a signal solves
 *
 *     α · signals · (1 + max(1, K)·T/D) = 1/2 / windows,   T = everySeconds
 *
 * where the 1 before is the first look, and max(1, K) counts an alarm that lasts, as it does for n ≫ m, once a window length.
 * K is that of a mean; a debiased square, whose E X(t)X(t+s) is (1 − s/D)², has up to twice as many.
 *
 * Worked number: one window of an hour, n = 100, m = 500, a look every 15 s (so one an image, 36 s), T = 30 d, one signal: z = 3.78 gives
 * ρ = 0.833, ν(0.488) = 0.741, K = 8.83, 6,360 looks, and α = 7.9e-5, half of 1/6,360.
 */
export function levelOfLook(
  { everySeconds, assessSeconds = DEFAULT_ASSESS_SECONDS }: FalseAlarmBudget,
  windows: number,
  { lengthSeconds, images, referenceImages, signals }: Look,
): number {
  const own = referenceImages / Math.max(1, images + referenceImages);
  // Between two images nothing changes.
  const lookSeconds = Math.max(assessSeconds, lengthSeconds / Math.max(images, 1));
  const step = Math.sqrt((2 * own * lookSeconds) / lengthSeconds);
  const spent = (z: number): number => {
    const perLength = Math.max(1, z * z * unseen(z * step) * own);
    const looks = 1 + (everySeconds / lengthSeconds) * perLength;
    return normalSurvival(z) * Math.max(1, signals) * looks;
  };
  let low = 0;
  let high = MOST_DEVIATIONS;
  for (let halving = 0; halving < 50; halving++) {
    const z = (low + high) / 2;
    if (spent(z) > WINDOWS_SHARE / windows) low = z;
    else high = z;
  }
  return normalSurvival(high);
}

/** Images that come, on average, for one false alarm of the online alarm, which has the other share. */
export function imagesPerFalseAlarm({ everySeconds }: FalseAlarmBudget, imagesPerSecond: number): number {
  return (everySeconds * imagesPerSecond) / (1 - WINDOWS_SHARE);
}

/** ν(x): share of the crossings that are found when one looks only so often. */
function unseen(x: number): number {
  if (x < 1e-6) return 1;
  const half = x / 2;
  const density = Math.exp((-half * half) / 2) / Math.sqrt(2 * Math.PI);
  const cumulative = normalCumulative(half);
  return ((2 / x) * (cumulative - 0.5)) / (half * cumulative + density);
}
