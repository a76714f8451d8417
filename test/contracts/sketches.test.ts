import { describe, expect, it } from "vitest";
import { decodePlain, encodePlain, type PlainState } from "../../src/core/codec.ts";
import { seededRandom } from "../../src/core/random.ts";
import { CountTable } from "../../src/sketch/count-table.ts";
import { EmbeddingSums } from "../../src/sketch/embedding-sums.ts";
import { Moments } from "../../src/sketch/moments.ts";
import { QuantileSketch } from "../../src/sketch/quantiles.ts";
import { Reservoir } from "../../src/sketch/reservoir.ts";

/** A sketch seen through what every one of them can do. */
interface Kind {
  readonly name: string;
  create(): unknown;
  update(sketch: unknown, item: number): void;
  merge(sketch: unknown, other: unknown): void;
  toState(sketch: unknown): { readonly version: number };
  fromState(state: unknown): unknown;
  /** Numbers that two equal sketches agree on. */
  read(sketch: unknown): number[];
  /** How far two ways to the same sketch may be apart. */
  readonly tolerance: number;
}

function kind<T extends { merge(other: T): void; toState(): { readonly version: number } }>(
  name: string,
  create: () => T,
  fromState: (state: never) => T,
  update: (sketch: T, item: number) => void,
  read: (sketch: T) => number[],
  tolerance = 1e-9,
): Kind {
  return {
    name,
    create,
    update: (sketch, item) => update(sketch as T, item),
    merge: (sketch, other) => (sketch as T).merge(other as T),
    toState: (sketch) => (sketch as T).toState(),
    fromState: (state) => fromState(state as never),
    read: (sketch) => read(sketch as T),
    tolerance,
  };
}

const KINDS: readonly Kind[] = [
  kind(
    "QuantileSketch",
    () => new QuantileSketch(),
    QuantileSketch.fromState,
    (sketch, item) => sketch.update(item),
    (sketch) => [
      sketch.count,
      ...[0.01, 0.1, 0.5, 0.9, 0.99].map((q) => (sketch.count === 0 ? 0 : sketch.quantile(q))),
    ],
    0.03,
  ),
  kind(
    "Moments",
    () => new Moments(),
    Moments.fromState,
    (sketch, item) => sketch.update(item),
    (sketch) => [sketch.weight, sketch.mean, sketch.variance],
  ),
  kind(
    "Reservoir",
    () => new Reservoir(20, 1),
    Reservoir.fromState,
    (sketch, item) => sketch.offer(item, [item], 3),
    (sketch) => [...sketch.tags(), ...sketch.rows().map((row) => row[0]!)],
  ),
  kind(
    "EmbeddingSums",
    () => new EmbeddingSums(1),
    EmbeddingSums.fromState,
    (sketch, item) =>
      sketch.update({ components: Float64Array.of(item), bins: Uint8Array.of(Math.floor(item * 8)), energy: item }, 2),
    (sketch) => [sketch.weight, sketch.weightSquares, sketch.energy, ...sketch.components, ...sketch.atMost],
  ),
  kind(
    "CountTable",
    () => new CountTable(),
    CountTable.fromState,
    (sketch, item) => sketch.update(Math.floor(item * 9)),
    (sketch) => sketch.entries().flat(),
  ),
];

const items = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe.each(KINDS)("$name", ({ create, update, merge, toState, fromState, read, tolerance }) => {
  const filled = (values: readonly number[]): unknown => {
    const sketch = create();
    for (const value of values) update(sketch, value);
    return sketch;
  };
  const close = (a: unknown, b: unknown): void => {
    const [left, right] = [read(a), read(b)];
    expect(left).toHaveLength(right.length);
    for (const [index, value] of left.entries()) {
      if (Number.isNaN(value)) expect(right[index]).toBeNaN();
      else expect(Math.abs(value - right[index]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
    }
  };

  it.each([0, 1, 2, 500])("is the same after a merge of two halves as after all of %i items", (count) => {
    const values = items(1, count);
    const merged = filled(values.slice(0, count / 2));
    merge(merged, filled(values.slice(count / 2)));
    close(merged, filled(values));
  });

  it("is unchanged by a merge with an empty one, and an empty one becomes the other", () => {
    const values = items(2, 40);
    const sketch = filled(values);
    merge(sketch, create());
    close(sketch, filled(values));
    const empty = create();
    merge(empty, filled(values));
    close(empty, filled(values));
  });

  it("does not change what is merged into it", () => {
    const other = filled(items(3, 50));
    const before = read(other);
    const sketch = filled(items(4, 50));
    merge(sketch, other);
    for (const value of items(5, 50)) update(sketch, value);
    expect(read(other)).toEqual(before);
  });

  it("does not depend on the order of merges", () => {
    const parts = [6, 7, 8].map((seed) => filled(items(seed, 60)));
    const forward = create();
    const backward = create();
    for (const part of parts) merge(forward, part);
    for (const part of [...parts].reverse()) merge(backward, part);
    close(forward, backward);
  });

  it.each([0, 1, 300])("comes back from its state with %i items, through bytes, and can go on", (count) => {
    const sketch = filled(items(9, count));
    const restored = fromState(decodePlain(encodePlain(toState(sketch) as unknown as PlainState)));
    expect(read(restored)).toEqual(read(sketch));
    for (const value of items(10, 20)) {
      update(sketch, value);
      update(restored, value);
    }
    close(restored, sketch);
  });

  it("refuses a state of another version", () => {
    expect(() => fromState({ ...toState(create()), version: 2 })).toThrow(/version 2/);
  });
});
