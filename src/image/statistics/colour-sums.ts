/** Sums over all pixels of what the colour statistics need. */
export interface ColourSums {
  readonly total: number;
  readonly red: number;
  readonly blue: number;
  /** Σ (max − min) / max of the three channels. */
  readonly saturation: number;
  /** Σ of r − g, of its square, and the same for (r + g) / 2 − b. */
  readonly redGreen: number;
  readonly redGreenSquares: number;
  readonly yellowBlue: number;
  readonly yellowBlueSquares: number;
  /** Σ of hue as a vector whose length is the chroma, and Σ of these lengths. */
  readonly hueX: number;
  readonly hueY: number;
  readonly chroma: number;
}

const HALF_ROOT_THREE = Math.sqrt(3) / 2;
const RECIPROCALS = Float64Array.from({ length: 256 }, (_, level) => (level === 0 ? 0 : 1 / level));

export function sumColours(rgb: Uint8Array): ColourSums {
  let red = 0;
  let blue = 0;
  let saturation = 0;
  let redGreen = 0;
  let redGreenSquares = 0;
  let yellowBlue = 0;
  let yellowBlueSquares = 0;
  let hueX = 0;
  let hueY = 0;
  let chroma = 0;
  for (let i = 0; i + 2 < rgb.length; i += 3) {
    const r = rgb[i]!;
    const g = rgb[i + 1]!;
    const b = rgb[i + 2]!;
    red += r;
    blue += b;
    const highest = Math.max(r, g, b);
    const lowest = Math.min(r, g, b);
    saturation += (highest - lowest) * RECIPROCALS[highest]!;
    const rg = r - g;
    const yb = 0.5 * (r + g) - b;
    redGreen += rg;
    redGreenSquares += rg * rg;
    yellowBlue += yb;
    yellowBlueSquares += yb * yb;
    const x = r - 0.5 * (g + b);
    const y = HALF_ROOT_THREE * (g - b);
    hueX += x;
    hueY += y;
    chroma += Math.sqrt(x * x + y * y);
  }
  const total = Math.floor(rgb.length / 3);
  return { total, red, blue, saturation, redGreen, redGreenSquares, yellowBlue, yellowBlueSquares, hueX, hueY, chroma };
}
