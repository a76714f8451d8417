/** The truth about one inference, whenever it arrives. */
export interface Label {
  /** Any alias of the inference. */
  readonly id: string;
  /** Class label (or class index). */
  readonly label: string | number;
  /** Unix time at which the label was given, when the sender says so. */
  readonly timeSeconds?: number;
  /** The signed token of the inference; its id then counts, and `id` may be empty. */
  readonly token?: string;
}

/**
 * What became of a label.
 * matched: joined with its prediction · pending: no prediction yet, kept for a while · duplicate: same label again ·
 * corrected: replaced an earlier, different label · conflict: differs from an earlier label and the policy keeps the first ·
 * expired: the prediction was known but is too old · unknown_class: not in the class list · token_…: its token is forged or cut, signed by a
 * key that is not accepted, of another model or class list, or too old.
 */
export const LABEL_RESULTS = [
  "matched",
  "pending",
  "duplicate",
  "corrected",
  "conflict",
  "expired",
  "unknown_class",
  "token_invalid",
  "token_unknown_key",
  "token_other_model",
  "token_expired",
] as const;
export type LabelResult = (typeof LABEL_RESULTS)[number];
