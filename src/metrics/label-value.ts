const LONGEST = 64;

/**
 * A text that came from outside as a label value: no control characters, no lone surrogates (two of them would be written as the same
 * bytes, and a doubled series makes Prometheus refuse the whole scrape), at most 64 characters, never empty.
 */
export function labelValue(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cs}]/gu, "\ufffd");
  return clean === "" ? "unnamed" : [...clean].slice(0, LONGEST).join("");
}

/**
 * The names that get series of their own: the `most` commonest of the reference, or else the first of the class list. The choice must not follow the
 * live traffic: a class that came and went would look like a counter reset, and replicas would disagree.
 */
export function ownSeries(
  classes: readonly string[],
  reference: ReadonlyMap<string, number>,
  most: number,
): ReadonlySet<string> {
  const share = (name: string): number => reference.get(name) ?? 0;
  const ranked = classes.filter((name) => name !== OTHER).sort((a, b) => share(b) - share(a));
  return new Set(ranked.slice(0, most));
}

/** Where the classes without series of their own are summed. */
export const OTHER = "other";
