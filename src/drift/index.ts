import { classMix } from "./class-mix.ts";
import { confidence } from "./confidence.ts";
import type { Detector } from "./detector.ts";
import { embeddingDistance } from "./embedding-distance.ts";
import { jensenShannon } from "./jensen-shannon.ts";
import { kolmogorovSmirnov } from "./kolmogorov-smirnov.ts";
import { populationStability } from "./population-stability.ts";
import { reconstructionError } from "./reconstruction-error.ts";
import { wasserstein } from "./wasserstein.ts";

/** Every detector; the first is the default. */
export const DETECTORS: readonly Detector[] = [
  embeddingDistance,
  reconstructionError,
  kolmogorovSmirnov,
  populationStability,
  jensenShannon,
  wasserstein,
  classMix,
  confidence,
];
