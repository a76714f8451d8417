import type { Logger } from "../log.ts";

export interface LastResort {
  /** Counts a fault where there is something to count in. */
  count?(): void;
  /** Lets what is under way finish; the process ends after it, or `deadlineSeconds` later if it does not resolve. */
  end(): Promise<void>;
  readonly deadlineSeconds: number;
}

const FRAMES = 10;

/**
 * What happens to faults that nothing else caught. A promise that nobody waited for concerns one task: the process goes on. After an
 * exception nobody knows what is half done: the process finishes what it has and ends with code 1, for its supervisor to start anew.
 */
export function installLastResort(log: Logger, { count, end, deadlineSeconds }: LastResort): void {
  let ending = false;
  process.on("unhandledRejection", (reason) => {
    count?.();
    log.error("a rejection that nothing handled; the process goes on", describeFault(reason));
  });
  process.on("uncaughtException", (fault) => {
    count?.();
    log.error("an exception that nothing caught; the process ends after what is under way", describeFault(fault));
    if (ending) return;
    ending = true;
    const exit = (): never => process.exit(1);
    setTimeout(exit, deadlineSeconds * 1000);
    end().then(exit, exit);
  });
  surviveClosedOutput();
}

/** Without the message: that of a parser quotes what it parsed, and that came in a request. */
export function describeFault(fault: unknown): Readonly<Record<string, unknown>> {
  if (!(fault instanceof Error)) return { fault: typeof fault };
  const { code } = fault as Error & { readonly code?: unknown };
  const frames = (fault.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return {
    fault: fault.name,
    ...(code !== undefined && { code }),
    at: frames.slice(0, FRAMES).map((line) => line.trim()),
  };
}

/** Whoever reads the log may go away; a line that cannot be written is no reason to end. */
function surviveClosedOutput(): void {
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
}
