/** none: all is well; soft: no more images are selected; hard: those that wait are let go, too. */
export const MEMORY_LEVELS = ["none", "soft", "hard"] as const;
export type MemoryLevel = (typeof MEMORY_LEVELS)[number];

/** Share of the limit from which a level holds, and below which it ends: apart, so that it does not flap. */
const SOFT = { fromRatio: 0.8, endsRatio: 0.75 };
const HARD = { fromRatio: 0.9, endsRatio: 0.85 };

/** The level at `usedRatio` of the limit, coming from `before`. */
export function memoryLevel(usedRatio: number, before: MemoryLevel): MemoryLevel {
  if (usedRatio >= (before === "hard" ? HARD.endsRatio : HARD.fromRatio)) return "hard";
  if (usedRatio >= (before === "none" ? SOFT.fromRatio : SOFT.endsRatio)) return "soft";
  return "none";
}
