import { StoreBehindError } from "../core/store.ts";

export type Lane = "predictions" | "labels";

/** Operations under way at once, so that one waits for the server, not in a heap of commands before it. */
const MOST_UNDER_WAY = 256;
/** Operations that wait, each some 500 bytes; labels, because one request may bring as many. */
const MOST_WAITING: Readonly<Record<Lane, number>> = { predictions: 10_000, labels: 100_000 };

/** Lets so many operations run at once; the others wait in two lanes, predictions before labels. */
export class Turnstile {
  readonly #lanes: Readonly<Record<Lane, (() => void)[]>> = { predictions: [], labels: [] };
  #underWay = 0;

  /** Rejects with StoreBehindError when too many wait already. */
  async run<T>(lane: Lane, operation: () => Promise<T>): Promise<T> {
    if (this.#underWay >= MOST_UNDER_WAY) await this.#turn(lane);
    else this.#underWay += 1;
    try {
      return await operation();
    } finally {
      const next = this.#lanes.predictions.shift() ?? this.#lanes.labels.shift();
      if (next) next();
      else this.#underWay -= 1;
    }
  }

  #turn(lane: Lane): Promise<void> {
    const line = this.#lanes[lane];
    if (line.length >= MOST_WAITING[lane]) throw new StoreBehindError();
    return new Promise((resolve) => line.push(resolve));
  }
}
