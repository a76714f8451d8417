import { describe, expect, it } from "vitest";
import { CircuitBreaker } from "../../../src/state/circuit-breaker.ts";

function breaker(chance = 0): { readonly clock: { now: number }; readonly circuit: CircuitBreaker } {
  const clock = { now: 0 };
  return { clock, circuit: new CircuitBreaker(() => clock.now, { next: () => chance }) };
}

function fail(circuit: CircuitBreaker, times: number): void {
  for (let n = 0; n < times; n++) circuit.failed();
}

describe("a circuit breaker", () => {
  it("lets everything through at first, and while failures are not in a row", () => {
    const { circuit } = breaker();
    for (let round = 0; round < 10; round++) {
      fail(circuit, 4);
      expect(circuit.allows()).toBe(true);
      circuit.succeeded();
    }
  });

  it("lets one attempt through after each pause of 1, 2, 4 … at most 30 seconds", () => {
    const { circuit, clock } = breaker();
    fail(circuit, 5);
    const attempts: number[] = [];
    for (; clock.now < 130; clock.now += 0.5) {
      if (!circuit.allows()) continue;
      attempts.push(clock.now);
      circuit.failed();
    }
    expect(attempts).toEqual([1, 3, 7, 15, 31, 61, 91, 121]);
  });

  it("shortens a pause by chance, by up to half", () => {
    const { circuit, clock } = breaker(0.999);
    fail(circuit, 5);
    clock.now = 0.49;
    expect(circuit.allows()).toBe(false);
    clock.now = 0.51;
    expect(circuit.allows()).toBe(true);
  });

  it("lets everything through again after one success, and pauses briefly the next time", () => {
    const { circuit, clock } = breaker();
    fail(circuit, 5);
    clock.now = 1;
    expect([circuit.allows(), circuit.allows(), circuit.trusting]).toEqual([true, false, false]);
    circuit.succeeded();
    expect([circuit.allows(), circuit.trusting]).toEqual([true, true]);
    fail(circuit, 5);
    clock.now = 2;
    expect(circuit.allows()).toBe(true);
  });
});
