import type { Score } from "./score.ts";

/**
 * The verdict of one window, most harmful first. `not_enough_data` means no test could be made, never "fine".
 * new_content: the images drifted in a way that neither class shares nor image statistics explain, so the accuracy estimate is
 * withheld.
 */
export const VERDICTS = ["accuracy_below_floor", "new_content", "drifting", "ok", "not_enough_data"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One comparison of a window with the reference. */
export interface DriftSignal {
  /** Name of the detector, as in `drift/index.ts`. */
  readonly detector: string;
  /** What was compared: a statistic's name, `class:<name>`, or "all". */
  readonly subject: string;
  readonly score: Score;
  /** Probability of a score this high without drift, at this sample count; NaN when it cannot be told. */
  readonly pValue: number;
  /**
   * pValue is below the level that the false-alarm budget leaves for this signal. A method that only describes a change of a statistic
   * (population stability, Jensen-Shannon, Wasserstein) needs Kolmogorov-Smirnov to have found one, too.
   */
  readonly drifting: boolean;
}

export interface StatisticSummary {
  readonly name: string;
  readonly unit: string;
  /** Quantiles at 0.05, 0.25, 0.5, 0.75, 0.95. */
  readonly reference: readonly number[];
  readonly live: readonly number[];
  /** Share of live images outside the reference's 0.5 % to 99.5 % range, 0 to 1. */
  readonly outsideRatio: number;
}

export interface ClassSummary {
  readonly name: string;
  readonly referenceRatio: number;
  readonly liveRatio: number;
  /** Weighted number of predictions. */
  readonly predictions: number;
  /**
   * Share of this class among the true classes of the window, estimated without labels: the class shares at which the reference would
   * look like the window. Absent when no class shares explain the images, and in the face of new content.
   */
  readonly estimatedRatio?: number;
  /** Share of this class among the true classes of the reference. */
  readonly referenceTrueRatio?: number;
  readonly referenceRecall?: Score;
  /** From labels; absent without any. */
  readonly precision?: Score;
  readonly recall?: Score;
  readonly f1Ratio?: number;
}

export interface Estimate {
  /** Name of the estimator, as in `performance/index.ts`: one that needs no labels. */
  readonly estimator: string;
  readonly accuracy: Score;
  /** False: the images are outside what the estimator can judge; show the state, not the number. */
  readonly trusted: boolean;
}

/** Accuracy of all predictions when only some of them, and not by chance, got labels. */
export interface CorrectedAccuracy {
  readonly accuracy: Score;
  /** How much of it rests on labels, 0 to 1; the rest is the estimate without labels. */
  readonly labelledRatio: number;
  /** False: too little rests on labels, and what the rest is estimated from is new content. */
  readonly trusted: boolean;
}

export interface Realised {
  /** Naive: share of right answers among the labelled, with its Wilson interval. Wrong for the window when the doubtful ones got labels. */
  readonly accuracy: Score;
  /** Absent without a reference that has labels. */
  readonly corrected?: CorrectedAccuracy;
  /** What the calibrated confidence promised for the same labelled images: proves or refutes the estimate. */
  readonly estimatedOnLabelled: Score;
  /** rows: true class, columns: predicted class; only non-zero cells. */
  readonly confusion: readonly {
    readonly trueClass: string;
    readonly predictedClass: string;
    readonly count: number;
  }[];
}

/** A ranked reason for what was seen. */
export interface Cause {
  readonly kind: "frozen" | "statistic" | "class_mix" | "one_class" | "new_region" | "confidence" | "accuracy";
  /** Statistic or class name; "" when the cause has none. */
  readonly subject: string;
  /** One sentence a person can act on. */
  readonly sentence: string;
  /** Share of the drift that it accounts for, 0 to 1; causes may overlap. */
  readonly shareRatio: number;
}

export interface WindowAssessment {
  /** Name of the window, as configured. */
  readonly window: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Numbers really looked at, not weighted. */
  readonly predictionCount: number;
  readonly imageCount: number;
  readonly labelCount: number;
  readonly verdict: Verdict;
  /** The verdict in one sentence. */
  readonly sentence: string;
  readonly signals: readonly DriftSignal[];
  readonly statistics: readonly StatisticSummary[];
  readonly classes: readonly ClassSummary[];
  /** Probability of a false alarm that one signal has at this look; its threshold follows from it. Absent when nothing was tested. */
  readonly signalLevel?: number;
  /**
   * The window holds more independent images than half of those of the reference that it is compared with: the reference's own
   * error, which all windows share, is then most of the noise, and one deployment may have far more or fewer false alarms than asked.
   */
  readonly referenceTooSmall?: boolean;
  /** Images judged unlike the reference one by one, and how many of them are expected without drift. */
  readonly driftingImages: number;
  readonly expectedDriftingImages: number;
  readonly realised?: Realised;
  readonly estimates: readonly Estimate[];
  readonly causes: readonly Cause[];
}

/** A live image kept for the gallery, beside the reference images nearest to it. */
export interface Exemplar {
  /** Opaque, safe in a URL. */
  readonly key: string;
  readonly id: string;
  readonly timeSeconds: number;
  readonly predictedClass: string;
  readonly confidence: number;
  /** −log10 of the probability that a reference image is this unusual. */
  readonly anomaly: number;
  readonly drifting: boolean;
  /** Why, in a person's words: "sharpness 12, reference 40 to 900". */
  readonly reason: string;
  readonly hasThumbnail: boolean;
  /** Keys of the nearest reference exemplars. */
  readonly nearestReference: readonly string[];
}

/** Over this replica's stream of analysed images, without windows. */
export interface OnlineAssessment {
  /** Value over limit of the fastest of its averages: above 1 is an alarm. */
  readonly value: number;
  readonly alarming: boolean;
  /** Alarms since the start. */
  readonly alarms: number;
  /** Of so many images one is looked at, because neighbours are alike (video), also in windows; absent while it is not known. */
  readonly stepImages?: number;
}

/** What has been spent of the false alarms that are allowed: one in `spanSeconds`. */
export interface AlarmBudgetAssessment {
  readonly spanSeconds: number;
  /** Time of the last span in which windows were tested. */
  readonly watchedSeconds: number;
  /** Alarms raised in the last span by windows and online alarm together; one that comes back on the same images counts once. */
  readonly alarms: number;
  /** How many of them chance raises at most, on average. */
  readonly expectedFalseAlarms: number;
  /** Probability that chance alone raises so many or more. */
  readonly chanceRatio: number;
}

export interface HistoryPoint {
  readonly timeSeconds: number;
  readonly window: string;
  readonly verdict: Verdict;
  readonly imageCount: number;
  readonly realisedRatio?: number;
  readonly realisedLowerRatio?: number;
  readonly realisedUpperRatio?: number;
  readonly correctedRatio?: number;
  readonly correctedLowerRatio?: number;
  readonly correctedUpperRatio?: number;
  readonly estimatedRatio?: number;
  readonly estimatedLowerRatio?: number;
  readonly estimatedUpperRatio?: number;
  /** Value over threshold per detector, 1 = alarm; the most drifting subject of each. */
  readonly driftRatios: Readonly<Record<string, number>>;
}

/** Everything that metrics and page may know. Plain data. */
export interface Assessment {
  readonly timeSeconds: number;
  readonly model: string;
  readonly modelVersion: string;
  readonly classes: readonly string[];
  readonly reference: {
    readonly loaded: boolean;
    /** First 12 hex digits of the artefact's checksum; "" without one. */
    readonly id: string;
    readonly images: number;
    readonly createdSeconds: number;
    readonly accuracyRatio?: number;
    /** Expected calibration error of the calibrated confidence on the reference. */
    readonly calibrationErrorRatio?: number;
  };
  readonly accuracyFloorRatio?: number;
  /** Shortest window first. */
  readonly windows: readonly WindowAssessment[];
  readonly exemplars: {
    readonly drifting: readonly Exemplar[];
    readonly typical: readonly Exemplar[];
    readonly unsure: readonly Exemplar[];
  };
  readonly history: readonly HistoryPoint[];
  /** The alarm that looks at every image as it comes; absent without a reference. */
  readonly online?: OnlineAssessment;
  /** Absent without a reference. */
  readonly alarmBudget?: AlarmBudgetAssessment;
  readonly labels: {
    readonly awaiting: number;
    /** How long the oldest of them has waited, to the minute; absent without any. */
    readonly oldestAwaitingSeconds?: number;
    readonly lastLabelSeconds?: number;
    /** 95 % of the labels came within this time after their prediction; absent before there were enough of them. */
    readonly expectedDelaySeconds?: number;
  };
}
