import type {
  ExchangeDropReason,
  GalleryRemovalReason,
  HttpRefusalReason,
  ImageDropReason,
  PredictionRejectReason,
  SnapshotRejectReason,
  StoreErrorReason,
} from "../core/drop-reasons.ts";
import type { LabelResult } from "../core/label.ts";
import type { SharedStoreFault } from "../core/shared-store.ts";
import type { TapCounters } from "../tap/tap-counters.ts";
import type { BucketCounts } from "./buckets.ts";

export type Stage = "decode" | "embed" | "assess";

interface TapReport {
  readonly counters: TapCounters;
  readonly ageSeconds: number;
}

/** What the process counted of itself, as plain data. */
export interface TelemetrySnapshot {
  readonly exchanges: number;
  readonly exchangesDropped: Readonly<Record<ExchangeDropReason, number>>;
  readonly predictionsRejected: Readonly<Record<PredictionRejectReason, number>>;
  readonly imagesSeen: number;
  readonly imagesSelected: number;
  readonly imagesAnalysed: number;
  readonly imagesDropped: Readonly<Record<ImageDropReason, number>>;
  readonly lastImageSeconds?: number;
  readonly stages: Readonly<Record<Stage, BucketCounts>>;
  readonly labels: Readonly<Record<LabelResult, number>>;
  readonly labelDelay: BucketCounts;
  readonly evicted: { readonly age: number; readonly size: number; readonly bytes: number; readonly backlog: number };
  readonly storeErrors: Readonly<Record<StoreErrorReason, number>>;
  /** Whether what should be on disk is in memory only. Absent without a state directory. */
  readonly stateDegraded?: boolean;
  readonly sharedFallbacks: Readonly<Record<SharedStoreFault, number>>;
  readonly sharedLost: number;
  /** Times that memory ran short, by level. */
  readonly memoryPressure: Readonly<Record<"soft" | "hard", number>>;
  readonly snapshot: { readonly failures: number; readonly savedSeconds?: number };
  readonly snapshotsRejected: Readonly<Record<SnapshotRejectReason, number>>;
  readonly reload: { readonly successful: boolean; readonly succeededSeconds?: number };
  readonly httpRefused: Readonly<Record<HttpRefusalReason, number>>;
  readonly access: {
    readonly successful: boolean;
    readonly failures: number;
    readonly certificateEndsSeconds?: number;
  };
  readonly galleryRemoved: Readonly<Record<GalleryRemovalReason, number>>;
  readonly predictionsForgotten: number;
  readonly tap?: TapReport;
}
