/** With fewer reference images, the mean of a class is mostly chance. */
const LEAST_OWN_IMAGES = 10;

/** Which classes have a mean embedding of their own, and which share one: of 1,000 classes with two images each, none has. */
export interface ClassColumns {
  /** K: column of each class. */
  readonly columnOf: Int32Array;
  /** K: share of the class among the reference images of its column; 1 for a class with a column of its own. */
  readonly shareWithin: Float64Array;
  /** Number of images of each column; none is empty. */
  readonly images: Float64Array;
}

/** Classes with ten images or more have columns, in their order; all others share the last one. */
export function classColumns(classImages: readonly number[]): ClassColumns {
  const own = classImages.map((count) => count >= LEAST_OWN_IMAGES);
  const images = classImages.filter((_, y) => own[y]);
  const shared = classImages.reduce((sum, count, y) => sum + (own[y] ? 0 : count), 0);
  const last = images.length;
  if (shared > 0) images.push(shared);
  let next = 0;
  return {
    columnOf: Int32Array.from(own, (isOwn) => (isOwn ? next++ : Math.min(last, images.length - 1))),
    shareWithin: Float64Array.from(classImages, (count, y) => (own[y] ? 1 : shared > 0 ? count / shared : 0)),
    images: Float64Array.from(images),
  };
}
