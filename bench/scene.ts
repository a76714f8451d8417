import { type Random, seededRandom } from "../src/core/random.ts";

/** RGB rows, three bytes a pixel. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * A picture that JPEG, statistics and network meet as they meet a photograph: noise at octaves whose amplitude falls with frequency
 * (the 1/f of natural images), slow colour, a few flat objects with hard edges, a little sensor noise. The same seed paints the same.
 */
export function paintScene(width: number, height: number, seed: number): Scene {
  const random = seededRandom(seed);
  const light = octaves(width, height, 2, 9, random);
  const warmth = octaves(width, height, 2, 4, random);
  const green = octaves(width, height, 2, 4, random);
  const data = new Uint8Array(width * height * 3);
  const objects = Array.from({ length: 12 }, () => ({
    x: random.next() * width,
    y: random.next() * height,
    radius: (0.02 + 0.08 * random.next()) * height,
    shade: 80 * (random.next() - 0.5),
  }));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const object = objects.find((item) => Math.hypot(x - item.x, y - item.y) < item.radius);
      const grain = 4 * (random.next() + random.next() - 1);
      const level = 120 + 90 * light[i]! + grain + (object?.shade ?? 0);
      data[3 * i] = toByte(level + 60 * warmth[i]!);
      data[3 * i + 1] = toByte(level + 30 * green[i]!);
      data[3 * i + 2] = toByte(level - 60 * warmth[i]!);
    }
  }
  return { width, height, data };
}

/** Smooth noise around 0: octave k has 2^k cells a side and amplitude ∝ 2^(−0.65 k). */
function octaves(width: number, height: number, first: number, last: number, random: Random): Float32Array {
  const sum = new Float32Array(width * height);
  for (let octave = first; octave <= last; octave++)
    addCells(sum, width, height, 2 ** octave, 2 ** (-0.65 * (octave - first)), random);
  return sum;
}

/** Adds bilinear interpolation over a grid of random values. */
function addCells(
  sum: Float32Array,
  width: number,
  height: number,
  cells: number,
  amplitude: number,
  random: Random,
): void {
  const side = cells + 1;
  const grid = Float64Array.from({ length: side * side }, () => amplitude * (2 * random.next() - 1));
  for (let y = 0, i = 0; y < height; y++) {
    const v = (y / height) * cells;
    const top = Math.floor(v) * side;
    const down = v - Math.floor(v);
    for (let x = 0; x < width; x++, i++) {
      const u = (x / width) * cells;
      const left = Math.floor(u);
      const right = u - left;
      const upper = grid[top + left]! * (1 - right) + grid[top + left + 1]! * right;
      const lower = grid[top + side + left]! * (1 - right) + grid[top + side + left + 1]! * right;
      sum[i]! += upper * (1 - down) + lower * down;
    }
  }
}

function toByte(level: number): number {
  return Math.max(0, Math.min(255, Math.round(level)));
}
