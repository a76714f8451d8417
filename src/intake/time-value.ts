import { LIMITS } from "./limits.ts";

/** Seconds after which a number is more likely to be milliseconds: the year 5138. */
const LAST_PLAUSIBLE_SECONDS = 1e11;

/** Unix seconds from a number or an RFC 3339 text, from 1970 to 5138; NaN when it is neither. */
export function readTime(value: unknown): number {
  const seconds = typeof value === "number" ? value : parseText(value);
  return seconds >= 0 && seconds < LAST_PLAUSIBLE_SECONDS ? seconds : Number.NaN;
}

function parseText(value: unknown): number {
  const isTime = typeof value === "string" && value.length <= 64 && /^\d{4}-\d\d-\d\d[T ]/.test(value);
  return isTime ? Date.parse(value) / 1000 : Number.NaN;
}

/** A time this far ahead is a mistake; taken, it would outlive everything that is forgotten by age. */
export function isAhead(timeSeconds: number, nowSeconds: number): boolean {
  return timeSeconds > nowSeconds + LIMITS.aheadSeconds;
}
