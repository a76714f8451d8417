import { getPriority } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { type ChildExit, type SuperviseOptions, Supervisor } from "../../../src/tap/supervise.ts";
import { eventually } from "../../eventually.ts";
import { steadyClock } from "./fixtures.ts";

const running: Supervisor[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((supervisor) => supervisor.stop()));
});

function supervise(script: string, changes: Partial<SuperviseOptions> = {}, clock = steadyClock) {
  const exits: ChildExit[] = [];
  const options: SuperviseOptions = {
    argv: [process.execPath, "-e", script],
    killSeconds: 5,
    backoffSeconds: { first: 0.01, longest: 0.04 },
    onExit: (exit) => exits.push(exit),
    ...changes,
  };
  const supervisor = new Supervisor(options, clock);
  supervisor.start();
  running.push(supervisor);
  return { supervisor, exits };
}

const STAY = "setInterval(() => {}, 1000)";

describe("the supervisor", () => {
  it("restarts a child that ends, and waits twice as long each time up to the longest", async () => {
    const { exits, supervisor } = supervise("process.exit(3)");
    await eventually(() => expect(exits.length).toBeGreaterThanOrEqual(4));
    expect(exits.slice(0, 4).map(({ restartSeconds }) => restartSeconds)).toEqual([0.01, 0.02, 0.04, 0.04]);
    expect(exits[0]).toMatchObject({ code: 3, signal: null });
    expect(supervisor.restarts).toBeGreaterThanOrEqual(3);
  });

  it("lowers the priority of every child it starts, and of no other process", async () => {
    const own = getPriority();
    const { exits } = supervise("process.exit(os.getPriority())", { niceness: 19 });
    await eventually(() => expect(exits.length).toBeGreaterThanOrEqual(2));
    expect(exits.slice(0, 2).map(({ code }) => code)).toEqual([19, 19]);
    expect(getPriority()).toBe(own);
  });

  it("leaves the priority of a child as it is unless told otherwise", async () => {
    const { exits } = supervise("process.exit(os.getPriority())");
    await eventually(() => expect(exits.length).toBeGreaterThanOrEqual(1));
    expect(exits[0]?.code).toBe(getPriority());
  });

  it("gives a child variables of its environment that this process does not have, and no others", async () => {
    const env = { CODE_OF_TEST: "7", PATH: "" };
    const { exits } = supervise('process.exit(process.env.PATH === "" ? 1 : Number(process.env.CODE_OF_TEST))', {
      env,
    });
    await eventually(() => expect(exits.length).toBeGreaterThanOrEqual(1));
    expect(exits[0]?.code).toBe(7);
  });

  it("waits the first time again after a child that stayed up", async () => {
    const { exits } = supervise("process.exit(0)", { steadySeconds: 0 });
    await eventually(() => expect(exits.length).toBeGreaterThanOrEqual(3));
    expect(exits.slice(0, 3).map(({ restartSeconds }) => restartSeconds)).toEqual([0.01, 0.01, 0.01]);
  });

  it("restarts a child that was killed", async () => {
    const { supervisor, exits } = supervise(STAY);
    const first = supervisor.pid as number;
    process.kill(first, "SIGKILL");
    await eventually(() => expect(supervisor.pid ?? first).not.toBe(first));
    expect(exits[0]).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("keeps trying when the program cannot be started", async () => {
    const { exits } = supervise("", { argv: ["/nowhere/vision-exporter"] });
    await eventually(() => expect(exits.length).toBeGreaterThanOrEqual(2));
  });

  it("asks the child to end, and does not restart it", async () => {
    const { supervisor, exits } = supervise(STAY);
    await supervisor.stop();
    await supervisor.stop();
    expect(supervisor.pid).toBeUndefined();
    expect(exits).toEqual([]);
  });

  it("kills a child that does not end in time", async () => {
    const { supervisor } = supervise(`process.on("SIGTERM", () => {}); ${STAY}`, { killSeconds: 0.2 });
    const pid = supervisor.pid as number;
    await supervisor.stop();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("starts nothing more when it is stopped between two attempts", async () => {
    const { supervisor, exits } = supervise("process.exit(1)", { backoffSeconds: { first: 60, longest: 60 } });
    await eventually(() => expect(exits).toHaveLength(1));
    await supervisor.stop();
    expect(supervisor.pid).toBeUndefined();
    expect(supervisor.restarts).toBe(0);
  });
});
