import { type MemoryLevel, memoryLevel } from "./memory-level.ts";

/** Why no image is taken on: reasons of `core/drop-reasons.ts`. */
export type StrainReason = "memory_pressure" | "overloaded";

export interface StrainOptions {
  /** Undefined: memory is not watched. */
  readonly limitBytes: () => number | undefined;
  readonly heldBytes: () => number;
  /** How long work waited for the event loop since the last call. */
  readonly takeLagSeconds: () => number;
  /** Called at every look at which the level is not none; `entered` at the first. */
  readonly onPressure: (level: Exclude<MemoryLevel, "none">, entered: boolean) => void;
}

/** Work that waits longer than this for the event loop: images are shed until a second has passed in which it did not. */
const LAG_SECONDS = 0.2;

/**
 * Whether the process can bear more images, as of the last look; the caller looks once a second. Predictions and labels cost little
 * and are never shed.
 */
export class Strain {
  readonly #options: StrainOptions;
  #level: MemoryLevel = "none";
  #usedRatio: number | undefined;
  #lagging = false;

  constructor(options: StrainOptions) {
    this.#options = options;
  }

  /** Share of the memory limit in use; undefined without a limit and before the first look. */
  get memoryUsedRatio(): number | undefined {
    return this.#usedRatio;
  }

  get reason(): StrainReason | undefined {
    if (this.#level !== "none") return "memory_pressure";
    return this.#lagging ? "overloaded" : undefined;
  }

  look(): void {
    const { takeLagSeconds, limitBytes, heldBytes, onPressure } = this.#options;
    this.#lagging = takeLagSeconds() > LAG_SECONDS;
    const limit = limitBytes();
    const before = this.#level;
    this.#usedRatio = limit === undefined ? undefined : heldBytes() / limit;
    this.#level = memoryLevel(this.#usedRatio ?? 0, before);
    if (this.#level !== "none") onPressure(this.#level, this.#level !== before);
  }
}
