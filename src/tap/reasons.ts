/** Why a connection is forwarded but no longer observed. Closed lists: each one is a label value of a counter. */
export const OPAQUE_REASONS = [
  "tls",
  "http2",
  "not_http",
  "upgrade",
  "connect",
  "head_too_large",
  "malformed_head",
  "bare_line_feed",
  "obs_fold",
  "length_and_encoding",
  "unknown_transfer_encoding",
  "bad_content_length",
  "bad_chunk",
  "reply_without_request",
  "early_final_reply",
  "pipeline_too_deep",
  "budget_exhausted",
  "observer_fault",
] as const;
export type OpaqueReason = (typeof OPAQUE_REASONS)[number];

/** Why a sampled exchange did not become whole. */
export const CAPTURE_DROP_REASONS = ["message_too_large", "budget_exhausted", "cut_short", "turned_opaque"] as const;
export type CaptureDropReason = (typeof CAPTURE_DROP_REASONS)[number];

/** Why a whole exchange did not reach the analyser. */
export const LINK_DROP_REASONS = ["not_connected", "over_budget", "connection_lost"] as const;
export type LinkDropReason = (typeof LINK_DROP_REASONS)[number];
