import { type Random, shuffled } from "../core/random.ts";
import type { Projection } from "../profile/projection.ts";
import { type Smallest, type Step, searchSmallest } from "./power.ts";
import { draw, type ResamplingOptions, Trial } from "./resampling.ts";
import { type ReferenceRow, withoutPrediction } from "./rows.ts";

/** The share of a class that nobody knew which is found, window size by window size. */
export interface UnseenClass {
  readonly className: string;
  /** Images of it in half C. */
  readonly images: number;
  readonly smallest: readonly Smallest[];
}

const SHARES: readonly number[] = [0.05, 0.1, 0.2, 0.35, 0.5];
/** Each class costs a fit; of many classes the largest are tried. */
const MOST_CLASSES = 10;
/** Fewer images of a class fill no share of any window. */
const LEAST_OF_CLASS = 10;
/** Fewer others give no reference. */
const LEAST_OTHERS = 50;

/**
 * Class by class: the reference is made anew from half of the rows without this class, and windows are mixed from the other half with more and
 * more of it. Predictions are left out, since a model that knows the class would give it away. The principal directions did see the class:
 * they come from images that are gone.
 */
export function findUnseenClasses(
  rows: readonly ReferenceRow[],
  projection: Projection,
  options: ResamplingOptions,
): UnseenClass[] {
  const classOf = ({ image }: ReferenceRow): number => image.trueClass ?? image.outcome?.classIndex ?? -1;
  const counted = options.names.classes
    .map((className, index) => ({ className, index, images: rows.filter((row) => classOf(row) === index).length }))
    .filter(({ images }) => images >= LEAST_OF_CLASS && rows.length - images >= LEAST_OTHERS)
    .sort((a, b) => b.images - a.images || a.index - b.index)
    .slice(0, MOST_CLASSES);
  return counted.map(({ className, index, images }, done) => {
    const isUnseen = (row: ReferenceRow): boolean => classOf(row) === index;
    const smallest = findOne(rows, projection, isUnseen, options);
    options.onProgress(done + 1, counted.length);
    return { className, images, smallest };
  });
}

function findOne(
  rows: readonly ReferenceRow[],
  projection: Projection,
  isUnseen: (row: ReferenceRow) => boolean,
  options: ResamplingOptions,
): Smallest[] {
  const { names, level, random } = options;
  const order = shuffled(rows, random);
  const half = Math.floor(order.length / 2);
  const known = order.slice(0, half).filter((row) => !isUnseen(row));
  const trial = new Trial(known.map(withoutPrediction), projection, names, { estimate: false });
  const tested = order
    .slice(half)
    .map((row) => ({ unseen: isUnseen(row), row: trial.reproject(withoutPrediction(row)) }));
  const unseen = tested.filter((entry) => entry.unseen).map(({ row }) => row);
  const others = tested.filter((entry) => !entry.unseen).map(({ row }) => row);
  const steps = SHARES.map((share) => mixture(share, unseen, others, random));
  return searchSmallest(trial, steps, options.sizes, level);
}

/** Windows of which `share` is the class left out. */
function mixture(
  share: number,
  unseen: readonly ReferenceRow[],
  others: readonly ReferenceRow[],
  random: Random,
): Step {
  return {
    strength: share,
    mostImages: Math.floor(Math.min(unseen.length / share, others.length / (1 - share))),
    drawWindow: (images) => {
      const mixed = Math.round(share * images);
      return shuffled([...draw(unseen, mixed, random), ...draw(others, images - mixed, random)], random);
    },
  };
}
