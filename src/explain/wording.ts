/** Three significant digits without an exponent: 412, 0.713, 12,400 as 12400. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** 0.6049 → "60 %"; below 10 % with one decimal place. */
export function percent(ratio: number): string {
  const value = 100 * ratio;
  return `${Math.abs(value) < 9.95 && Math.abs(value) > 0.05 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}

/** "a", "a and b", "a, b and c" */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Names of statistics and classes as a person writes them. */
export function spoken(name: string): string {
  return name.replaceAll("_", " ");
}

export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
