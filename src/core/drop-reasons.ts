/**
 * Why something was not analysed: closed lists, because each one is a label value of a counter. On the hot path nothing is
 * thrown; a stage returns a reason and the pipeline counts it.
 */
export const EXCHANGE_DROP_REASONS = [
  "unknown_protocol",
  "not_successful",
  "malformed_body",
  "body_too_large",
  "unsupported_encoding",
  "no_content",
  "queue_full",
] as const;
export type ExchangeDropReason = (typeof EXCHANGE_DROP_REASONS)[number];

export const PREDICTION_REJECT_REASONS = [
  "no_prediction",
  "not_finite",
  "wrong_length",
  "not_normalised",
  "unknown_class",
  "boxes_unsupported",
] as const;
export type PredictionRejectReason = (typeof PREDICTION_REJECT_REASONS)[number];

export const IMAGE_DROP_REASONS = [
  "no_image",
  "queue_full",
  "rate_cap",
  "memory_pressure",
  "overloaded",
  "too_large",
  "unsupported_format",
  "decode_failed",
  "embed_failed",
  "embedder_down",
  "not_finite",
  "internal",
  "forgotten",
] as const;
export type ImageDropReason = (typeof IMAGE_DROP_REASONS)[number];

/** Why the store of predictions that wait for labels did not do what was asked. */
export const STORE_ERROR_REASONS = ["no_space", "failed"] as const;
export type StoreErrorReason = (typeof STORE_ERROR_REASONS)[number];

/** Why a state file is not taken up after a restart. */
export const SNAPSHOT_REJECT_REASONS = [
  "absent",
  "unreadable",
  "not_a_snapshot",
  "unknown_version",
  "truncated",
  "damaged",
  "other_configuration",
] as const;
export type SnapshotRejectReason = (typeof SNAPSHOT_REJECT_REASONS)[number];

/** Why a request, or with tls a connection, was turned away by one of the servers before it was read. */
export const HTTP_REFUSAL_REASONS = [
  "no_credentials",
  "wrong_credentials",
  "wrong_scope",
  "busy",
  "foreign_origin",
  "tls",
] as const;
export type HttpRefusalReason = (typeof HTTP_REFUSAL_REASONS)[number];

/** Why an image left the gallery, apart from one that was wanted more. */
export const GALLERY_REMOVAL_REASONS = ["age", "bytes", "request"] as const;
export type GalleryRemovalReason = (typeof GALLERY_REMOVAL_REASONS)[number];
