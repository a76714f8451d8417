import type { Assessment, Exemplar } from "../core/assessment.ts";
import type { Features } from "../core/features.ts";
import type { ImageAnomaly } from "../drift/image-anomaly.ts";
import type { Projected } from "../profile/projection.ts";

/** An image offered to the gallery. */
export interface Offer {
  readonly features: Features;
  readonly projected: Projected;
  readonly anomaly: ImageAnomaly;
  readonly predictedClass: string;
  readonly nearestReference: readonly string[];
}

export interface ExemplarOptions {
  /** Images kept per group. */
  readonly imagesPerGroup: number;
  readonly keepSeconds: number;
}

interface Kept {
  readonly exemplar: Exemplar;
  readonly components: Float64Array;
  readonly thumbnail: Uint8Array | undefined;
}

type GroupName = keyof Assessment["exemplars"];

/** Near-duplicates are left out: closer than this share of the components' typical distance √(2k). */
const DUPLICATE_RATIO = 0.15;

/** What each group prefers; higher is better. */
const PREFERENCE: Readonly<Record<GroupName, (exemplar: Exemplar) => number>> = {
  drifting: (exemplar) => (exemplar.drifting ? exemplar.anomaly : Number.NEGATIVE_INFINITY),
  typical: (exemplar) => -exemplar.anomaly,
  unsure: (exemplar) => (Number.isNaN(exemplar.confidence) ? Number.NEGATIVE_INFINITY : -exemplar.confidence),
};

/**
 * The images of the gallery: three groups of bounded size, near-duplicates left out, old ones forgotten. A group is a few
 * dozen images, so a linear scan an image costs less than any index.
 */
export class Exemplars {
  readonly #options: ExemplarOptions;
  readonly #groups: Record<GroupName, Kept[]> = { drifting: [], typical: [], unsure: [] };
  #sequence = 0;

  constructor(options: ExemplarOptions) {
    this.#options = options;
  }

  offer(offer: Offer): void {
    const kept: Kept = {
      exemplar: toExemplar(offer, `l${(this.#sequence++).toString(36)}`),
      components: offer.projected.components,
      thumbnail: offer.features.thumbnail,
    };
    for (const name of Object.keys(PREFERENCE) as GroupName[]) this.#offerTo(name, kept);
  }

  list(nowSeconds: number): Assessment["exemplars"] {
    const oldest = nowSeconds - this.#options.keepSeconds;
    const ranked = (name: GroupName): readonly Exemplar[] => {
      this.#groups[name] = this.#groups[name].filter(({ exemplar }) => exemplar.timeSeconds >= oldest);
      return this.#groups[name]
        .map(({ exemplar }) => exemplar)
        .sort((a, b) => PREFERENCE[name](b) - PREFERENCE[name](a));
    };
    return { drifting: ranked("drifting"), typical: ranked("typical"), unsure: ranked("unsure") };
  }

  thumbnail(key: string): Uint8Array | undefined {
    for (const group of Object.values(this.#groups)) {
      const kept = group.find(({ exemplar }) => exemplar.key === key);
      if (kept) return kept.thumbnail;
    }
    return undefined;
  }

  /** Of two near-duplicates the newer one stays; a full group gives up its oldest or least wanted image. */
  #offerTo(name: GroupName, kept: Kept): void {
    const preference = PREFERENCE[name];
    const group = this.#groups[name];
    if (preference(kept.exemplar) === Number.NEGATIVE_INFINITY) return;
    const duplicate = group.findIndex((other) => isNearDuplicate(other.components, kept.components));
    if (duplicate >= 0) {
      group[duplicate] = kept;
      return;
    }
    group.push(kept);
    const oldest = kept.exemplar.timeSeconds - this.#options.keepSeconds;
    if (group.length > this.#options.imagesPerGroup) group.splice(worst(group, preference, oldest), 1);
  }
}

/** The first that is too old, otherwise the one the group wants least. */
function worst(group: readonly Kept[], preference: (exemplar: Exemplar) => number, oldestSeconds: number): number {
  let index = 0;
  for (const [candidate, { exemplar }] of group.entries()) {
    if (exemplar.timeSeconds < oldestSeconds) return candidate;
    if (preference(exemplar) < preference((group[index] as Kept).exemplar)) index = candidate;
  }
  return index;
}

function isNearDuplicate(a: Float64Array, b: Float64Array): boolean {
  if (a.length === 0) return false;
  const limit = DUPLICATE_RATIO ** 2 * 2 * a.length;
  let squares = 0;
  for (let i = 0; i < a.length; i++) {
    squares += ((a[i] as number) - (b[i] as number)) ** 2;
    if (squares > limit) return false;
  }
  return true;
}

function toExemplar({ features, anomaly, predictedClass, nearestReference }: Offer, key: string): Exemplar {
  return {
    key,
    id: features.ids[0] ?? "",
    timeSeconds: features.timeSeconds,
    predictedClass,
    confidence: features.outcome?.confidence ?? Number.NaN,
    anomaly: anomaly.score,
    drifting: anomaly.unusual,
    reason: anomaly.reason,
    hasThumbnail: features.thumbnail !== undefined,
    nearestReference,
  };
}
