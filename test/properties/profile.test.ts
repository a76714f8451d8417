import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkLog } from "../../src/profile/chunk-log.ts";
import { Profile, type RecordedPrediction } from "../../src/profile/profile.ts";

const SHAPE = { statistics: ["s"], classCount: 3, components: 1 };
const TOLERANCE = 1e-9;
const SLOW = { numRuns: 40 };

fc.configureGlobal({ seed: 20_261_124 });

interface Event {
  readonly key: number;
  readonly timeSeconds: number;
  readonly weight: number;
  readonly classIndex: number;
  readonly trueClass: number | null;
  readonly value: number;
}

const event = fc.record<Event>({
  key: fc.nat(),
  timeSeconds: fc.integer({ min: 0, max: 5_000 }),
  weight: fc.double({ min: 1, max: 20, noNaN: true }),
  classIndex: fc.integer({ min: 0, max: 3 }),
  trueClass: fc.option(fc.integer({ min: 0, max: 2 })),
  value: fc.double({ min: 0, max: 1, noNaN: true }),
});
const events = fc.array(event, { maxLength: 60 });

function predictionOf({ key, timeSeconds, weight, classIndex, value }: Event): RecordedPrediction {
  const outcome = { classIndex, confidence: value, probabilities: Float64Array.of(value, 1 - value, 0) };
  return { id: `${key}`, timeSeconds, weight, outcome, calibratedConfidence: value };
}

function record(profile: Profile, one: Event): void {
  const prediction = predictionOf(one);
  const { timeSeconds, weight, value } = one;
  profile.recordPrediction(prediction);
  profile.recordImage(
    {
      ids: [],
      timeSeconds,
      weight,
      statistics: Float64Array.of(value),
      embedding: new Float32Array(1),
      outcome: prediction.outcome,
    },
    {
      components: Float64Array.of(value),
      bins: Uint8Array.of(Math.floor(value * 7.99)),
      energy: value,
      reconstructionError: value,
    },
    value > 0.9,
  );
  if (one.trueClass !== null) profile.recordLabel(prediction, one.trueClass, 1);
}

function profileOf(recorded: readonly Event[]): Profile {
  const profile = new Profile(SHAPE);
  for (const one of recorded) record(profile, one);
  return profile;
}

function merged(...profiles: readonly Profile[]): Profile {
  const sum = new Profile(SHAPE);
  for (const profile of profiles) sum.merge(profile);
  return sum;
}

/** Every number of a profile that is a sum, and so has to be the same whatever the way to it. */
function sumsOf({ predictions, images, labels, firstSeconds, lastSeconds }: Profile): number[] {
  const { strata } = predictions;
  const embeddings = [...images.embeddingByClass.entries()].sort(([a], [b]) => a - b);
  return [
    ...[predictions.count, predictions.weight, predictions.weightSquares, ...predictions.classWeights],
    ...[predictions.calibratedCount, predictions.calibratedSum, predictions.calibratedVarianceSum],
    ...[...strata.weight, ...strata.calibrated, ...strata.labelled, ...strata.correct, predictions.confidence.count],
    ...[images.count, images.weight, images.weightSquares, images.unusualCount, images.reconstructionMoments.mean],
    ...[...images.embedding.components, ...images.embedding.atMost, images.embedding.energy],
    ...embeddings.flatMap(([k, sums]) => [k, ...sums.components, ...sums.atMost, sums.energy, sums.weightSquares]),
    ...[labels.count, labels.correctCount, labels.weight, labels.correct, labels.estimated, labels.estimatedVariance],
    ...labels.cells().flatMap(({ trueClass, predictedClass, count }) => [trueClass, predictedClass, count]),
    ...[firstSeconds, lastSeconds],
  ];
}

function expectSame(a: Profile, b: Profile): void {
  const [left, right] = [sumsOf(a), sumsOf(b)];
  expect(left).toHaveLength(right.length);
  for (const [i, value] of left.entries()) {
    if (Number.isNaN(value)) expect(right[i]).toBeNaN();
    else expect(Math.abs(value - right[i]!)).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(value)));
  }
}

