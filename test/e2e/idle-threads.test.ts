import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const MODULE = join(import.meta.dirname, "../../dist/src/strain/idle-threads.js");
/** The next thread gets the number after it; root may set it. */
const LAST_NUMBER = "/proc/sys/kernel/ns_last_pid";
/** The numbers of threads end before it and begin anew. */
const NUMBERS = "/proc/sys/kernel/pid_max";

/** What each move answers, until `enough`, and the scheduling class of each thread then, by age, in a process of its own. */
function classesAfter(
  program: string,
  enough: string,
): { readonly answers: readonly number[]; readonly classes: readonly string[] } {
  const script = `
    import { execFileSync } from "node:child_process";
    import { IdleThreads } from ${JSON.stringify(MODULE)};
    const threads = new IdleThreads(${JSON.stringify(program)});
    const answers = [];
    do answers.push(await threads.move()); while (!(${enough}) && answers.length < 100);
    const shown = execFileSync("chrt", ["--all-tasks", "--pid", String(process.pid)], { encoding: "utf8" });
    console.log(JSON.stringify({ answers, classes: shown.match(/SCHED_\\w+/g) }));`;
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      env: { ...process.env, UV_THREADPOOL_SIZE: "3" },
    }),
  );
}

function expectOnlyThePoolIdle(classes: readonly string[]): void {
  expect(classes.length).toBeGreaterThan(3 + 1 + 4);
  expect(classes.slice(-3)).toEqual(["SCHED_IDLE", "SCHED_IDLE", "SCHED_IDLE"]);
  expect(classes.slice(0, -3)).not.toContain("SCHED_IDLE");
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

describe("threads in the idle class", () => {
  it("are those of the pool and none of V8's or the first, however often they are moved", () => {
    const { answers, classes } = classesAfter("chrt", "answers.at(-5) === 3");
    expect(answers.slice(-5)).toEqual([3, 3, 3, 3, 3]);
    expectOnlyThePoolIdle(classes);
  });

  it.runIf(mayWrite(LAST_NUMBER))("are the same where the numbers of threads begin anew among V8's", () => {
    const end = Number(readFileSync(NUMBERS, "utf8"));
    writeFileSync(LAST_NUMBER, String(end - 5));
    expectOnlyThePoolIdle(classesAfter("chrt", "answers.at(-1) === 3").classes);
  });

  it("are none without the program that moves them, and nothing fails", () => {
    const { answers, classes } = classesAfter("/no/such/program", "answers.length === 5");
    expect(answers).toEqual([0, 0, 0, 0, 0]);
    expect(classes).not.toContain("SCHED_IDLE");
  });
});
