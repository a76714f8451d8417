import type { PlainState } from "../core/codec.ts";
import { debiasedNull } from "../math/debiased-null.ts";
import { gramMoments } from "../math/gram-moments.ts";
import { dot } from "../math/linear-algebra.ts";
import { pearsonThreeSurvival, pearsonThreeUpperQuantile } from "../math/pearson-three.ts";
import type { Profile } from "../profile/profile.ts";
import type { EmbeddingSums } from "../sketch/embedding-sums.ts";
import {
  type Detector,
  driftSignal,
  effectiveCount,
  type FitContext,
  type FittedDetector,
  type Judged,
  LEAST_IMAGES,
} from "./detector.ts";

const NAME = "embedding_distance";
const ALL = -1;
/** The moments are taken over at most so many reference images: their Gram matrix costs the cube of it. */
const MOMENT_ROWS = 1000;
const LEAST_CLASS_REFERENCE = 50;
const LEAST_CLASS_WINDOW = 10;

/** The part of a subject that the reference Profile does not hold. */
interface Moments {
  /** A class index, or −1 for all images. */
  readonly subject: number;
  readonly pairSquares: number;
  readonly triangles: number;
  readonly pairCubes: number;
}

interface State {
  readonly scales: Float64Array;
  readonly moments: readonly Moments[];
}

/** What a window is compared with: all reference images, or those of one predicted class. */
interface Subject {
  readonly name: string;
  readonly moments: Moments;
  /** Reference images. */
  readonly images: number;
  /** Mean of phi − c over them; zero for all images. */
  readonly centre: Float64Array;
  /** tr / m: what the reference's own noise adds to the squared distance. */
  readonly noise: number;
}

/**
 * Debiased squared distance between the mean feature of a window and of the reference (Chen & Qin 2010), over phi =
 * principal components and their cumulative octile histograms (profile/projection.ts, an energy distance: Székely &
 * Rizzo 2013). With f = phi − c, weights w, and c the reference's mean:
 *
 *     S = (|Σ w f|² − Σ w²|f|²) / ((Σ w)² − Σ w²) − tr/m
 *
 * Only products of *different* images are left, so S is 0 on average without drift, whatever n; it may be negative. For
 * a class with reference mean c + δ the first term becomes itself − 2·δ·mean f + |δ|².
 *
 * Without drift S has (n: effective images, m: reference images, t2, t3, e3: moments of the Gram matrix,
 * math/gram-moments.ts)
 *
 *     V  = 2·t2·(1/(n(n−1)) + 2/(n·m) + 1/(m(m−1)))
 *     M3 = 8·max(t3, 0)·(1/n + 1/m)³·(1 − 2/n)/(1 − 1/n)² + 4·max(e3, 0)/(n²(n−1)²)
 *
 * and the tail of a Pearson III variable of skewness M3/V^1.5 (math/pearson-three.ts).
 * Worked number: t2 = 1, t3 = e3 = 0, n = 10, m = 500: V = 0.02303, so S = 0.25 has p = Q(1.647) = 0.0498.
 *
 * Thresholds are right on average over references. Beyond n = m/2 one reference's own error is most of the noise, and
 * shared by all its windows.
 */
export const embeddingDistance: Detector = {
  name: NAME,
  title: "Embedding distance",
  help: "Debiased squared distance between the mean embedding features of the window and of the reference; 0 without drift.",
  looksAt: "images",
  fit: (context) => {
    const state = fitState(context);
    return fitted(state, context.profile, context.sample.classes);
  },
  restore: (state, profile, { classes }) => fitted(state as unknown as State, profile, classes),
};

function fitState({ sample, projection, projected, profile }: FitContext): State {
  const momentsOf = (subject: number, rows: readonly number[]): Moments => {
    const features = rows.slice(0, MOMENT_ROWS).map((row) => projection.features(projected[row]!));
    const { pairSquares, triangles, pairCubes } = gramMoments(features);
    return { subject, pairSquares, triangles, pairCubes };
  };
  const all = [...sample.rest.keys()];
  const perClass = sample.classes
    .map((_, subject) => ({ subject, rows: all.filter((row) => sample.rest[row]!.outcome?.classIndex === subject) }))
    // The Profile sums a bounded number of classes.
    .filter(({ subject, rows }) => rows.length >= LEAST_CLASS_REFERENCE && sumsOf(profile, subject));
  return {
    scales: projection.featureScales,
    moments: [momentsOf(ALL, all), ...perClass.map(({ subject, rows }) => momentsOf(subject, rows))],
  };
}

function fitted(state: State, reference: Profile, classes: readonly string[]): FittedDetector {
  const { embedding } = reference.images;
  const origin = embedding.meanFeature(state.scales);
  const subjects = state.moments.flatMap((moments): Subject[] => {
    const sums = sumsOf(reference, moments.subject);
    // With fewer than three images there are no moments to judge by.
    if (!sums || sums.weight <= 1 || !(moments.pairSquares > 0)) return [];
    const name = moments.subject === ALL ? "all" : `class:${classes[moments.subject]}`;
    const centre = difference(sums.meanFeature(state.scales), origin);
    const trace = (sums.energy - sums.weight * dot(centre, centre)) / (sums.weight - 1);
    return [{ name, moments, images: sums.weight, centre, noise: trace / sums.weight }];
  });
  return {
    compare: (window, level) =>
      subjects.flatMap((subject) => {
        const sums = sumsOf(window, subject.moments.subject);
        const least = subject.moments.subject === ALL ? LEAST_IMAGES : LEAST_CLASS_WINDOW;
        if (!sums || effectiveCount(sums) < least) return [];
        const shift = difference(sums.meanFeature(state.scales), origin);
        return [driftSignal(NAME, judge(subject, sums, shift, level), level)];
      }),
    toState: () => ({ scales: state.scales, moments: state.moments.map((moments) => ({ ...moments })) }) as PlainState,
  };
}

/** `shift` is the window's mean of f. */
function judge(subject: Subject, sums: EmbeddingSums, shift: Float64Array, level: number): Judged {
  const { weight, weightSquares, energy } = sums;
  const pairs = (weight ** 2 * dot(shift, shift) - energy) / (weight ** 2 - weightSquares);
  const value = pairs - 2 * dot(shift, subject.centre) + dot(subject.centre, subject.centre) - subject.noise;
  const sampleCount = effectiveCount(sums);
  const { variance, skewness } = debiasedNull(subject.moments, sampleCount, subject.images);
  const deviation = Math.sqrt(variance);
  return {
    subject: subject.name,
    value,
    threshold: deviation * pearsonThreeUpperQuantile(level, skewness),
    pValue: pearsonThreeSurvival(value / deviation, skewness),
    sampleCount,
  };
}

function sumsOf({ images }: Profile, subject: number): EmbeddingSums | undefined {
  return subject === ALL ? images.embedding : images.embeddingByClass.get(subject);
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value - b[j]!);
}
