import { execFile } from "node:child_process";
import { opendirSync, readFileSync, readlink } from "node:fs";
import { promisify } from "node:util";

/** Of SCHED_IDLE in sched(7). */
const IDLE_POLICY = "5";
/** Of libuv's pool, unless the environment says otherwise. */
const POOL_THREADS = 4;
/** A thread that is awake takes most looks of a round; one that sleeps is seen within a few rounds. */
const ROUNDS = 50;
const LOOKS_PER_THREAD = 8;

/**
 * Keeps the threads of this process that look at images in the idle class of the Linux scheduler: the pool that reads files and
 * decodes, and every thread made since, so that of the network and those of libraries.
 *
 * Why niceness is not enough: it decides how much processor time a thread gets, not when it gives it back. A normal thread that
 * wakes up waits for the end of the nice one's slice, up to a tick of 4 ms; an idle one makes way at once. The first thread and
 * V8's own, for which the first one waits, stay as they are: `/metrics` and labels are answered however busy the machine is.
 */
export class IdleThreads {
  readonly #program: string;
  /** Numbers of the pool's threads, which live as long as the process, as far as they were seen. */
  readonly #pool = new Set<number>();

  constructor(program = "chrt") {
    this.#program = program;
  }

  /**
   * Moves what is not there yet, and answers with how many threads are in the idle class then; 0 where the system does not allow it,
   * has no `chrt` (package util-linux), or is not Linux. A thread of the pool that did nothing meanwhile may be left for the next time.
   */
  async move(): Promise<number> {
    await this.#seePool();
    const threads = threadsByAge();
    const eldest = threads.findIndex((thread) => this.#pool.has(thread));
    if (eldest < 0) return 0;
    const younger = threads.slice(eldest);
    await Promise.all(younger.filter((thread) => !isIdle(thread)).map((thread) => setIdle(thread, this.#program)));
    return younger.filter(isIdle).length;
  }

  /** The call runs in the pool, so the link leads to the thread that it ran in. */
  async #seePool(): Promise<void> {
    const size = Number(process.env["UV_THREADPOOL_SIZE"]) || POOL_THREADS;
    const look = promisify(readlink);
    for (let round = 0; round < ROUNDS && this.#pool.size < size; round++) {
      const looks = Array.from({ length: size * LOOKS_PER_THREAD }, () =>
        look("/proc/thread-self").catch(() => undefined),
      );
      for (const path of await Promise.all(looks)) if (path) this.#pool.add(Number(path.split("/").at(-1)));
    }
  }
}

/** The system lists them as they were made. A sorted list, as of `readdir`, is another one once its numbers have begun anew. */
function threadsByAge(): number[] {
  const threads: number[] = [];
  try {
    const folder = opendirSync("/proc/self/task");
    for (let entry = folder.readSync(); entry; entry = folder.readSync()) threads.push(Number(entry.name));
    folder.closeSync();
  } catch {
    // not Linux
  }
  return threads;
}

function isIdle(thread: number): boolean {
  try {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    // The name in brackets may hold anything; the policy is the 41st word of the line, the 39th behind the name.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[38] === IDLE_POLICY;
  } catch {
    return false; // it has ended
  }
}

/** Resolves in any case: whether it worked is seen at the thread. */
function setIdle(thread: number, program: string): Promise<void> {
  return new Promise((resolve) => {
    execFile(program, ["--idle", "--pid", "0", String(thread)], () => resolve());
  });
}
