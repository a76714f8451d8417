import { CappedSampler } from "./capped-sampler.ts";
import { RatioSampler } from "./ratio-sampler.ts";
import type { Sampler } from "./sampler.ts";

/** Predictions are cheap: a share of them, without a cap. */
export function createPredictionSampler(ratio: number): Sampler {
  return new RatioSampler(ratio);
}

/** Images cost CPU: a share of them, and at most `perSecond`; `onRateCap` is called for each one that only the cap refused. */
export function createImageSampler(ratio: number, perSecond: number, onRateCap: () => void = () => {}): Sampler {
  return new CappedSampler({ ratio, perSecond, onRateCap });
}
