import { type Random, standardNormal } from "../core/random.ts";
import { dot } from "../math/linear-algebra.ts";

/** The median distance is taken over all pairs of at most so many rows. */
const DISTANCE_ROWS = 256;

/** What the reference has of the features. */
export interface FourierReference {
  /** D: mean of 1 + cos(ω·z + b). */
  readonly means: readonly number[];
  /** Mean and standard deviation of MMD² between two samples of n and m reference images, in units of 1/n + 1/m. */
  readonly nullMean: number;
  readonly nullDeviation: number;
}

/**
 * Random Fourier features of a Gaussian kernel (Rahimi & Recht 2007), for the maximum mean discrepancy (Gretton et al. 2012) of samples
 * that are known only by sums. With ω_i normal of deviation 1/σ and b_i uniform on [0, 2π):
 *
 *     f_i(z) = 1 + cos(ω_i·z + b_i) ≥ 0;      MMD² ≈ 2·mean_i (mean f_i(live) − mean f_i(reference))²
 *
 * Without drift, with C the covariance of the D features: E MMD² = u·2·tr(C)/D and sd MMD² = u·2·√(2·tr(C²))/D, u = 1/n + 1/m.
 * Worked number: D = 1 and f of variance ½ give E MMD² = u and sd MMD² = √2·u.
 */
export class FourierFeatures {
  readonly #frequencies: readonly Float64Array[];
  readonly #phases: Float64Array;

  /** `components` numbers in, `count` features out; `bandwidth` is σ. Equal draws of `random` give equal features. */
  constructor(options: { components: number; count: number; bandwidth: number; random: Random }) {
    const { components, count, bandwidth, random } = options;
    this.#phases = Float64Array.from({ length: count }, () => 2 * Math.PI * random.next());
    this.#frequencies = Array.from({ length: count }, () =>
      Float64Array.from({ length: components }, () => standardNormal(random) / bandwidth),
    );
  }

  /** Adds weight·f_i(z) to each of the sums. */
  addTo(sums: number[], components: Float64Array, weight: number): void {
    for (let i = 0; i < this.#phases.length; i++) {
      const angle = dot(this.#frequencies[i]!, components) + this.#phases[i]!;
      sums[i] = sums[i]! + weight * (1 + Math.cos(angle));
    }
  }

  of(components: Float64Array): number[] {
    const features = new Array<number>(this.#phases.length).fill(0);
    this.addTo(features, components, 1);
    return features;
  }

  /** `rows` are the reference images, at least two. */
  reference(rows: readonly Float64Array[]): FourierReference {
    const features = rows.map((row) => this.of(row));
    const count = this.#phases.length;
    const means = Array.from({ length: count }, (_, i) => mean(features.map((row) => row[i]!)));
    let trace = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        const products = features.map((row) => (row[i]! - means[i]!) * (row[j]! - means[j]!));
        const covariance = (mean(products) * rows.length) / (rows.length - 1);
        if (i === j) trace += covariance;
        squares += (i === j ? 1 : 2) * covariance ** 2;
      }
    }
    return { means, nullMean: (2 * trace) / count, nullDeviation: (2 * Math.sqrt(2 * squares)) / count };
  }
}

/** The median distance of two rows, a bandwidth at which near and far images differ (Gretton et al. 2012); 1 when all are the same. */
export function medianDistance(rows: readonly Float64Array[]): number {
  const some = rows.slice(0, DISTANCE_ROWS);
  const squares = some.flatMap((row, i) => some.slice(0, i).map((other) => squaredDistance(row, other)));
  const sorted = Float64Array.from(squares).sort();
  return Math.sqrt(sorted[Math.floor(sorted.length / 2)] ?? 0) || 1;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j]! - b[j]!) ** 2;
  return sum;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
