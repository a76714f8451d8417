import { hashToUnit, seededRandom } from "../core/random.ts";
import { FourierFeatures, type FourierReference, medianDistance } from "../sketch/fourier-features.ts";
import type { ReferenceTable } from "./artefact.ts";

const FEATURES = 32;
const SEEDS = 2 ** 32;

export interface ReferenceFourier extends FourierReference {
  readonly features: FourierFeatures;
}

/**
 * The features that replicas of one reference count: seeded with its id, so that all of them have the same, and made from its table, so
 * that no artefact has to hold them.
 */
export function referenceFourier(id: string, { count, components }: ReferenceTable, width: number): ReferenceFourier {
  const rows = Array.from({ length: count }, (_, row) =>
    Float64Array.from(components.subarray(row * width, (row + 1) * width)),
  );
  const features = new FourierFeatures({
    components: width,
    count: FEATURES,
    bandwidth: medianDistance(rows),
    random: seededRandom(Math.floor(hashToUnit(id) * SEEDS)),
  });
  return { features, ...features.reference(rows) };
}
