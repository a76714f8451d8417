import type { AlarmBudgetAssessment, WindowAssessment } from "../core/assessment.ts";

/** An alarm of the model, by whatever raised it. */
interface Alarm {
  readonly startSeconds: number;
  /** Until then it counts as the same alarm when it comes back. */
  untilSeconds: number;
}

export interface AlarmLedgerState {
  readonly alarms: readonly Alarm[];
  readonly lastSeconds: number;
  /** [number of the slot, seconds] */
  readonly watched: readonly (readonly [number, number])[];
}

/** The span is kept as so many slots of watched time. */
const SLOTS = 60;
/** Looks that are further apart than this left the time between them unwatched. */
const LONGEST_GAP_SECONDS = 3_600;
/** Nobody reads further; the oldest go first. */
const MOST_ALARMS = 1_000;

/**
 * What has been spent of the false alarms that the model is allowed: one in `spanSeconds`. Nobody can tell a single false alarm from a
 * true one, so the ledger says what can be said: how many alarms were raised in the last span, how many chance
 * raises at most in the time that was watched, and how probable so many are by chance alone,
 *
 *     expected = watched/span;     P(N ≥ alarms),  N Poisson of mean `expected`
 *
 * Alarms come in bunches, because windows overlap and a drift is seen by several windows and by the online alarm. So one alarm
 * lasts while any of them finds drift and for one length of that window after (runs declustering, Smith & Weissman 1994).
 *
 * Worked number: watched for the whole span, 3 alarms: expected 1, P(N ≥ 3) = 1 − e⁻¹·(1 + 1 + 1/2) = 0.080.
 */
export class AlarmLedger {
  readonly #spanSeconds: number;
  #alarms: Alarm[] = [];
  #lastSeconds = Number.NEGATIVE_INFINITY;
  /** At the last look, so that what is raised again is the same alarm. */
  #raised = false;
  readonly #watched = new Map<number, number>();

  constructor(spanSeconds: number) {
    this.#spanSeconds = spanSeconds;
  }

  /** `raised`: in how many seconds each drifting window has only new images; 0 for the online alarm. Empty without an alarm. */
  look(nowSeconds: number, watching: boolean, raised: readonly number[]): void {
    this.#watch(nowSeconds, watching);
    if (raised.length > 0) {
      const untilSeconds = nowSeconds + Math.max(...raised);
      const last = this.#alarms.at(-1);
      if (last && (this.#raised || nowSeconds <= last.untilSeconds))
        last.untilSeconds = Math.max(last.untilSeconds, untilSeconds);
      else this.#alarms.push({ startSeconds: nowSeconds, untilSeconds });
    }
    this.#raised = raised.length > 0;
    const begin = nowSeconds - this.#spanSeconds;
    this.#alarms = this.#alarms.filter(({ untilSeconds }) => untilSeconds >= begin).slice(-MOST_ALARMS);
  }

  assessment(nowSeconds: number): AlarmBudgetAssessment {
    const spanSeconds = this.#spanSeconds;
    const watchedSeconds = [...this.#watched.values()].reduce((sum, seconds) => sum + seconds, 0);
    const expected = Math.min(1, watchedSeconds / spanSeconds);
    const alarms = this.#alarms.filter(({ startSeconds }) => startSeconds >= nowSeconds - spanSeconds).length;
    return {
      spanSeconds,
      watchedSeconds,
      alarms,
      expectedFalseAlarms: expected,
      chanceRatio: atLeast(alarms, expected),
    };
  }

  toState(): AlarmLedgerState {
    return {
      alarms: this.#alarms.map((alarm) => ({ ...alarm })),
      lastSeconds: this.#lastSeconds,
      watched: [...this.#watched],
    };
  }

  restore({ alarms, lastSeconds, watched }: AlarmLedgerState): void {
    this.#alarms = alarms.map((alarm) => ({ ...alarm }));
    this.#lastSeconds = lastSeconds;
    this.#watched.clear();
    for (const [slot, seconds] of watched) this.#watched.set(slot, seconds);
  }

  #watch(nowSeconds: number, watching: boolean): void {
    const slotSeconds = this.#spanSeconds / SLOTS;
    const slot = Math.floor(nowSeconds / slotSeconds);
    const passed = nowSeconds - this.#lastSeconds;
    if (watching && passed > 0 && passed <= LONGEST_GAP_SECONDS) {
      this.#watched.set(slot, (this.#watched.get(slot) ?? 0) + passed);
    }
    this.#lastSeconds = nowSeconds;
    for (const known of this.#watched.keys()) if (known <= slot - SLOTS) this.#watched.delete(known);
  }
}

/** P(N ≥ count) of a Poisson variable. */
function atLeast(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let below = 0;
  for (let i = 0; i < count; i++) {
    below += term;
    term *= mean / (i + 1);
  }
  return Math.max(0, 1 - below);
}

/** Whether a test found this window to be unlike the reference. */
export function raisesAlarm({ signals }: WindowAssessment): boolean {
  return signals.some(({ drifting }) => drifting);
}
