import type { Score } from "../src/core/score.ts";

export function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

export function interval({ value, lower = Number.NaN, upper = Number.NaN }: Score): string {
  return `${percent(value)} (${percent(lower)} to ${percent(upper)})`;
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
