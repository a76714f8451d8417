import { STATISTIC_DETECTORS } from "../../../src/config/config.ts";
import type { Assessment, DriftSignal, WindowAssessment } from "../../../src/core/assessment.ts";
import type { LifetimeCounters } from "../../../src/core/counters.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { DETECTORS } from "../../../src/drift/index.ts";
import { STATISTICS } from "../../../src/image/statistics/index.ts";
import type { ExpositionOptions, Scrape } from "../../../src/metrics/scrape.ts";
import { Telemetry } from "../../../src/metrics/self.ts";
import { newTapCounters } from "../../../src/tap/tap-counters.ts";

export interface Size {
  readonly classes: readonly string[];
  readonly statistics: number;
  readonly windows: readonly string[];
  readonly components: number;
  readonly features: number;
}

export const SMALL: Size = {
  classes: ["cloudy", "desert", "water"],
  statistics: 2,
  windows: ["1h", "24h"],
  components: 2,
  features: 2,
};
/** Ten classes, all statistics, the default windows: what a user has. */
export const USUAL: Size = {
  classes: names("class", 10),
  statistics: STATISTICS.length,
  windows: ["10m", "1h", "24h"],
  components: 16,
  features: 32,
};

export const OPTIONS: ExpositionOptions = {
  build: { version: "1.2.3", revision: "abc1234" },
  sampling: { predictionsRatio: 1, imagesRatio: 0.1 },
  maxClasses: 50,
  maxSeries: 3000,
  statisticScores: ["kolmogorov_smirnov", "population_stability", "jensen_shannon", "wasserstein"],
  binEdges: true,
  tap: true,
};
/** As the configuration has it by default. */
export const DEFAULTS: ExpositionOptions = { ...OPTIONS, statisticScores: ["kolmogorov_smirnov"], binEdges: false };

