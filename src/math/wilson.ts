/** The standard normal quantile of 0.95: every interval of this product holds 90 %. */
export const Z_90 = 1.6448536269514722;

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * 90 % interval of a share p̂ seen in n trials (Wilson 1927):
 *
 *     ( p̂ + z²/2n ± z·√( p̂(1−p̂)/n + z²/4n² ) ) / (1 + z²/n)
 *
 * Never leaves [0, 1] and never has width 0, unlike p̂ ± z·√(p̂(1−p̂)/n). `trials` need not be whole; 0 trials give [0, 1].
 * Worked number: 9 of 10 right gives 0.6523 to 0.9774.
 */
export function wilsonInterval(ratio: number, trials: number): Interval {
  if (!(trials > 0)) return { lower: 0, upper: 1 };
  const squared = Z_90 ** 2 / trials;
  const middle = ratio + squared / 2;
  const half = Math.sqrt(squared * ratio * (1 - ratio) + squared ** 2 / 4);
  return {
    lower: Math.max(0, (middle - half) / (1 + squared)),
    upper: Math.min(1, (middle + half) / (1 + squared)),
  };
}
