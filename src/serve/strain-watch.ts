import type { Logger } from "../log.ts";
import type { Telemetry } from "../metrics/self.ts";
import { LoopLag } from "../strain/loop-lag.ts";
import { heldMemoryBytes, memoryLimitBytes } from "../strain/process-memory.ts";
import { Strain } from "../strain/strain.ts";
import type { Core } from "./core.ts";
import { every, type Timer } from "./timers.ts";

const SECONDS_PER_LOOK = 1;

/** The strain of this process: counted, logged, and at the hard level of memory what waits is let go. */
export function processStrain(core: () => Core, telemetry: Telemetry, log: Logger): Strain {
  const lag = new LoopLag();
  return new Strain({
    limitBytes: () => core().config.limits.memoryBytes ?? memoryLimitBytes(),
    heldBytes: heldMemoryBytes,
    takeLagSeconds: () => lag.takeSeconds(),
    onPressure(level, entered) {
      if (entered) {
        telemetry.pressureEntered(level);
        log.warn("memory runs short; images are shed, predictions and labels are not", { level });
      }
      if (level !== "hard") return;
      core().pipeline.shedImages("memory_pressure");
      core().monitor.forgetExemplars();
    },
  });
}

export function watchStrain(strain: Strain, log: Logger): Timer {
  return every(SECONDS_PER_LOOK, "look at memory and event loop", log, () => strain.look());
}
