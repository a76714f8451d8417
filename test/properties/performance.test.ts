import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isotonicRegression, readCurve } from "../../src/math/isotonic.ts";
import { leastSquaresOnSimplex } from "../../src/math/simplex.ts";
import { transportCost } from "../../src/math/transport.ts";
import { wilsonInterval } from "../../src/math/wilson.ts";
import { decideLabel, type LabelFacts } from "../../src/performance/label-decision.ts";

const RUNS = { seed: 20_201, numRuns: 200 };
const ratio = fc.double({ min: 0, max: 1, noNaN: true });

const problem = fc.integer({ min: 1, max: 6 }).chain((classes) => {
  const row = fc
    .array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: classes, maxLength: classes })
    .map((values) => values.map((value) => value / values.reduce((sum, other) => sum + other)));
  return fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 12 }), capacities: row });
});

describe("transport", () => {
  it("costs at least what every row would pay where it likes best, and at most 1", () => {
    fc.assert(
      fc.property(problem, ({ rows, capacities }) => {
        const cost = transportCost(rows, capacities);
        const least = rows.reduce((sum, row) => sum + 1 - Math.max(...row), 0) / rows.length;
        expect(cost).toBeGreaterThanOrEqual(least - 1e-9);
        expect(cost).toBeLessThanOrEqual(1 + 1e-9);
      }),
      RUNS,
    );
  });

  it("costs no more than spreading every row alike, and nothing depends on the order of rows or classes", () => {
    fc.assert(
      fc.property(problem, ({ rows, capacities }) => {
        const cost = transportCost(rows, capacities);
        const alike = rows.reduce((sum, row) => sum + 1 - row.reduce((s, p, y) => s + p * capacities[y]!, 0), 0);
        expect(cost).toBeLessThanOrEqual(alike / rows.length + 1e-9);
        const turned = [...rows].reverse().map((row) => [...row].reverse());
        expect(transportCost(turned, [...capacities].reverse())).toBeCloseTo(cost, 9);
      }),
      RUNS,
    );
  });
});

describe("isotonic regression", () => {
  it("ascends and stays between the least and the largest target", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(ratio, ratio), { minLength: 1, maxLength: 40 }), (points) => {
        const curve = isotonicRegression(
          points.map(([x]) => x),
          points.map(([, y]) => y),
        );
        const targets = points.map(([, y]) => y);
        let before = Math.min(...targets) - 1e-12;
        for (let x = 0; x <= 1; x += 0.05) {
          const value = readCurve(curve, x);
          expect(value).toBeGreaterThanOrEqual(before - 1e-12);
          expect(value).toBeLessThanOrEqual(Math.max(...targets) + 1e-12);
          before = value;
        }
      }),
      RUNS,
    );
  });
});

describe("least squares on the simplex", () => {
  it("gives shares", () => {
    const points = fc.array(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(points, (rows) => {
        const inner = (a: readonly number[], b: readonly number[]): number =>
          a.reduce((sum, v, j) => sum + v * b[j]!, 0);
        const gram = rows.map((a) => Float64Array.from(rows, (b) => inner(a, b)));
        const shares = leastSquaresOnSimplex(
          gram,
          rows.map((a) => inner(a, [1, -1, 0.5])),
        );
        for (const share of shares) expect(share).toBeGreaterThanOrEqual(0);
        expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 9);
      }),
      RUNS,
    );
  });
});

describe("the Wilson interval", () => {
  it("holds the share that was seen", () => {
    fc.assert(
      fc.property(ratio, fc.double({ min: 0.1, max: 1e6, noNaN: true }), (share, trials) => {
        const { lower, upper } = wilsonInterval(share, trials);
        expect(lower).toBeLessThanOrEqual(share + 1e-12);
        expect(upper).toBeGreaterThanOrEqual(share - 1e-12);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(upper).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });
});

describe("labels of one prediction, in any order", () => {
  const policy = fc.constantFrom("first" as const, "last" as const);

  it("leave exactly the first or the last one counted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 }),
        policy,
        (labels, onConflict) => {
          const counts = new Map<number, number>();
          let labelledAs: number | undefined;
          for (const classIndex of labels) {
            const prediction = { timeSeconds: 0, ...(labelledAs !== undefined && { labelledAs }) };
            const facts: LabelFacts = { classIndex, prediction, nowSeconds: 1, keepSeconds: 10, onConflict };
            const { count, takeBack } = decideLabel(facts);
            if (takeBack !== undefined) counts.set(takeBack, (counts.get(takeBack) ?? 0) - 1);
            if (count === undefined) continue;
            counts.set(count, (counts.get(count) ?? 0) + 1);
            labelledAs = count;
          }
          const kept = onConflict === "first" ? labels[0] : labels.at(-1);
          expect([...counts].filter(([, sum]) => sum !== 0)).toEqual([[kept, 1]]);
        },
      ),
      RUNS,
    );
  });
});
