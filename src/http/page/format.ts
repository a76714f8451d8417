import { type Html, html } from "../html.ts";

/** Shown where there is no number. */
export const NOTHING = "–";
const SPACE = "\u00a0";

/** 1234567 → "1,234,567". */
export function count(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en-US") : NOTHING;
}

/** Three significant digits, never an exponent between 0.001 and a million: 0.01234 → "0.0123", 8211.4 → "8,211". */
export function quantity(value: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.001 || size >= 1e6) return scientific(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** 0.9123 → "91.2 %". */
export function percent(ratio: number, digits = 1): string {
  return Number.isFinite(ratio) ? `${(ratio * 100).toFixed(digits)}${SPACE}%` : NOTHING;
}

/** 0.881, 0.936 → "88.1 to 93.6 %". */
export function percentRange(lower: number | undefined, upper: number | undefined): string {
  if (lower === undefined || upper === undefined) return "no interval";
  return `${(lower * 100).toFixed(1)} to${SPACE}${percent(upper)}`;
}

/** Times the threshold: 3.42 → "3.4×", 41.9 → "42×". */
export function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return NOTHING;
  return `${ratio >= 10 ? count(ratio) : ratio.toFixed(ratio < 1 ? 2 : 1)}×`;
}

/** A probability: 0.0312 → "0.031", 3.2e-8 → "3×10⁻⁸", 0 → "< 10⁻³⁰⁰". */
export function probability(value: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  if (value < 1e-300) return `<${SPACE}10${superscript(-300)}`;
  if (value < 0.001) return scientific(value, 1);
  return value.toFixed(value < 0.1 ? 3 : 2);
}

/** 61 → "1 min", 11000 → "3 h 3 min", 200000 → "2 d 7 h". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return NOTHING;
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 1) return `${Math.max(0, Math.round(seconds))}${SPACE}s`;
  const [large, small, units] = minutes < 1440 ? [Math.floor(minutes / 60), minutes % 60, ["h", "min"]] : days(minutes);
  const parts = [large > 0 && `${large}${SPACE}${units[0]}`, small > 0 && `${small}${SPACE}${units[1]}`];
  return parts.filter((part) => part !== false).join(" ");
}

/** "02:10", or "9 Nov 02:10" when it is not on the day of `nowSeconds`. UTC, because a server does not know its reader's clock. */
export function clockTime(seconds: number, nowSeconds: number = seconds): string {
  const clock = isoTime(seconds).slice(11, 16);
  return isoTime(seconds).slice(0, 10) === isoTime(nowSeconds).slice(0, 10) ? clock : `${day(seconds)} ${clock}`;
}

/** "9 Nov". */
export function day(seconds: number): string {
  return new Date(isoTime(seconds)).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}

/** "9 Nov 2026". */
export function date(seconds: number): string {
  return `${day(seconds)} ${isoTime(seconds).slice(0, 4)}`;
}

export function timeElement(seconds: number, nowSeconds: number): Html {
  return html`<time datetime="${isoTime(seconds)}" title="${isoTime(seconds)}">${clockTime(seconds, nowSeconds)}</time>`;
}

/** "embedding_distance" → "embedding distance". */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}

export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${Math.round(number) === 1 ? "" : "s"}`;
}

/** 4-digit years only: a time beyond them is a fault of the sender and must not break the page. */
function isoTime(seconds: number): string {
  const bounded = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 253_402_300_799) : 0;
  return new Date(bounded * 1000).toISOString().replace(/\.\d+Z/, "Z");
}

function days(minutes: number): [number, number, string[]] {
  return [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), ["d", "h"]];
}

function scientific(value: number, digits = 2): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  return `${mantissa}×10${superscript(Number(exponent))}`;
}

function superscript(exponent: number): string {
  return [...String(exponent)].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)])).join("");
}
