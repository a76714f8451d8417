import { describe, expect, it } from "vitest";
import { VisionError } from "../../src/core/errors.ts";
import { createLogger, type LogLevel } from "../../src/log.ts";

function recorded(level: LogLevel = "debug") {
  const lines: Record<string, unknown>[] = [];
  const clock = { seconds: 0, nowSeconds: () => 1_700_000_000, monotonicSeconds: () => clock.seconds };
  const log = createLogger(level, clock, (line) => {
    expect(line).toMatch(/^[^\n]*\n$/);
    lines.push(JSON.parse(line));
  });
  return { log, lines, clock };
}

describe("the log", () => {
  it("writes one JSON object a line", () => {
    const { log, lines } = recorded();
    log.info("listening", { port: 9435, text: "two\nlines" });
    expect(lines).toEqual([
      { time: "2023-11-14T22:13:20.000Z", level: "info", message: "listening", port: 9435, text: "two\nlines" },
    ]);
  });

  it("leaves out what is below its level", () => {
    const { log, lines } = recorded("warn");
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines.map(({ message }) => message)).toEqual(["c", "d"]);
    expect(log.counts).toEqual({ debug: 0, info: 0, warn: 1, error: 1 });
  });

  it("writes the message and the code of an error, not its stack", () => {
    const { log, lines } = recorded();
    log.error("start failed", { fault: new VisionError("PORT_IN_USE", "9435 is taken") });
    expect(lines[0]).toMatchObject({ fault: { error: "9435 is taken", code: "PORT_IN_USE" } });
    expect(JSON.stringify(lines[0])).not.toContain("log.test");
  });

  it("holds back repeats of a message, counts them, and tells how many later", () => {
    const { log, lines, clock } = recorded();
    for (let count = 0; count < 100; count++) log.warn("store failed", { count });
    log.warn("another");
    expect(lines).toHaveLength(6);
    expect(log.counts.warn).toBe(101);
    clock.seconds = 60;
    log.warn("store failed");
    expect(lines.at(-1)).toMatchObject({ message: "store failed", heldBack: 95 });
    log.warn("store failed");
    expect(lines.at(-1)).not.toHaveProperty("heldBack");
  });

  it("keeps the same message at two levels apart", () => {
    const { log, lines } = recorded();
    for (let count = 0; count < 10; count++) log.warn("x");
    log.error("x");
    expect(lines.at(-1)).toMatchObject({ level: "error" });
  });

  it("writes what JSON cannot hold as text instead of throwing", () => {
    const { log, lines } = recorded();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    log.info("odd", { circle, big: 1n });
    expect(lines[0]).toMatchObject({ message: "odd", big: "1" });
  });

  it("forgets which messages it wrote rather than remember thousands", () => {
    const { log, lines } = recorded();
    for (let count = 0; count < 2500; count++) log.info(`message ${count}`);
    expect(lines).toHaveLength(2500);
  });
});
