import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { band, down, line, spread } from "../../../../src/http/page/chart.ts";
import { linearScale, timeScale } from "../../../../src/http/page/scale.ts";

const label = (y: number) => ({ y, value: "", name: "", className: "" });
const time = timeScale(0, 100);
const value = linearScale(0, 1);

describe("labels of lines", () => {
  it("stay where they are when there is room", () => {
    expect(spread([label(80), label(10)], 100).map(({ y }) => y)).toEqual([10, 80]);
  });

  it("never cover each other and never leave the plot, while it has room for them", () => {
    const places = fc.array(fc.double({ min: 0, max: 180, noNaN: true }), { maxLength: 12 });
    fc.assert(
      fc.property(places, (ys) => {
        const spaced = spread(ys.map(label), 180, 15).map(({ y }) => y);
        expect(spaced).toHaveLength(ys.length);
        for (const [index, y] of spaced.entries()) {
          expect(y).toBeLessThanOrEqual(180.01);
          expect(y).toBeGreaterThanOrEqual(-0.01);
          if (index > 0) expect(y - (spaced[index - 1] as number)).toBeGreaterThanOrEqual(14.98);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe("lines and bands", () => {
  const at = (timeSeconds: number, level: number) => ({
    timeSeconds,
    value: level,
    lower: level - 0.1,
    upper: level + 0.1,
  });

  it("have a path for a line and a dot for a lone point", () => {
    const markup = String(line([[at(0, 0), at(50, 1)], [at(100, 0.5)]], time, value, 100, "realised"));
    expect(markup).toContain('d="M0 100L500 0"');
    expect(markup).toContain('cx="100%" cy="50"');
  });

  it("close the band round the interval", () => {
    expect(String(band([[at(0, 0.5), at(100, 0.5)]], time, value, 100, "realised"))).toContain(
      'd="M0 40L1000 40L1000 60L0 60Z"',
    );
  });

  it("grow downwards in pixels", () => {
    expect([down(value, 0, 100), down(value, 1, 100), down(value, 7, 100)]).toEqual([100, 0, 0]);
  });
});
