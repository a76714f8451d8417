import { LIMITS } from "./limits.ts";

/** A class as a label may name it: by a name of bounded length, or by its index. */
export function isClass(value: unknown): value is string | number {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0;
  return typeof value === "string" && value !== "" && value.length <= LIMITS.nameLength;
}
