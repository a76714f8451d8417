import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const START_TRIES = 300;
const TRY_MILLISECONDS = 100;
const STOP_MILLISECONDS = 10_000;

/** The processes of one run of the benchmark; all of them end with it. */
export class Processes {
  readonly #children: ChildProcess[] = [];

  /** Resolves once the program accepts connections on the port. Rejects when it ends before, or does not within 30 s. */
  async start(argv: readonly [string, ...string[]], port: number, env: Record<string, string> = {}): Promise<number> {
    const [program, ...args] = argv;
    const child = spawn(program, args, {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, ...env },
    });
    let failure: Error | undefined;
    child.once("error", (error) => {
      failure = error;
    });
    this.#children.push(child);
    for (let tries = 0; tries < START_TRIES; tries++) {
      if (failure || child.exitCode !== null) throw failure ?? new Error(`${argv.join(" ")} ended at once`);
      if (await accepts(port)) return child.pid as number;
      await sleep(TRY_MILLISECONDS);
    }
    throw new Error(`${argv.join(" ")} does not accept connections on port ${port}`);
  }

  /** SIGTERM first: the tap then stops its analyser. */
  async stop(): Promise<void> {
    await Promise.all(this.#children.splice(0).map(end));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MILLISECONDS);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => socket.destroy());
    socket.once("error", () => resolve(false));
    socket.once("close", (failed) => resolve(!failed));
  });
}

/** First child of a process, by the kernel's list. */
export function childOf(pid: number): number | undefined {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return child ? Number(child) : undefined;
}

/** Of all threads of a process since it started, from the scheduler's own nanosecond count. */
export function cpuMilliseconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) => {
    try {
      return Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      return 0; // the thread has ended since
    }
  });
  return nanoseconds.reduce((sum, part) => sum + part, 0) / 1e6;
}

export function residentMebibytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) / 1024;
}
