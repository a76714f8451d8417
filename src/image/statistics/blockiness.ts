// JPEG cuts an image into blocks of 8 × 8 source pixels; strong compression leaves steps at their edges.
//
// Formula: with D(i) the mean |step of luma| between columns i and i + 1, and u(i) = (i + 1) · sourceWidth / width where that edge
// lies in the source, Σ D(i) cos(2π u(i) / 8) / Σ D(i); the same over rows; their mean. It listens at the one frequency and phase at
// which block edges can be, so that resizing, which moves the edges between pixels, does not turn it into noise.
// Source: the blocking measure of Wang, Sheikh & Bovik 2002 ("No-reference perceptual quality assessment of JPEG compressed
// images", section 2) compares steps on and off the grid; here the comparison is carried over to a resized grid by the cosine.
// Worked number: steps of 2 on the grid and 1 elsewhere, unscaled: (2 − 1) / (2 + 7) = 0.111.
//
// Limits. Clean photographs read within ±0.02; a JPEG quality below about 30 stands out of that (0.03 to 0.2). Blocks must stay wider than 2.4 pixels here: a source of up to 746 px a side at 224; beyond that the steps are averaged
// away by resizing, and an image without a side below that has no blockiness. A tensor that was resized before it was sent shows none.
// A pattern of the scene that repeats every 8 source pixels looks like blocks.
import type { ImageStatistic } from "./statistic.ts";

const BLOCK_PIXELS = 8;
/** Two pixels a period is the limit of sampling; resizing already damps what is close to it. */
const SHORTEST_PERIOD = 2.4;

export const blockiness: ImageStatistic = {
  name: "blockiness",
  unit: "ratio",
  help: "Strength of the steps at the edges of 8 × 8 JPEG blocks, against all steps between neighbouring pixels.",
  low: "less blocky from compression",
  high: "blocky from compression",
  compute({ pixels, neighbours }) {
    const across = gridStrength(neighbours.columnSteps, pixels.sourceWidth / pixels.width);
    const down = gridStrength(neighbours.rowSteps, pixels.sourceHeight / pixels.height);
    if (Number.isNaN(across)) return down;
    return Number.isNaN(down) ? across : (across + down) / 2;
  },
};

/** NaN when the grid is too fine to be seen. `sourcePerPixel`: how many source pixels one pixel covers. */
function gridStrength(steps: Float64Array, sourcePerPixel: number): number {
  if (BLOCK_PIXELS / sourcePerPixel < SHORTEST_PERIOD) return Number.NaN;
  const radiansPerPixel = (2 * Math.PI * sourcePerPixel) / BLOCK_PIXELS;
  let inPhase = 0;
  let total = 0;
  // Entries that exist on both sides of a mirror, so that a mirrored image is as blocky.
  for (let i = 1; i < steps.length - 2; i++) {
    inPhase += steps[i]! * Math.cos((i + 1) * radiansPerPixel);
    total += steps[i]!;
  }
  return total > 0 ? inPhase / total : 0;
}
