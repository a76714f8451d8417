import { randomBytes } from "node:crypto";
import type { Assessment, Exemplar } from "../core/assessment.ts";
import type { GalleryRemovalReason } from "../core/drop-reasons.ts";
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
  /** Most bytes of thumbnails, over all groups; the oldest go first. Unlimited when left out. */
  readonly maxBytes?: number;
  /** Is told of every image that went for another reason than a more wanted one. */
  readonly onRemoved?: (reason: GalleryRemovalReason) => void;
}

interface Kept {
  readonly exemplar: Exemplar;
  readonly ids: readonly string[];
  readonly components: Float64Array;
  readonly thumbnail: Uint8Array | undefined;
}

type GroupName = keyof Assessment["exemplars"];

/** Near-duplicates are left out: closer than this share of the components' typical distance √(2k). */
const DUPLICATE_RATIO = 0.15;
const KEY_BYTES = 16;
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

  constructor(options: ExemplarOptions) {
    this.#options = options;
  }

  offer(offer: Offer): void {
    const interested = GROUPS.map((name) => ({ name, wanted: WANTED[name](offer) })).filter(({ name, wanted }) =>
      this.#wants(name, wanted),
    );
    if (interested.length === 0) return;
    const kept: Kept = {
      // By chance, so that nobody finds a picture who was not shown where it is.
      exemplar: toExemplar(offer, randomBytes(KEY_BYTES).toString("base64url")),
      ids: offer.features.ids,
      components: offer.projected.components,
      thumbnail: offer.features.thumbnail,
    };
    this.forgetOld(offer.features.timeSeconds);
    for (const { name, wanted } of interested) this.#add(name, kept, wanted);
    this.#fit();
  }

  forgetOld(nowSeconds: number): void {
    const oldest = nowSeconds - this.#options.keepSeconds;
    this.#remove("age", ({ exemplar }) => exemplar.timeSeconds < oldest);
  }

  /** Removes the images of a request by any of its ids; returns how many. */
  forget(ids: readonly string[]): number {
    return this.#remove("request", (kept) => kept.ids.some((id) => ids.includes(id)));
  }

  list(nowSeconds: number): Assessment["exemplars"] {
    this.forgetOld(nowSeconds);
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

  /** The oldest go until the rest fits. */
  #fit(): void {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#options;
    const newestFirst = this.#all().sort((a, b) => b.exemplar.timeSeconds - a.exemplar.timeSeconds);
    let bytes = 0;
    const beyond = new Set<Kept>();
    for (const kept of newestFirst) {
      bytes += kept.thumbnail?.length ?? 0;
      if (bytes > maxBytes) beyond.add(kept);
    }
    if (beyond.size > 0) this.#remove("bytes", (kept) => beyond.has(kept));
  }

  /** Each once, also when it is in several groups. */
  #all(): Kept[] {
    return [...new Set(GROUPS.flatMap((name) => this.#groups[name].map(({ kept }) => kept)))];
  }

  #remove(reason: GalleryRemovalReason, matches: (kept: Kept) => boolean): number {
    const removed = new Set(this.#all().filter(matches));
    if (removed.size === 0) return 0;
    for (const name of GROUPS) this.#groups[name] = this.#groups[name].filter(({ kept }) => !removed.has(kept));
    for (const _ of removed) this.#options.onRemoved?.(reason);
    return removed.size;
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
