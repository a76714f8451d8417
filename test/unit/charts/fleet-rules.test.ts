import { beforeAll, describe, expect, it } from "vitest";
import { readByRules } from "../../../bench/operations/rule-replay.ts";
import { SeriesLog } from "../../../bench/operations/series-log.ts";
import { SimulatedReplica } from "../../../bench/operations/simulated-replica.ts";
import { syntheticArtefact, syntheticImage } from "../../../bench/synthetic.ts";
import type { LifetimeCounters } from "../../../src/core/counters.ts";
import type { ReferenceImage } from "../../../src/core/features.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { restoreReference } from "../../../src/reference/load.ts";
import { MemoryStore } from "../../../src/state/memory.ts";
import { checkRecording } from "./promtool.ts";
import { jensenShannon, kolmogorovSmirnov, normalOf, psi, smoothed, sum, tableChi2, wilson } from "./quantities.ts";

/**
 * Three replicas as Prometheus sees them, written by our own exposition: one is restarted and misses a scrape, one joins late. One process
 * takes all their images of the same hour. What the rules record for the three is what the counters of the one give.
 */
const SYNTHETIC = { classes: ["good", "bent", "scratched", "dirty"], dimensions: 24 };
const [WINDOW_START, END] = [10, 70];
const RESTART = 30;
/** Images of the second replica are sampled 1 in 2; the third comes later. */
const PODS = [
  { pod: 0, weight: 1, start: 0 },
  { pod: 1, weight: 2, start: 0 },
  { pod: 2, weight: 1, start: 25 },
] as const;

let series: Readonly<Record<string, string>>;
let one: LifetimeCounters;

class Fleet {
  readonly #random = seededRandom(7);
  readonly #reference = restoreReference("0123456789ab", syntheticArtefact(400, SYNTHETIC, 1));
  readonly #replicas = PODS.map(() => this.#start());
  #unlabelled: { readonly pod: number; readonly image: ReferenceImage }[] = [];
  readonly single: SimulatedReplica = this.#start();
  readonly logs: readonly SeriesLog[] = PODS.map(
    ({ pod }) => new SeriesLog({ namespace: "a", job: "vision", instance: `${pod}` }, readByRules),
  );