export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}_${String(index).padStart(2, "0")}`);
}

/** A seeded process in full swing: everything has a value. */
export function busyScrape(size: Size): Scrape {
  const random = seededRandom(11);
  const number = (): number => Math.round(random.next() * 1000) / 1000;
  return {
    assessment: {
      ...idleAssessment(size),
      modelVersion: "7",
      reference: {
        loaded: true,
        id: "0123456789ab",
        images: 1000,
        createdSeconds: 1_700_000_000,
        accuracyRatio: 0.93,
        calibrationErrorRatio: 0.01,
      },
      accuracyFloorRatio: 0.9,
      windows: size.windows.map((window) => busyWindow(window, size, number)),
      labels: {
        awaiting: 321,
        oldestAwaitingSeconds: 93_600,
        lastLabelSeconds: 1_700_000_900,
        expectedDelaySeconds: 86_400,
      },
      online: { value: 1.7, alarming: true, alarms: 2, stepImages: 3 },
      alarmBudget: {
        spanSeconds: 2_592_000,
        watchedSeconds: 1_296_000,
        alarms: 2,
        expectedFalseAlarms: 0.5,
        chanceRatio: 0.0902,
      },
    },
    counters: busyCounters(size, number),
    telemetry: busyTelemetry().snapshot(),
    queue: { length: 3, capacity: 64 },
    embedderUp: true,
    memoryUsedRatio: 0.625,
    logMessages: { debug: 0, info: 12, warn: 1, error: 0 },
    sharedLabels: { available: true },
  };
}

/** A process that has just started, with a reference and without any traffic. */
export function idleScrape(size: Size): Scrape {
  const zero = (): number => 0;
  return {
    assessment: {
      ...idleAssessment(size),
      reference: { loaded: true, id: "0123456789ab", images: 1000, createdSeconds: 1_700_000_000 },
      online: { value: 0, alarming: false, alarms: 0 },
    },
    counters: busyCounters(size, zero),
    telemetry: new Telemetry(() => 0).snapshot(),
    queue: { length: 0, capacity: 64 },
    embedderUp: true,
    logMessages: { debug: 0, info: 0, warn: 0, error: 0 },
    sharedLabels: { available: false },
  };
}

function idleAssessment(size: Size): Assessment {
  return {
    timeSeconds: 1_700_001_000,
    model: "land-cover",
    modelVersion: "",
    classes: size.classes,
    reference: { loaded: false, id: "", images: 0, createdSeconds: Number.NaN },
    windows: size.windows.map((window) => idleWindow(window)),
    exemplars: { drifting: [], typical: [], unsure: [] },
    history: [],
    labels: { awaiting: 0 },
  };
}

function idleWindow(window: string): WindowAssessment {
  const counts = { predictionCount: 0, imageCount: 0, labelCount: 0, driftingImages: 0, expectedDriftingImages: 0 };
  const lists = { signals: [], statistics: [], classes: [], estimates: [], causes: [] };
  return { window, startSeconds: 0, endSeconds: 0, verdict: "not_enough_data", sentence: "", ...counts, ...lists };
}

function busyWindow(window: string, size: Size, number: () => number): WindowAssessment {
  const signal = (detector: string, subject: string): DriftSignal => {
    const value = number();
    return {
      detector,
      subject,
      score: { value, threshold: 0.5, sampleCount: 500 },
      pValue: 0.1,
      drifting: value > 0.5,
    };
  };
  const statistics = names("statistic", size.statistics);
  return {
    ...idleWindow(window),
    predictionCount: 5000,
    imageCount: 500,
    labelCount: 120,
    verdict: "drifting",
    signals: [
      ...DETECTORS.flatMap(({ name }) =>
        (STATISTIC_DETECTORS as readonly string[]).includes(name)
          ? statistics.map((subject) => signal(name, subject))
          : [signal(name, "all")],
      ),
      ...size.classes.map((name) => signal("embedding_distance", `class:${name}`)),
    ],
    classes: size.classes.map((name) => ({
      name,
      referenceRatio: 1 / size.classes.length,
      liveRatio: 1 / size.classes.length,
      predictions: 500,
      estimatedRatio: 1 / size.classes.length,
    })),
    driftingImages: 20,
    expectedDriftingImages: 5,
    signalLevel: 1e-6,
    referenceTooSmall: true,
    realised: {
      accuracy: { value: 0.71, lower: 0.66, upper: 0.755, sampleCount: 120 },
      corrected: {
        accuracy: { value: 0.91, lower: 0.86, upper: 0.945, sampleCount: 5000 },
        labelledRatio: 0.6,
        trusted: true,
      },
      estimatedOnLabelled: { value: 0.92, sampleCount: 120 },
      confusion: [],
    },
    estimates: [
      {
        estimator: "label_fit_transport",
        accuracy: { value: 0.905, lower: 0.88, upper: 0.93, sampleCount: 500 },
        trusted: true,
      },
      { estimator: "cbpe", accuracy: { value: 0.97, lower: 0.96, upper: 0.98, sampleCount: 500 }, trusted: false },
    ],
  };
}

function busyCounters({ classes, statistics, components, features }: Size, number: () => number): LifetimeCounters {
  const count = (): number => Math.round(number() * 1000);
  const perClass = (): ReadonlyMap<string, number> => new Map([...classes, "other"].map((name) => [name, count()]));
  const counts = (length: number): number[] => Array.from({ length }, count);
  return {
    predictions: perClass(),
    confidence: {
      upperEdges: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
      counts: counts(13),
      sum: count(),
    },
    images: count(),
    driftingImages: count(),
    lastDriftingImage: { id: "req-00042", timeSeconds: 1_700_000_900.25, weight: 10 },
    statisticBins: names("statistic", statistics).map((statistic) => ({
      statistic,
      upperEdges: Array.from({ length: 9 }, (_, index) => index + 0.5),
      counts: counts(10),
      referenceCounts: counts(10),
    })),
    components: Array.from({ length: components }, () => ({
      positive: number(),
      negative: number(),
      squares: number(),
    })),
    referencePredictions: perClass(),
    labelled: count(),
    labelledIncorrect: count(),
    truePositives: perClass(),
    falsePositives: perClass(),
    falseNegatives: perClass(),
    estimated: count(),
    estimatedCorrect: number(),
    estimatedCorrectVariance: number(),
    labelledEstimated: count(),
    labelledEstimatedCorrect: number(),
    imageWeightSquares: count(),
    predictionWeightSquares: count(),
    labelledWeightSquares: count(),
    fourier: {
      sums: Array.from({ length: features }, count),
      referenceMeans: Array.from({ length: features }, number),
      nullMean: number(),
      nullDeviation: number(),
    },
    referenceRecalls: new Map(classes.map((name) => [name, number()])),
    // Last, so that the numbers before keep their places in the sequence.
    correctedToCorrect: count(),
    correctedToIncorrect: count(),
  };
}

function busyTelemetry(): Telemetry {
  const telemetry = new Telemetry(() => 100);
  for (let count = 0; count < 10; count++) {
    telemetry.exchangeSeen();
    telemetry.imageSeen(1_700_000_000 + count);
    telemetry.stageTook("decode", 0.012);
    telemetry.stageTook("embed", 0.02);
  }
  telemetry.exchangeDropped("unknown_protocol");
  telemetry.accessRead(1_800_000_000);
  telemetry.predictionRejected("wrong_length");
  telemetry.imageSelected();
  telemetry.imageDropped("queue_full");
  telemetry.imageAnalysed();
  telemetry.stageTook("assess", 0.2);
  telemetry.labelReceived("matched");
  telemetry.labelReceived("corrected");
  telemetry.labelDelayed(5000);
  telemetry.predictionsEvicted({ age: 7, size: 2, bytes: 3 });
  telemetry.snapshotSaved(1_700_000_990);
  telemetry.snapshotFailed();
  telemetry.snapshotRejected("damaged");
  telemetry.storeFailed(Object.assign(new Error(), { code: "ENOSPC" }));
  telemetry.watchState(() => true);
  telemetry.predictionNotKept();
  telemetry.configLoaded(1_700_000_001);
  telemetry.tapCounters({
    ...newTapCounters(),
    connections: 5,
    openConnections: 2,
    exchanges: 40,
    exchangesSent: 4,
    requestBytes: 1000,
    responseBytes: 200,
  });
  return telemetry;
}
