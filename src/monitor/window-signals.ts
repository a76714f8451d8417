import type { DriftSignal } from "../core/assessment.ts";
import { compareWindow, countDeciding } from "../drift/compare.ts";
import { effectiveCount } from "../drift/detector.ts";
import type { WindowSpec } from "../profile/chunk-log.ts";
import type { Profile } from "../profile/profile.ts";
import type { Reference } from "../reference/load.ts";
import { type FalseAlarmBudget, levelOfLook } from "./false-alarm-budget.ts";
import type { Judgeable } from "./thinning.ts";

export interface LookAt {
  readonly spec: WindowSpec;
  readonly profile: Profile;
  readonly nowSeconds: number;
  readonly judgeable: Judgeable;
}

export interface SignalOptions {
  readonly reference?: Reference;
  readonly windows: readonly WindowSpec[];
  readonly budget: FalseAlarmBudget;
}

/** Compares windows with the reference, each signal at the level that the budget of false alarms leaves for it. */
export class WindowSignals {
  readonly #options: SignalOptions;
  readonly #count: number;

  constructor(options: SignalOptions) {
    const { reference } = options;
    this.#options = options;
    this.#count = reference ? Math.max(1, countDeciding(reference.detectors, reference.profile)) : 1;
  }

  /** Of windows without images it is that of their predictions. */
  levelOf({ spec, profile: window, nowSeconds }: LookAt): number {
    const images = effectiveCount(window.images) || effectiveCount(window.predictions);
    return this.level("images" in spec ? nowSeconds - window.firstSeconds : spec.durationSeconds, images);
  }

  /** Of one signal at one look at a window of so many images. */
  level(lengthSeconds: number, images: number): number {
    const { windows, budget, reference } = this.#options;
    const referenceImages = reference?.profile.images.count ?? 0;
    return levelOfLook(budget, windows.length, { lengthSeconds, images, referenceImages, signals: this.#count });
  }

  compare({ profile, judgeable }: LookAt, level: number): DriftSignal[] {
    return compareWindow(this.#options.reference?.detectors ?? new Map(), profile, level, judgeable);
  }
}
