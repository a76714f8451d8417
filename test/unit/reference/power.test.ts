import { beforeAll, describe, expect, it } from "vitest";
import { syntheticArtefact } from "../../../bench/synthetic.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { Projection } from "../../../src/profile/projection.ts";
import type { Artefact } from "../../../src/reference/artefact.ts";
import { type Step, searchSmallest, smallestOf } from "../../../src/reference/power.ts";
import { draw, rowsOf, Trial } from "../../../src/reference/resampling.ts";
import type { ReferenceRow } from "../../../src/reference/rows.ts";
import { findUnseenClasses } from "../../../src/reference/unseen-class.ts";

const CLASSES = ["a", "b", "c"];
let artefact: Artefact;
let rows: readonly ReferenceRow[];
let projection: Projection;
const names = (): { classes: readonly string[]; statistics: readonly string[] } => ({
  classes: CLASSES,
  statistics: artefact.recipe.statistics,
});

beforeAll(() => {
  artefact = syntheticArtefact(400, { classes: CLASSES, dimensions: 24 }, 3);
  rows = rowsOf(artefact);
  projection = Projection.fromState(artefact.projection);
}, 60_000);

describe("the smallest strength that is found", () => {
  it("is unknown when nothing was tried", () => {
    expect(smallestOf([], 50)).toEqual({ windowImages: 50, atMost: false, strongestTried: 0 });
  });

  it("is above the strongest that was tried when that is missed", () => {
    const { strength, strongestTried } = smallestOf([{ strength: 2, ratio: 0.5 }], 50);
    expect([strength, strongestTried]).toEqual([undefined, 2]);
  });

  it("is at most the weakest when that is found already", () => {
    const smallest = smallestOf([{ strength: 2, ratio: 0.95, foundBy: "x all" }], 50);
    expect(smallest).toMatchObject({ strength: 2, atMost: true, foundBy: "x all" });
  });

  it("lies between the last that is missed and the first that is found", () => {
    const tried = [
      { strength: 4, ratio: 0.5 },
      { strength: 8, ratio: 1 },
    ];
    expect(smallestOf(tried, 50).strength).toBeCloseTo(6.964, 3);
  });
});

describe("searching strengths", () => {
  /** `strength` standard deviations more of the first statistic. */
  function steps(trial: Trial, tested: readonly ReferenceRow[]): Step[] {
    const random = seededRandom(8);
    return [0.5, 1, 2, 4].map((strength) => {
      const moved = tested.map(({ image, projected }) => {
        const statistics = image.statistics.map((value, index) => (index === 0 ? value + strength : value));
        return trial.reproject({ image: { ...image, statistics }, projected });
      });
      return { strength, mostImages: moved.length, drawWindow: (images) => draw(moved, images, random) };
    });
  }

  it("finds less the larger the window, and names what moved", () => {
    const trial = new Trial(rows.slice(0, 100), projection, names(), { estimate: false });
    const found = searchSmallest(trial, steps(trial, rows.slice(100)), [10, 50], 1e-4);
    const [small, large] = found.map(({ strength }) => strength as number);
    expect(large).toBeLessThan(0.75 * (small as number));
    expect(large).toBeGreaterThan(0.5);
    expect(found[1]?.foundBy).toBe("kolmogorov_smirnov brightness");
  }, 120_000);
});

describe("a class that the reference does not know", () => {
  it("is found at a smaller share the further it lies from the others", () => {
    const far = rows.map(({ image, projected }): ReferenceRow => {
      const step = image.trueClass === 0 ? 6 : 0;
      const components = projected.components.map((z, j) => (j < 3 ? z + step : z));
      return { image, projected: projection.complete(components, projected.reconstructionError + step) };
    });
    const options = { names: names(), sizes: [30], level: 1e-4, random: seededRandom(4), onProgress: () => {} };
    const classes = new Map(findUnseenClasses(far, projection, options).map((entry) => [entry.className, entry]));
    expect([...classes.keys()].sort()).toEqual(CLASSES);
    const [far30, near30] = ["a", "b"].map((name) => classes.get(name)?.smallest[0]?.strength ?? 1);
    expect(far30).toBeLessThan(0.5);
    expect(near30).toBeGreaterThan(far30 as number);
  }, 120_000);

  it("is left out of the report when it has too few images", () => {
    const options = { names: names(), sizes: [10], level: 0.01, random: seededRandom(4), onProgress: () => {} };
    expect(findUnseenClasses(rows.slice(0, 12), projection, options)).toEqual([]);
  });
});