  #start(): SimulatedReplica {
    return new SimulatedReplica({
      model: "parts",
      modelVersion: "7",
      classes: SYNTHETIC.classes,
      reference: this.#reference,
      accuracyFloorRatio: 0.8,
      store: new MemoryStore({ maxKeys: 10_000 }),
    });
  }

  /** What a replica sees in the minute before its scrape. */
  async see({ pod, weight }: (typeof PODS)[number], minute: number): Promise<void> {
    for (let n = 0; n < 4 + pod; n++) {
      const drawn = syntheticImage(`${pod}-${minute}-${n}`, SYNTHETIC, this.#random);
      // A little drift, so that nothing is 0.
      const statistics = drawn.statistics.map((value, index) => (index === 0 ? value + 0.3 : value));
      const image = { ...drawn, statistics, timeSeconds: minute * 60 - 30, weight };
      await this.#replicas[pod]?.take(image);
      if (minute <= WINDOW_START) continue;
      await this.single.take(image);
      this.#unlabelled.push({ pod, image });
    }
  }

  async scrape({ pod }: (typeof PODS)[number], minute: number): Promise<void> {
    this.logs[pod]?.scraped(minute, await (this.#replicas[pod] as SimulatedReplica).scrape());
  }

  async label(minute: number): Promise<void> {
    for (const { pod, image } of this.#unlabelled.splice(0, 3)) {
      const name = SYNTHETIC.classes[image.trueClass as number] as string;
      const [id] = image.ids as [string];
      await this.#replicas[pod]?.label(id, name, minute * 60);
      await this.single.label(id, name, minute * 60);
    }
  }

  /** Right behind a scrape, so that nothing is lost but the predictions that waited for labels. */
  restart(pod: number): void {
    this.#replicas[pod] = this.#start();
    this.#unlabelled = this.#unlabelled.filter((waiting) => waiting.pod !== pod);
  }
}

beforeAll(async () => {
  const fleet = new Fleet();
  for (let minute = 0; minute <= END; minute++) {
    for (const pod of PODS) {
      if (minute === RESTART + 1 && pod.pod === 1) {
        fleet.logs[1]?.failed(minute);
        continue;
      }
      if (minute > pod.start) await fleet.see(pod, minute);
      if (minute >= pod.start) await fleet.scrape(pod, minute);
    }
    if (minute === RESTART) fleet.restart(1);
    else if (minute > WINDOW_START && minute < END) await fleet.label(minute);
  }
  series = Object.fromEntries(fleet.logs.flatMap((log) => log.input()).map((input) => [input.series, input.values]));
  one = fleet.single.monitor.counters();
}, 120_000);

type Expected = Readonly<Record<string, number>>;

/** As the rules count: the number of images that matters, and counts on that scale. */
const scale = (): number => one.images / one.imageWeightSquares;

function images(): Expected {
  const n = one.images * scale();
  const ratio = one.driftingImages / one.images;
  return {
    "model_reference:vision_images:count": n,
    "model_reference:vision_drifting_images:ratio": ratio,
    "model_reference:vision_drifting_images:z": (ratio - 0.01) / Math.sqrt((0.01 * 0.99) / n),
  };
}

function statistics(): Expected {
  const [{ counts, referenceCounts: r }] = one.statisticBins as [LifetimeCounters["statisticBins"][number]];
  const c = counts.map((count) => count * scale());
  const [p, q] = [smoothed(c), smoothed(r)];
  const noise = 1 / sum(c) + 1 / sum(r);
  return {
    "model_reference_statistic:vision_image_statistic:psi": psi(p, q),
    "model_reference_statistic:vision_image_statistic:js_distance": jensenShannon(p, q),
    "model_reference_statistic:vision_image_statistic:ks_distance": kolmogorovSmirnov(c, r),
    "model_reference_statistic:vision_image_statistic:ks_scaled": kolmogorovSmirnov(c, r) / Math.sqrt(noise),
    "model_reference_statistic:vision_image_statistic:psi_z": normalOf(psi(p, q) / noise, c.length - 1),
  };
}

function embedding(): Expected {
  const m = Math.max(...one.statisticBins.map(({ referenceCounts }) => sum(referenceCounts)));
  const noise = 1 / (one.images * scale()) + 1 / m;
  const shift = Math.hypot(...one.components.map(({ positive, negative }) => (positive - negative) / one.images));
  const { sums, referenceMeans, nullMean, nullDeviation } = one.fourier as NonNullable<LifetimeCounters["fourier"]>;
  const squares = sums.map((value, index) => (value / one.images - (referenceMeans[index] as number)) ** 2);
  const mmdSquared = (2 * sum(squares)) / squares.length;
  const k = 2 * (nullMean / nullDeviation) ** 2;
  return {
    "model_reference:vision_embedding:shift": shift,
    "model_reference:vision_embedding:t2": shift ** 2 / noise,
    "model_reference:vision_embedding:t2_z": normalOf(shift ** 2 / noise, one.components.length),
    "model_reference:vision_embedding:mmd_squared": mmdSquared,
    "model_reference:vision_embedding:mmd_z": normalOf((k * mmdSquared) / (nullMean * noise), k),
  };
}

function classMix(): Expected {
  const c = [...one.predictions.values()];
  const r = [...one.predictions.keys()].map((name) => one.referencePredictions.get(name) ?? 0);
  const seen = c.flatMap((count, k) => (count + (r[k] as number) > 0 ? [k] : []));
  const of = (counts: readonly number[]): number[] => seen.map((k) => counts[k] as number);
  const chi2 = tableChi2(of(c), of(r));
  return {
    "model_reference:vision_predictions:count": sum(c),
    "model_reference:vision_predictions:chi2": chi2,
    "model_reference:vision_predictions:chi2_z": normalOf(chi2, seen.length - 1),
    "model_reference:vision_predictions:js_distance": jensenShannon(smoothed(c), smoothed(r)),
  };
}

function accuracy(): Expected {
  const n = one.labelled;
  const realised = 1 - one.labelledIncorrect / n;
  const estimated = one.estimatedCorrect / one.estimated;
  const promised = one.labelledEstimatedCorrect / one.labelledEstimated;
  return {
    "model_version:vision_labelled_predictions:count": n,
    "model_version:vision_accuracy:ratio": realised,
    "model_version:vision_accuracy:lower": wilson(realised, n, -1),
    "model_version:vision_accuracy:upper": wilson(realised, n, 1),
    "model_version:vision_estimated_accuracy:ratio": estimated,
    "model_version:vision_estimated_accuracy:standard_error": Math.sqrt(one.estimatedCorrectVariance) / one.estimated,
    "model_version:vision_labelled_estimated_accuracy:ratio": promised,
    "model_version:vision_accuracy:corrected_ratio": realised + estimated - promised,
  };
}

describe("over three replicas, one restarted and one late, the rules record what one process finds:", () => {
  it("drift by every measure, class mix, realised and estimated accuracy", { timeout: 120_000 }, () => {
    expect(one.images * scale()).toBeGreaterThan(500);
    expect(one.labelled).toBeGreaterThan(100);
    const statistic = one.statisticBins[0]?.statistic ?? "";
    const expected = { ...images(), ...statistics(), ...embedding(), ...classMix(), ...accuracy() };
    const labels = (name: string): string =>
      name.startsWith("model_reference_statistic:") ? `window="1h", statistic="${statistic}"` : 'window="1h"';
    checkRecording({
      series,
      at: `${END}m`,
      expected: Object.fromEntries(
        Object.entries(expected).map(([name, value]) => [`${name}{${labels(name)}}`, value]),
      ),
    });
  });
});
