import type { Clock } from "../core/clock.ts";

/** Whatever keys there are, they must not grow without a bound. */
const MOST_KEYS = 4;

/** Remembers what `make` gave for a key for `seconds`: a storm of readers costs one computation. */
export function cachedFor<T>(seconds: number, clock: Clock, make: (key: string) => T): (key: string) => T {
  const kept = new Map<string, { readonly value: T; readonly untilSeconds: number }>();
  return (key) => {
    const now = clock.monotonicSeconds();
    const known = kept.get(key);
    if (known && now < known.untilSeconds) return known.value;
    const value = make(key);
    kept.delete(key);
    if (kept.size >= MOST_KEYS) kept.delete(kept.keys().next().value as string);
    kept.set(key, { value, untilSeconds: now + seconds });
    return value;
  };
}
