import type { Logger } from "../log.ts";

export interface Timer {
  /** Stops the timer and waits for a run that is under way. */
  stop(): Promise<void>;
}

/** Runs `task` every `seconds`, never twice at once; a failure is logged and the next run comes all the same. */
export function every(seconds: number, name: string, log: Logger, task: () => unknown): Timer {
  let running: Promise<void> | undefined;
  const runOnce = async (): Promise<void> => {
    try {
      await task();
    } catch (error) {
      log.error(`${name} failed`, { error: (error as Error).message });
    }
  };
  const timer = setInterval(() => {
    running ??= runOnce().finally(() => {
      running = undefined;
    });
  }, seconds * 1000);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
