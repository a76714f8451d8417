import { cbpe } from "./cbpe.ts";
import type { PerformanceEstimator } from "./estimator.ts";
import { labelFitTransport } from "./label-fit-transport.ts";

/** Every estimator; the first is the default. */
export const ESTIMATORS: readonly PerformanceEstimator[] = [labelFitTransport, cbpe];
