/** A time span in seconds; "30s", "10m", "24h" or "7d" in the file. */
export type Seconds = number;
/** A size in bytes; "512KiB" or "16MiB" in the file. */
export type Bytes = number;

/** "127.0.0.1:9437" or "[::1]:9437" in the file. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Detectors that compare image statistics one by one. */
export const STATISTIC_DETECTORS = [
  "kolmogorov_smirnov",
  "population_stability",
  "jensen_shannon",
  "wasserstein",
] as const;
export type StatisticDetector = (typeof STATISTIC_DETECTORS)[number];

/** The whole configuration, checked. Its keys are those of the file; `schema.ts` describes each one. */
export interface Config {
  readonly model: {
    readonly name: string;
    readonly version: string;
    readonly classes?: readonly string[];
    readonly activation: "auto" | "softmax" | "sigmoid" | "none";
    readonly accuracyFloorRatio?: number;
  };
  readonly tap?: TapConfig;
  readonly intake: IntakeConfig;
  readonly sampling: {
    readonly predictionsRatio: number;
    readonly imagesRatio: number;
    readonly imagesPerSecond: number;
  };
  readonly image: {
    readonly maxBytes: Bytes;
    readonly maxPixels: number;
    readonly concurrency: number;
    readonly queueLength: number;
    readonly queueBytes: Bytes;
  };
  readonly embedding: EmbeddingConfig;
  readonly reference: { readonly path?: string };
  readonly windows: readonly WindowConfig[];
  readonly chunk: { readonly duration: Seconds; readonly images: number };
  readonly drift: { readonly falseAlarmEvery: Seconds; readonly assessEvery: Seconds };
  readonly labels: {
    readonly keepPredictions: Seconds;
    readonly keepEarlyLabels: Seconds;
    readonly maxPredictions: number;
    readonly onConflict: "last" | "first";
    readonly unknownClass: "reject" | "other";
    readonly shared?: SharedLabelsConfig;
    readonly token?: { readonly keyFile: string; readonly keep: Seconds };
  };
  readonly state: { readonly directory?: string; readonly snapshotEvery: Seconds; readonly maxBytes: Bytes };
  readonly gallery: {
    readonly enabled: boolean;
    readonly images: number;
    readonly keep: Seconds;
    readonly maxBytes: Bytes;
  };
  readonly metrics: {
    readonly maxClasses: number;
    readonly maxSeries: number;
    readonly statisticScores: readonly StatisticDetector[];
    readonly binEdges: boolean;
  };
  readonly listen: {
    readonly metrics: Address;
    readonly api: Address;
    readonly page: Address;
    readonly webConfigFile?: string;
    readonly apiTokensFile?: string;
  };
  /** A user of the page alone. */
  readonly page: { readonly user: string; readonly password?: string };
  readonly limits: {
    readonly requestBytes: Bytes;
    readonly labelsPerRequest: number;
    readonly labelsPerSecond: number;
    readonly observationsPerRequest: number;
    readonly memoryBytes?: Bytes;
  };
  readonly log: { readonly level: "debug" | "info" | "warn" | "error" };
}

/** The Valkey or Redis in which all replicas join labels. */
export interface SharedLabelsConfig {
  readonly address: Address;
  readonly username?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly database: number;
  readonly tls: boolean;
  readonly caFile?: string;
  readonly keyPrefix: string;
  readonly timeout: Seconds;
}

export interface TapConfig {
  readonly listen: Address;
  readonly upstream: Address;
  readonly idHeader?: string;
  readonly messageBytes: Bytes;
  readonly totalBytes: Bytes;
  readonly linkBytes: Bytes;
  readonly linkPath: string;
  readonly drain: Seconds;
  readonly restartAtMost: Seconds;
  readonly analyserPriority: "idle" | "low";
}

/** How pixels become the numbers of a tensor, per colour. */
interface TensorConfig {
  readonly layout: "NCHW" | "NHWC";
  readonly colour: "RGB" | "BGR";
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly scale: number;
}

export interface IntakeConfig {
  readonly idHeader?: string;
  readonly maxBodyBytes: Bytes;
  /** Number = (pixel · scale − mean) / std: `scale` is 1 over the one in the file, as intake/pixel-tensor.ts wants it. */
  readonly tensor?: TensorConfig & { readonly input?: string };
  readonly scoresOutput?: string;
  readonly embeddingOutput?: string;
  /** JSON pointers, see intake/mapping.ts. */
  readonly mapping?: {
    readonly image?: string;
    readonly scores?: string;
    readonly labels?: string;
    readonly label?: string;
    readonly id?: string;
    readonly embedding?: string;
  };
}

/** Number = (pixel / scale − mean) / std, as embedding/preprocess.ts wants it. */
export interface EmbeddingConfig extends TensorConfig {
  /** Absent: the network that ships, which has its own preprocessing. */
  readonly path?: string;
  readonly inputName?: string;
  readonly outputName?: string;
  readonly width: number;
  readonly height: number;
  readonly pooling: "auto" | "mean" | "none";
  readonly threads: number;
}

export type WindowConfig =
  | { readonly name: string; readonly durationSeconds: number }
  | { readonly name: string; readonly images: number };