describe("profiles of any traffic", () => {
  it("merge to the profile of all of it", () => {
    fc.assert(
      fc.property(events, events, (a, b) => expectSame(merged(profileOf(a), profileOf(b)), profileOf([...a, ...b]))),
    );
  });

  it("merge in any order", () => {
    fc.assert(
      fc.property(events, events, (a, b) =>
        expectSame(merged(profileOf(a), profileOf(b)), merged(profileOf(b), profileOf(a))),
      ),
    );
  });

  it("merge in any grouping", () => {
    fc.assert(
      fc.property(events, events, events, (...parts) => {
        const [a, b, c] = parts.map(profileOf) as [Profile, Profile, Profile];
        expectSame(merged(merged(a, b), c), merged(a, merged(b, c)));
      }),
    );
  });

  it("keep the same sample of rows in any order of merging", () => {
    fc.assert(
      fc.property(fc.uniqueArray(event, { selector: ({ key }) => key, maxLength: 40 }), fc.nat(40), (all, cut) => {
        const parts = [profileOf(all.slice(0, cut)), profileOf(all.slice(cut))] as const;
        const forward = merged(...parts).predictions.rows;
        expect(merged(parts[1], parts[0]).predictions.rows.toState()).toEqual(forward.toState());
        expect(profileOf(all).predictions.rows.toState()).toEqual(forward.toState());
      }),
    );
  });

  it("are as before once every label was taken back, in any order", () => {
    fc.assert(
      fc.property(events, fc.array(event, { maxLength: 20 }), (before, corrected) => {
        const profile = profileOf(before);
        const label = (one: Event, sign: 1 | -1): void =>
          profile.recordLabel(predictionOf(one), one.trueClass ?? 0, sign);
        for (const one of corrected) label(one, 1);
        for (const one of corrected) label(one, -1);
        expectSame(profile, profileOf(before));
      }),
    );
  });

  it("come back from their state with every sum", () => {
    fc.assert(fc.property(events, (all) => expectSame(Profile.fromState(profileOf(all).toState()), profileOf(all))));
  });
});

describe("a chunk log of any traffic", () => {
  const CHUNK = 60;
  const LAST = 5_000;

  const logOf = (all: readonly Event[], tick: number): ChunkLog => {
    const log = new ChunkLog({ shape: SHAPE, chunkSeconds: CHUNK, chunkImages: 1_000, retentionSeconds: 100_000 });
    let next = 0;
    for (const one of [...all].sort((a, b) => a.timeSeconds - b.timeSeconds)) {
      for (; next <= one.timeSeconds; next += tick) log.advance(next);
      record(log.live(one.timeSeconds), one);
    }
    for (; next <= LAST; next += tick) log.advance(next);
    return log;
  };
  const tick = fc.integer({ min: 1, max: 50 });

  it("has windows that hold all that is surely inside and nothing that is surely outside", () => {
    fc.assert(
      fc.property(events, tick, fc.integer({ min: CHUNK, max: LAST }), (all, every, durationSeconds) => {
        const window = logOf(all, every).window({ name: "w", durationSeconds }, LAST);
        const slack = Math.max(CHUNK, durationSeconds / 8) / 2;
        const count = (seconds: number): number => all.filter(({ timeSeconds }) => timeSeconds > LAST - seconds).length;
        expect(window.predictions.count).toBeGreaterThanOrEqual(count(durationSeconds - slack));
        expect(window.predictions.count).toBeLessThanOrEqual(count(durationSeconds + slack));
      }),
      SLOW,
    );
  });

  it("loses nothing and counts nothing twice, whatever ages into what", () => {
    fc.assert(
      fc.property(events, tick, (all, every) => {
        expectSame(logOf(all, every).window({ name: "all", durationSeconds: 1e9 }, LAST), profileOf(all));
      }),
      SLOW,
    );
  });

  it("is as exact for events that come in any order", () => {
    fc.assert(
      fc.property(events, (all) => {
        const log = new ChunkLog({ shape: SHAPE, chunkSeconds: CHUNK, chunkImages: 20, retentionSeconds: 100_000 });
        for (const one of all) {
          record(log.live(one.timeSeconds), one);
          log.advance(one.timeSeconds);
        }
        expectSame(log.window({ name: "all", durationSeconds: 1e9 }, LAST), profileOf(all));
      }),
    );
  });

  it("goes on after a restart as if there had been none", () => {
    fc.assert(
      fc.property(events, tick, event, (all, every, late) => {
        const log = logOf(all, every);
        const again = new ChunkLog({
          shape: SHAPE,
          chunkSeconds: CHUNK,
          chunkImages: 1_000,
          retentionSeconds: 100_000,
        });
        again.restore(log.toState());
        for (const each of [log, again]) record(each.live(late.timeSeconds), late);
        for (const durationSeconds of [CHUNK, 600, LAST]) {
          const spec = { name: `${durationSeconds}`, durationSeconds };
          expectSame(again.window(spec, LAST), log.window(spec, LAST));
        }
      }),
      SLOW,
    );
  });
});
