import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const MODULE = join(import.meta.dirname, "../../dist/src/strain/idle-threads.js");

/** Name of the scheduling class of each thread, in the order in which they were made, after moving them in a process of its own. */
function classesAfter(program: string): { readonly answers: readonly number[]; readonly classes: readonly string[] } {
  const script = `
    import { execFileSync } from "node:child_process";
    import { readdirSync } from "node:fs";
    import { idleThreads } from ${JSON.stringify(MODULE)};
    const answers = [];
    for (let time = 0; time < 5; time++) answers.push(await idleThreads(${JSON.stringify(program)}));
    const threads = readdirSync("/proc/self/task").map(Number).sort((a, b) => a - b);
    const classOf = (thread) => /SCHED_\\w+/.exec(execFileSync("chrt", ["--pid", String(thread)], { encoding: "utf8" }))[0];
    console.log(JSON.stringify({ answers, classes: threads.map(classOf) }));`;
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      env: { ...process.env, UV_THREADPOOL_SIZE: "3" },
    }),
  );
}

describe("threads in the idle class", () => {
  it("are those of the pool and none of V8's or the first, however often they are moved", () => {
    const { answers, classes } = classesAfter("chrt");
    expect(answers.at(-1)).toBe(3);
    expect(classes.length).toBeGreaterThan(3 + 1 + 4);
    expect(classes.slice(-3)).toEqual(["SCHED_IDLE", "SCHED_IDLE", "SCHED_IDLE"]);
    expect(new Set(classes.slice(0, -3))).toEqual(new Set(["SCHED_OTHER"]));
  });

  it("are none without the program that moves them, and nothing fails", () => {
    const { answers, classes } = classesAfter("/no/such/program");
    expect(answers).toEqual([0, 0, 0, 0, 0]);
    expect(new Set(classes)).toEqual(new Set(["SCHED_OTHER"]));
  });
});
