import type { Assessment } from "../src/core/assessment.ts";

/** What somebody saw who looked at the monitor all through a phase. */
export interface Seen {
  readonly looks: number;
  /** Looks at which a window differed from the reference. */
  readonly driftingLooks: number;
  /** Alarms of the online alarm that began in the phase. */
  readonly onlineAlarms: number;
  /** From the start of the phase to the first alarm of either kind. */
  readonly firstAlarmSeconds?: number;
}

const LOOK_EVERY_MS = 500;

/** Looks at the assessment twice a second until it is ended. */
export class Watch {
  readonly #read: () => Promise<Assessment>;
  readonly #startMs = Date.now();
  readonly #timer: NodeJS.Timeout;
  #alarmsBefore: number | undefined;
  /** A window that has been drifting since before the phase is no alarm of it. */
  #wasQuiet = false;
  #seen: Seen = { looks: 0, driftingLooks: 0, onlineAlarms: 0 };

  constructor(read: () => Promise<Assessment>) {
    this.#read = read;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  end(): Seen {
    clearInterval(this.#timer);
    return this.#seen;
  }

  async #look(): Promise<void> {
    const assessment = await this.#read().catch(() => undefined);
    // While the sidecar restarts there is nothing to look at.
    if (!assessment) return;
    const alarms = assessment.online?.alarms ?? 0;
    this.#alarmsBefore ??= alarms;
    if (assessment.timeSeconds * 1000 < this.#startMs) return;
    const drifting = assessment.windows.some(({ verdict }) => verdict !== "ok" && verdict !== "not_enough_data");
    const onlineAlarms = alarms - this.#alarmsBefore;
    const { looks, driftingLooks, firstAlarmSeconds } = this.#seen;
    this.#wasQuiet ||= !drifting;
    const alarming = onlineAlarms > 0 || (drifting && this.#wasQuiet);
    const alarm = firstAlarmSeconds ?? (alarming ? assessment.timeSeconds - this.#startMs / 1000 : undefined);
    this.#seen = {
      looks: looks + 1,
      driftingLooks: driftingLooks + (drifting ? 1 : 0),
      onlineAlarms,
      ...(alarm !== undefined && { firstAlarmSeconds: alarm }),
    };
  }
}
