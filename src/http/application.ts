import type { Assessment } from "../core/assessment.ts";

/** What the HTTP surface may ask of the rest. Plain functions over plain data, so that every app is tested with a literal. */
export interface Application {
  assess(): Assessment;
  /** The exposition in the format that the Accept header prefers. */
  metrics(accept: string): Promise<Exposition>;
  readiness(): Readiness;
  /** Rejects with UNSUPPORTED_MEDIA_TYPE or REQUEST_INVALID when the body as a whole cannot be read. */
  labels(contentType: string, body: Uint8Array): Promise<readonly ItemResult[]>;
  observations(contentType: string, body: Uint8Array): Promise<readonly ItemResult[]>;
  /** `headers` has names in lower case. A dropped event is counted with its reason, not an error: a retry would not help. */
  cloudEvent(headers: ReadonlyMap<string, string>, body: Uint8Array): "accepted" | "dropped";
  /** Removes what is kept of an image by any id of its prediction; sums that it is part of stay. Rejects when the store fails. */
  forget(id: string): Promise<Forgotten>;
  /** A re-encoded WebP, or undefined for an unknown key. */
  thumbnail(key: string): Uint8Array | undefined;
  referenceThumbnail(key: string): Uint8Array | undefined;
  health(): PipelineHealth;
  /** Rejects when the new configuration is faulty; the old one then stays in force. */
  reload(): Promise<void>;
}

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

export interface Readiness {
  readonly ready: boolean;
  /** What is missing, in a person's words. */
  readonly reasons: readonly string[];
}

/** What became of one label or observation of a request. */
export interface ItemResult {
  readonly id: string;
  readonly accepted: boolean;
  /** A word of a closed list, such as those of core/label.ts. */
  readonly result: string;
  /** What a label of this inference may bring instead of its id. */
  readonly token?: string;
  /** What to correct, when the item was not accepted. */
  readonly message?: string;
}

/** How much was removed of each kind. */
export interface Forgotten {
  /** Waiting for a label, or kept to know one that comes again. */
  readonly predictions: number;
  /** Labels that waited for their prediction. */
  readonly earlyLabels: number;
  readonly galleryImages: number;
  /** Queued for analysis or being analysed. */
  readonly queuedImages: number;
}

export type HealthState = "ok" | "warning" | "critical" | "neutral";

/** A line of the page's last section: already formatted, already judged. */
export interface HealthItem {
  readonly label: string;
  readonly value: string;
  readonly state: HealthState;
  /** Heading under which it stands, such as "Images"; items of one group follow each other. */
  readonly group?: string;
}

export type PipelineHealth = readonly HealthItem[];
