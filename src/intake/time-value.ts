/** Seconds after which a number is more likely to be milliseconds: the year 5138. */
const LAST_PLAUSIBLE_SECONDS = 1e11;

/** Unix seconds from a number or an RFC 3339 text; NaN when it is neither. */
export function readTime(value: unknown): number {
  if (typeof value === "number") return value >= 0 && value < LAST_PLAUSIBLE_SECONDS ? value : Number.NaN;
  return typeof value === "string" && /^\d{4}-\d\d-\d\d[T ]/.test(value) ? Date.parse(value) / 1000 : Number.NaN;
}
