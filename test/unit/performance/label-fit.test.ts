import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { LabelFit } from "../../../src/performance/estimator.ts";
import { fitLabelFit, type LabelFitState, LabelFitter } from "../../../src/performance/label-fit.ts";
import { type Kind, profileOf, setUp, simulateImages } from "./simulated-predictions.ts";

const { context, calibration } = setUp(simulateImages(1200, seededRandom(1)));
const parts = { projection: context.projection, calibration };
const fitter = new LabelFitter(fitLabelFit(context) as LabelFitState);
const fitOf = (count: number, seed: number, kind: Kind = {}): LabelFit | undefined =>
  fitter.fit(profileOf(simulateImages(count, seededRandom(seed), kind), parts));

describe("the label fit", () => {
  it("says nothing about fewer than five images", () => {
    expect(fitOf(0, 2)).toBeUndefined();
    expect(fitOf(4, 2)).toBeUndefined();
    expect(fitOf(5, 2)).toBeDefined();
  });

  it("cannot be fitted without labels", () => {
    const rest = context.sample.rest.map(({ trueClass: _, ...image }) => image);
    expect(fitLabelFit({ ...context, sample: { ...context.sample, rest } })).toBeUndefined();
  });

  it("finds the shares of the true classes", () => {
    const shares = [0.1, 0.2, 0.1, 0.6];
    const fit = fitOf(2000, 3, { shares }) as LabelFit;
    expect(fit.classShares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 9);
    for (const [y, share] of shares.entries()) expect(Math.abs(fit.classShares[y]! - share)).toBeLessThan(0.06);
  });

  it("is open, with next to nothing left over, when only class shares changed", () => {
    const fit = fitOf(500, 4, { shares: [0.1, 0.2, 0.1, 0.6] }) as LabelFit;
    expect(fit.distancePValue).toBeLessThan(1e-6);
    expect(fit.residual / fit.distance).toBeLessThan(0.15);
    expect(fit.gate).toBe(1);
  });

  it("is shut when the images themselves changed", () => {
    const fit = fitOf(500, 5, { noise: 1.5 }) as LabelFit;
    expect(fit.residualPValue).toBeLessThan(1e-6);
    expect(fit.gate).toBe(0);
  });

  it("is rarely shut without drift", () => {
    let shut = 0;
    for (let seed = 100; seed < 160; seed++) if ((fitOf(100, seed) as LabelFit).gate < 1) shut++;
    expect(shut).toBeLessThanOrEqual(6);
  });

  it("rarely finds a residual when class shares are all that changed", () => {
    let found = 0;
    for (let seed = 200; seed < 240; seed++) {
      if ((fitOf(400, seed, { shares: [0.7, 0.1, 0.1, 0.1] }) as LabelFit).residualPValue < 0.05) found++;
    }
    expect(found).toBeLessThanOrEqual(6);
  });

  it("knows that a class of few reference images is not known well", () => {
    let found = 0;
    for (let seed = 0; seed < 30; seed++) {
      const rare = setUp(simulateImages(300, seededRandom(400 + seed), { shares: [0.06, 0.3, 0.32, 0.32] }));
      const window = profileOf(simulateImages(300, seededRandom(500 + seed), { shares: [0.94, 0.02, 0.02, 0.02] }), {
        projection: rare.context.projection,
        calibration: rare.calibration,
      });
      const fit = new LabelFitter(fitLabelFit(rare.context) as LabelFitState).fit(window) as LabelFit;
      if (fit.residualPValue < 0.01) found++;
    }
    expect(found).toBeLessThanOrEqual(3);
  });

  it("gives no share to a class without reference images", () => {
    const rest = context.sample.rest.map((image) => (image.trueClass === 2 ? { ...image, trueClass: 1 } : image));
    const without = new LabelFitter(fitLabelFit({ ...context, sample: { ...context.sample, rest } }) as LabelFitState);
    const fit = without.fit(profileOf(simulateImages(200, seededRandom(6)), parts)) as LabelFit;
    expect(fit.classShares[2]).toBe(0);
    expect(Number.isFinite(fit.residual)).toBe(true);
  });

  it("ignores a window of another projection", () => {
    const other = setUp(simulateImages(60, seededRandom(7)));
    const window = profileOf(simulateImages(50, seededRandom(8)), {
      projection: other.context.projection,
      calibration: other.calibration,
    });
    expect(other.context.projection.componentCount).not.toBe(context.projection.componentCount);
    expect(fitter.fit(window)).toBeUndefined();
  });

  it("reads the state of an earlier version, in which every class had a column", () => {
    const { columnOf: _, shareWithin: __, ...earlier } = fitLabelFit(context) as LabelFitState;
    const window = profileOf(simulateImages(300, seededRandom(8)), parts);
    expect(new LabelFitter(earlier).fit(window)).toEqual(fitter.fit(window));
  });

  it("leaves the shares inside a column as on the reference", () => {
    const rest = context.sample.rest.map((image) => ({ ...image, trueClass: image.trueClass === 0 ? 0 : 1 }));
    const few = rest.map((image, row) => (row < 9 ? { ...image, trueClass: row < 3 ? 2 : 3 } : image));
    const state = fitLabelFit({ ...context, sample: { ...context.sample, rest: few } }) as LabelFitState;
    expect(state.classImages).toHaveLength(3);
    const { classShares } = new LabelFitter(state).fit(
      profileOf(simulateImages(300, seededRandom(8)), parts),
    ) as LabelFit;
    expect(classShares[3]).toBeCloseTo(2 * classShares[2]!, 9);
    expect(classShares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 9);
  });
});
