import type { AlarmBudgetAssessment, WindowAssessment } from "../core/assessment.ts";
import type { OnlineAlarm } from "../drift/online-alarm.ts";
import type { Profile } from "../profile/profile.ts";
import { AlarmLedger, type AlarmLedgerState, raisesAlarm } from "./alarm-ledger.ts";
import { type FalseAlarmBudget, imagesPerFalseAlarm } from "./false-alarm-budget.ts";
import type { Thinning } from "./thinning.ts";

export interface AssessedWindow {
  readonly profile: Profile;
  readonly assessment: WindowAssessment;
}

type Online = Pick<OnlineAlarm, "alarms" | "alarming" | "distrust" | "ask" | "acknowledge">;

const LEAST_IMAGES_FOR_RATE = 100;

/** After each look at the windows: which alarms were raised, and what online alarm and thinning must know of it. */
export class AlarmBooks {
  readonly #budget: FalseAlarmBudget;
  readonly #ledger: AlarmLedger;
  readonly #online: Online | undefined;
  readonly #thinning: Pick<Thinning, "drifting"> | undefined;
  /** Alarms of the online alarm that are in the ledger. */
  #booked = 0;

  constructor(budget: FalseAlarmBudget, online: Online | undefined, thinning: Pick<Thinning, "drifting"> | undefined) {
    this.#budget = budget;
    this.#ledger = new AlarmLedger(budget.everySeconds);
    this.#online = online;
    this.#thinning = thinning;
  }

  look(nowSeconds: number, windows: readonly AssessedWindow[]): void {
    const drifting = windows.filter(({ assessment }) => raisesAlarm(assessment));
    const raised = drifting.map(({ assessment }) => nowSeconds - assessment.startSeconds);
    const { alarms = 0, alarming = false } = this.#online ?? {};
    if (alarming || alarms > this.#booked) raised.push(0);
    this.#booked = alarms;
    const tested = windows.some(({ assessment }) => assessment.signals.length > 0);
    this.#ledger.look(nowSeconds, tested, raised);
    if (drifting.length > 0) this.#online?.distrust();
    this.#thinning?.drifting(
      drifting.length > 0 ? Math.min(...drifting.map(({ profile }) => profile.images.count)) : undefined,
    );
    const rate = imagesPerSecond(windows, nowSeconds);
    if (rate !== undefined) this.#online?.ask(imagesPerFalseAlarm(this.#budget, rate));
    // Nobody has to do it by hand once every window is well.
    if (alarming && windows.every(({ assessment }) => assessment.verdict === "ok")) this.#online?.acknowledge();
  }

  assessment(timeSeconds: number): AlarmBudgetAssessment {
    return this.#ledger.assessment(timeSeconds);
  }

  toState(): AlarmLedgerState {
    return this.#ledger.toState();
  }

  /** After the online alarm was restored. Without a state the ledger begins empty. */
  restore(state: AlarmLedgerState | undefined): void {
    this.#booked = this.#online?.alarms ?? 0;
    if (state !== undefined) this.#ledger.restore(state);
  }
}

/** Of the window with the most images; undefined while there are too few to tell. */
function imagesPerSecond(windows: readonly AssessedWindow[], nowSeconds: number): number | undefined {
  const { count, firstSeconds } = windows
    .map(({ profile }) => ({ count: profile.images.count, firstSeconds: profile.firstSeconds }))
    .reduce((most, each) => (each.count > most.count ? each : most), { count: 0, firstSeconds: Number.NaN });
  return count >= LEAST_IMAGES_FOR_RATE && nowSeconds > firstSeconds ? count / (nowSeconds - firstSeconds) : undefined;
}
