import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlink } from "node:fs";
import { promisify } from "node:util";

/** Of SCHED_IDLE in sched(7). */
const IDLE_POLICY = "5";
/** Enough that each thread of the pool takes one sooner or later. */
const LOOKS_AT_POOL = 32;

/**
 * Moves the threads of this process that look at images to the idle class of the Linux scheduler: the pool that reads files and
 * decodes, and every thread made since, so that of the network and those of libraries. Answers with how many are in that class then;
 * 0 where the system does not allow it, has no `chrt` (package util-linux), or is not Linux.
 *
 * Why niceness is not enough: it decides how much processor time a thread gets, not when it gives it back. A normal thread that
 * wakes up waits for the end of the nice one's slice, up to a tick of 4 ms; an idle one makes way at once. The first thread and
 * V8's own, for which the first one waits, stay as they are: `/metrics` and labels are answered however busy the machine is.
 */
export async function idleThreads(program = "chrt"): Promise<number> {
  const eldest = await eldestOfPool();
  if (eldest === undefined) return 0;
  const younger = readdirSync("/proc/self/task")
    .map(Number)
    .filter((thread) => thread >= eldest);
  await Promise.all(younger.filter((thread) => !isIdle(thread)).map((thread) => setIdle(thread, program)));
  return younger.filter(isIdle).length;
}

/** Threads are numbered as they are made. The call runs in the pool, so the link leads to the one that it ran in. */
async function eldestOfPool(): Promise<number | undefined> {
  const ownThread = promisify(readlink);
  try {
    const seen = await Promise.all(Array.from({ length: LOOKS_AT_POOL }, () => ownThread("/proc/thread-self")));
    return Math.min(...seen.map((path) => Number(path.split("/").at(-1))));
  } catch {
    return undefined; // not Linux
  }
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
