import { type ChildProcess, spawn } from "node:child_process";
import { setPriority } from "node:os";
import type { Clock } from "../core/clock.ts";

export interface SuperviseOptions {
  /** Program and arguments of the child, e.g. [process.execPath, "main.js", "serve"]. */
  readonly argv: readonly [string, ...string[]];
  /** First and longest wait before a restart; each early exit doubles it. */
  readonly backoffSeconds?: { readonly first: number; readonly longest: number };
  /** A child that stayed up this long is well: the next wait is the first again. */
  readonly steadySeconds?: number;
  /** On top of this process's own environment, whose values win. */
  readonly env?: Readonly<Record<string, string>>;
  /** Niceness of the child, from 0 to 19; that of this process when left out. */
  readonly niceness?: number;
  /** How long the child has after SIGTERM before it is killed. */
  readonly killSeconds: number;
  /** For the log: the child ended although it was not asked to. */
  onExit?(exit: ChildExit): void;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly restartSeconds: number;
}

const BACKOFF_SECONDS = { first: 1, longest: 30 };
const STEADY_SECONDS = 60;

/**
 * Keeps the analyser running as a child of the tap, so that whatever ends it (a fault in native code, the out-of-memory killer)
 * does not end live traffic.
 */
export class Supervisor {
  readonly #options: SuperviseOptions;
  readonly #clock: Clock;
  readonly #backoff: { readonly first: number; readonly longest: number };
  #waitSeconds: number;
  #child: ChildProcess | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopping = false;
  #restarts = 0;

  constructor(options: SuperviseOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#backoff = options.backoffSeconds ?? BACKOFF_SECONDS;
    this.#waitSeconds = this.#backoff.first;
  }

  /** Process id of the running child. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  start(): void {
    const [program, ...args] = this.#options.argv;
    const startSeconds = this.#clock.monotonicSeconds();
    const env = { ...this.#options.env, ...process.env };
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], env });
    this.#child = child;
    this.#lower(child.pid);
    let ended = false;
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (ended) return;
      ended = true;
      this.#child = undefined;
      if (!this.#stopping) this.#restart(this.#clock.monotonicSeconds() - startSeconds, code, signal);
    };
    child.once("exit", end);
    // A program that cannot be started ends here and never with "exit".
    child.once("error", () => end(null, null));
  }

  /** SIGTERM, then SIGKILL after `killSeconds`. Resolves when the child is gone; may be called twice. */
  stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#retry);
    const child = this.#child;
    if (!child) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), this.#options.killSeconds * 1000);
      child.once("exit", () => {
        clearTimeout(timer);
        resolve();
      });
      child.kill("SIGTERM");
    });
  }

  /** For a process that ends in this moment: the child must not outlive it and keep its ports. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#retry);
    this.#child?.kill("SIGKILL");
  }

  /** At once, while the child has only its first thread: Linux gives later threads the niceness of the one that makes them. */
  #lower(pid: number | undefined): void {
    const { niceness } = this.#options;
    if (pid === undefined || niceness === undefined) return;
    try {
      setPriority(pid, niceness);
    } catch {
      // It has ended already, or the system does not allow it: the child then runs as it is.
    }
  }

  #restart(upSeconds: number, code: number | null, signal: NodeJS.Signals | null): void {
    if (upSeconds >= (this.#options.steadySeconds ?? STEADY_SECONDS)) this.#waitSeconds = this.#backoff.first;
    const restartSeconds = this.#waitSeconds;
    this.#waitSeconds = Math.min(2 * restartSeconds, this.#backoff.longest);
    this.#options.onExit?.({ code, signal, restartSeconds });
    this.#retry = setTimeout(() => {
      this.#restarts++;
      this.start();
    }, restartSeconds * 1000);
  }
}
