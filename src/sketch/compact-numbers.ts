import type { NumberArray } from "../core/codec.ts";

const SMALLER = [Uint8Array, Uint16Array, Float32Array] as const;

/**
 * A copy in the smallest array that holds the same numbers exactly. Sums of whole weights mostly fit into one or two bytes each,
 * which is what a long row of closed chunks is made of.
 */
export function compactNumbers(numbers: Float64Array): NumberArray {
  for (const Type of SMALLER) {
    const small = Type.from(numbers);
    if (numbers.every((value, index) => small[index] === value)) return small;
  }
  return numbers.slice();
}
