/** How often each of the 256 levels of luma occurs, and what follows from that. */
export interface LumaLevels {
  readonly counts: Uint32Array;
  readonly total: number;
  /** In 8-bit levels. */
  readonly mean: number;
  readonly standardDeviation: number;
}

/** Luma of ITU-R BT.601 in integers: (77 R + 150 G + 29 B) / 256, rounded. Worked number: (200, 100, 50) → 124. */
export function toLuma(rgb: Uint8Array): Uint8Array {
  const luma = new Uint8Array(Math.floor(rgb.length / 3));
  for (let i = 0, j = 0; i < luma.length; i++, j += 3) {
    luma[i] = (77 * rgb[j]! + 150 * rgb[j + 1]! + 29 * rgb[j + 2]! + 128) >> 8;
  }
  return luma;
}

export function summariseLevels(luma: Uint8Array): LumaLevels {
  const counts = new Uint32Array(256);
  for (let i = 0; i < luma.length; i++) counts[luma[i]!]!++;
  const total = luma.length;
  let sum = 0;
  let sumSquares = 0;
  for (let level = 0; level < 256; level++) {
    sum += level * counts[level]!;
    sumSquares += level * level * counts[level]!;
  }
  const mean = sum / total;
  // Integers up to 255² · 16 M: the sums are exact, so that one level all over gives exactly 0.
  const variance = (total * sumSquares - sum * sum) / (total * total);
  return { counts, total, mean, standardDeviation: Math.sqrt(Math.max(0, variance)) };
}

/** Share of pixels with `from` ≤ luma ≤ `to`. */
export function shareOfLevels({ counts, total }: LumaLevels, from: number, to: number): number {
  let count = 0;
  for (let level = from; level <= to; level++) count += counts[level]!;
  return count / total;
}
