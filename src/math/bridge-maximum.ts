import { gaussLegendre } from "./gauss-legendre.ts";
import { invertSurvival } from "./pearson-three.ts";
import { normalSurvival } from "./special-functions.ts";

/** Times are rounded to this grid, so that most steps are alike. */
const STEPS = 50;
/** Over half of the strip: the path is symmetric. Enough for steps of 1/50 up to a maximum of 3. */
const { nodes: NODES, weights: WEIGHTS } = gaussLegendre(24);
/** Below this the sum over times is used, a bound a few times too high: quadrature does not reach further. */
const TAIL = 1e-7;
/** Levels of which a quantile is computed and kept, for each factor of two: at most some thousand a law, since levels end at 1e-16. */
const KEPT_PER_OCTAVE = 16;

/**
 * The law of max_i |B(t_i)|, B a Brownian bridge, at given times: what √(nm/(n+m)) times the largest difference of two
 * empirical distribution functions tends to when they are compared at points where the common one is t_i. Kolmogorov's law
 * is the limit of ever more times; with 49 of them its 5 % point of 1.358 is passed in 3.2 % of cases, and with the
 * few that a statistic with many equal values has, hardly ever.
 *
 * P(max ≤ x) is the probability that the path stays in the strip, one Gauss-Legendre sum for each step from time to time
 * (Wang & Pötzelberger 1997 give the continuous counterpart):
 *
 *     f_1(u) = φ(u; t_1),   f_i(u) = ∫_{−x}^{x} f_{i−1}(v)·φ(u − v; t_i − t_{i−1}) dv,   P = √(2π)·∫ f_k(u)·φ(u; 1 − t_k) du
 *
 * Worked number: one time 1/2: B is normal with deviation 1/2, so P(|B| > 1) = 2·Q(2) = 0.0455.
 */
export class BridgeMaximum {
  readonly #times: readonly number[];
  readonly #quantiles = new Map<number, number>();

  /** `times` between 0 and 1, ascending. Those closer than 1/50 count once. */
  constructor(times: readonly number[]) {
    const steps = times.map((time) => Math.min(STEPS - 1, Math.max(1, Math.round(time * STEPS))));
    this.#times = [...new Set(steps)].map((step) => step / STEPS);
  }

  /** P(max > x) */
  survival(x: number): number {
    if (x <= 0 || this.#times.length === 0) return 1;
    const bound = this.#times.reduce((sum, time) => sum + 2 * normalSurvival(x / Math.sqrt(time * (1 - time))), 0);
    return bound < TAIL ? bound : Math.min(1, Math.max(TAIL, 1 - this.#staying(x)));
  }

  /**
   * The x that is exceeded with probability `level`, to a millionth of itself above the tail. Levels differ at every look at a window and an inversion takes
   * milliseconds, so it is made at a grid of levels alone, and x² taken as linear in ln(level) between them.
   */
  upperQuantile(level: number): number {
    const position = KEPT_PER_OCTAVE * Math.log2(level);
    const below = Math.floor(position);
    const share = position - below;
    return Math.sqrt((1 - share) * this.#kept(below) ** 2 + share * this.#kept(below + 1) ** 2);
  }

  #kept(position: number): number {
    const level = 2 ** (position / KEPT_PER_OCTAVE);
    const known = this.#quantiles.get(position) ?? invertSurvival((x) => this.survival(x), level, 0, 4);
    this.#quantiles.set(position, known);
    return known;
  }

  #staying(x: number): number {
    const kernels = new Map<number, Float64Array>();
    let previous = this.#times[0]!;
    let density = Float64Array.from(NODES, (node) => normalDensity(node * x, previous));
    for (const time of this.#times.slice(1)) {
      const step = Math.round((time - previous) * STEPS);
      const kernel = kernels.get(step) ?? kernelOf(x, step / STEPS);
      kernels.set(step, kernel);
      density = stepped(density, kernel);
      previous = time;
    }
    let sum = 0;
    for (const [i, node] of NODES.entries()) {
      sum += 2 * x * WEIGHTS[i]! * density[i]! * normalDensity(node * x, 1 - previous);
    }
    return sum * Math.sqrt(2 * Math.PI);
  }
}

/** Row by row: from node l of the strip's upper half, or its mirror image, to node i. */
function kernelOf(x: number, time: number): Float64Array {
  const kernel = new Float64Array(NODES.length ** 2);
  for (const [i, to] of NODES.entries()) {
    for (const [l, from] of NODES.entries()) {
      const density = normalDensity((to - from) * x, time) + normalDensity((to + from) * x, time);
      kernel[i * NODES.length + l] = density * x * WEIGHTS[l]!;
    }
  }
  return kernel;
}

function stepped(density: Float64Array, kernel: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(density, (_, i) => {
    let sum = 0;
    for (let l = 0; l < density.length; l++) sum += kernel[i * density.length + l]! * density[l]!;
    return sum;
  });
}

function normalDensity(x: number, variance: number): number {
  return Math.exp(-(x * x) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
}
