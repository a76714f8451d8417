import type { Profile } from "../profile/profile.ts";
import { type Detector, driftSignal, effectiveCount, type FittedDetector, LEAST_IMAGES } from "./detector.ts";
import { jensenShannonDistance } from "./jensen-shannon.ts";

const NAME = "class_mix";
/** Classes with fewer reference images share one cell. */
const RARE_BELOW = 10;

/**
 * Jensen-Shannon distance between the shares of the predicted classes, live and reference; "other" (a class that is not
 * in the list) is a class like any. Its law at the live n holds for small expected counts, where the two-sample
 * chi-square test, to which it is equivalent for many images (8·ln 2·JSD ≈ χ²·(1/n + 1/m)), does not.
 *
 * Cells are formed from the reference alone, so they bias nothing: a class with 10 or more reference images is a cell;
 * all rarer ones are one cell; all that the reference never saw are one cell, which makes a new class stand out.
 * Worked number: reference 300/200/0, live 50/30/20: distance 0.325, threshold at 5 % 0.104.
 */
export const classMix: Detector = {
  name: NAME,
  title: "Class mix",
  help: "Jensen-Shannon distance between the live and the reference shares of the predicted classes, 0 to 1.",
  looksAt: "predictions",
  fit: ({ profile }) => fitted(profile),
  restore: (_, profile) => fitted(profile),
};

function fitted(reference: Profile): FittedDetector {
  const images = effectiveCount(reference.predictions);
  const total = reference.predictions.weight;
  const referenceCounts = Array.from(reference.predictions.classWeights, (weight) => (weight * images) / total);
  const cells = cellsOf(referenceCounts);
  const cellCount = Math.max(0, ...cells) + 1;
  const gather = (counts: ArrayLike<number>, scale: number): number[] => {
    const sums = new Array<number>(cellCount).fill(0);
    for (const [index, cell] of cells.entries()) sums[cell] = sums[cell]! + (counts[index] ?? 0) * scale;
    return sums;
  };
  const referenceCells = gather(referenceCounts, 1);
  return {
    compare: (window, level) => {
      const live = window.predictions;
      const count = effectiveCount(live);
      if (!(count >= LEAST_IMAGES && images >= LEAST_IMAGES) || cellCount < 2) return [];
      const distance = jensenShannonDistance(
        gather(live.classWeights, count / live.weight),
        referenceCells,
        count,
        level,
      );
      return [driftSignal(NAME, { subject: "all", sampleCount: count, ...distance }, level)];
    },
    toState: () => ({}),
  };
}

/** Cell of each class. */
function cellsOf(referenceCounts: readonly number[]): number[] {
  const common = referenceCounts.filter((count) => count >= RARE_BELOW).length;
  const rare = referenceCounts.some((count) => count > 0 && count < RARE_BELOW) ? common : common - 1;
  let next = 0;
  return referenceCounts.map((count) => {
    if (count >= RARE_BELOW) return next++;
    return count > 0 ? rare : rare + 1;
  });
}
