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
  /** Keys of the reference images nearest to it; asked only when the image is kept. */
  nearestReference(): readonly string[];
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
const NEVER = Number.NEGATIVE_INFINITY;

/** How much each group wants an image. */
const WANTED: Readonly<Record<GroupName, (offer: Offer) => number>> = {
  drifting: ({ anomaly }) => (anomaly.unusual ? anomaly.score : NEVER),
  typical: ({ anomaly }) => -anomaly.score,
  unsure: ({ features }) =>
    features.outcome && !Number.isNaN(features.outcome.confidence) ? -features.outcome.confidence : NEVER,
};
const GROUPS = Object.keys(WANTED) as GroupName[];

/**
 * The images of the gallery: three groups of bounded size, near-duplicates left out, old ones forgotten. A group is a few
 * dozen images, so a linear scan an image costs less than any index.
 */
export class Exemplars {
  readonly #options: ExemplarOptions;
  /** The most wanted first. */
  readonly #groups: Record<GroupName, { readonly kept: Kept; readonly wanted: number }[]> = {
    drifting: [],
    typical: [],
    unsure: [],
  };
  #sequence = 0;

  constructor(options: ExemplarOptions) {
    this.#options = options;
  }

  offer(offer: Offer): void {
    const interested = GROUPS.map((name) => ({ name, wanted: WANTED[name](offer) })).filter(({ name, wanted }) =>
      this.#wants(name, wanted),
    );
    if (interested.length === 0) return;
    const kept: Kept = {
      exemplar: toExemplar(offer, `l${(this.#sequence++).toString(36)}`),
      components: offer.projected.components,
      thumbnail: offer.features.thumbnail,
    };
    this.#forget(offer.features.timeSeconds - this.#options.keepSeconds);
    for (const { name, wanted } of interested) this.#add(name, kept, wanted);
  }

  list(nowSeconds: number): Assessment["exemplars"] {
    this.#forget(nowSeconds - this.#options.keepSeconds);
    const exemplars = (name: GroupName): readonly Exemplar[] => this.#groups[name].map(({ kept }) => kept.exemplar);
    return { drifting: exemplars("drifting"), typical: exemplars("typical"), unsure: exemplars("unsure") };
  }

  thumbnail(key: string): Uint8Array | undefined {
    for (const name of GROUPS) {
      const found = this.#groups[name].find(({ kept }) => kept.exemplar.key === key);
      if (found) return found.kept.thumbnail;
    }
    return undefined;
  }

  clear(): void {
    for (const name of GROUPS) this.#groups[name] = [];
  }

  #wants(name: GroupName, wanted: number): boolean {
    if (wanted === NEVER) return false;
    const group = this.#groups[name];
    return group.length < this.#options.imagesPerGroup || wanted > (group.at(-1)?.wanted ?? NEVER);
  }

  /** Of two near-duplicates the newer one stays. */
  #add(name: GroupName, kept: Kept, wanted: number): void {
    const others = this.#groups[name].filter((other) => !isNearDuplicate(other.kept.components, kept.components));
    others.push({ kept, wanted });
    others.sort((a, b) => b.wanted - a.wanted);
    this.#groups[name] = others.slice(0, this.#options.imagesPerGroup);
  }

  #forget(oldestSeconds: number): void {
    for (const name of GROUPS)
      this.#groups[name] = this.#groups[name].filter(({ kept }) => kept.exemplar.timeSeconds >= oldestSeconds);
  }
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
    nearestReference: nearestReference(),
  };
}
