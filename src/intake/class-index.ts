const indices = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/**
 * Index of a class in the list of K: by its exact name, else as an index. K ("other") for a name that is not in the list, since
 * a retrained model may know a new class. undefined for an index outside the list: then the two lists differ, and nothing
 * that is counted under these names would be true.
 */
export function classIndexOf(label: string | number, classes: readonly string[]): number | undefined {
  const named = indexByName(classes).get(String(label));
  if (named !== undefined) return named;
  const isIndex = typeof label === "number" || /^-?\d+(\.\d+)?$/.test(label);
  if (!isIndex) return classes.length;
  const index = Number(label);
  return Number.isInteger(index) && index >= 0 && index < classes.length ? index : undefined;
}

/** Made once a class list: a top-1000 reply would search a thousand names a thousand times. */
function indexByName(classes: readonly string[]): ReadonlyMap<string, number> {
  let map = indices.get(classes);
  if (!map) {
    map = new Map(classes.map((name, index) => [name, index]));
    indices.set(classes, map);
  }
  return map;
}
