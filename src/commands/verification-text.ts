import type { EstimateError } from "../reference/corruption-power.ts";
import type { Smallest } from "../reference/power.ts";
import type { ExpectedWindow, Verification } from "../reference/verification.ts";

/** What `reference verify` prints, and with `--json` as it is. */
export interface VerificationReport extends Verification {
  readonly reference: string;
  readonly windows: readonly ExpectedWindow[];
  readonly imagesPerSecond: number;
  readonly falseAlarmEverySeconds: number;
  readonly level: number;
  /** Absent without `--images`. */
  readonly copiesOf?: { readonly ofReference: boolean; readonly images: number; readonly longSide: number };
}

const SECONDS_PER_DAY = 86_400;

export function verificationText(report: VerificationReport): string {
  const sections = [
    heading(report),
    falseAlarms(report),
    corruptions(report),
    unseenClasses(report),
    estimateErrors(report),
    `Advice\n${report.advice.map((sentence) => `- ${sentence}`).join("\n")}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function heading({ reference, windows, imagesPerSecond, falseAlarmEverySeconds, level }: VerificationReport): string {
  const listed = windows.map(({ name, images }) => `${name} (${images.toLocaleString("en")} images)`).join(", ");
  return [
    `reference ${reference}`,
    `windows, at most ${imagesPerSecond} images a second: ${listed}`,
    `one false alarm in ${falseAlarmEverySeconds / SECONDS_PER_DAY} days leaves each signal ${level.toExponential(1)} a look`,
  ].join("\n");
}

function falseAlarms({ falseAlarms: measured, configuredAlarms }: VerificationReport): string {
  const sizes = configuredAlarms.map(({ windowImages }) => windowImages);
  const detectors = [...new Set(measured.map(({ detector }) => detector))];
  const rows = detectors.map((name) => [
    name,
    ...sizes.map((size) => {
      const found = measured.find(({ detector, windowImages }) => detector === name && windowImages === size);
      return found ? (100 * found.ratio).toFixed(1) : "";
    }),
  ]);
  const whole = configuredAlarms.map(({ alarms, windows }) => `${alarms} of ${windows}`);
  return [
    "False alarms in %, at 5 % asked, by images in the window",
    table([["detector", ...sizes.map(String)], ...rows]),
    `Any signal, at the configured level: ${whole.join(", ")} windows.`,
  ].join("\n");
}

function corruptions({ copies, copiesOf }: VerificationReport): string {
  const title = "Smallest corruption found in 9 of 10 windows, by images in the window";
  if (!copies || !copiesOf) {
    return `${title}\nSkipped: give the folder of images with --images.`;
  }
  const sizes = copies.powers[0]?.smallest.map(({ windowImages }) => windowImages) ?? [];
  const rows = copies.powers.map(({ title: name, unit, smallest }) => [
    `${name}, ${unit}`,
    ...smallest.map((entry) => cell(entry)),
    smallest.at(-1)?.foundBy ?? "",
  ]);
  const source = copiesOf.ofReference ? "of the reference's own half C" : "that the reference does not hold";
  return [
    title,
    table([["corruption", ...sizes.map(String), "found by"], ...rows]),
    `Copies of ${copiesOf.images} images ${source}; their longer side is ${copiesOf.longSide} px. Blur is the standard deviation of a Gaussian in pixels of the original.`,
    `Without a corruption ${(100 * copies.intactRatio).toFixed(0)} % of the largest windows alarm.`,
  ].join("\n");
}

function unseenClasses({ unseenClasses: classes }: VerificationReport): string {
  const title = "Smallest share of a class the reference does not know, in % of the images, found in 9 of 10 windows";
  if (classes.length === 0) return `${title}\nSkipped: no class has ten images in half C beside fifty others.`;
  const sizes = classes[0]!.smallest.map(({ windowImages }) => windowImages);
  const rows = classes.map(({ className, smallest }) => [className, ...smallest.map((entry) => cell(entry, 100))]);
  const medians = sizes.map((_, place) => medianCell(classes.map(({ smallest }) => smallest[place]!)));
  return [title, table([["class left out", ...sizes.map(String)], ...rows, ["median", ...medians]])].join("\n");
}

/** The middle one; where that is not found, nothing can be said but that. */
function medianCell(entries: readonly Smallest[]): string {
  const sorted = entries
    .filter(({ strongestTried }) => strongestTried > 0)
    .sort((a, b) => (a.strength ?? 2) - (b.strength ?? 2));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  return middle ? cell(middle, 100) : "";
}

function estimateErrors({ copies, copiesOf }: VerificationReport): string {
  const title = "Accuracy estimates on corrupted copies";
  if (!copiesOf)
    return `${title}\nSkipped: give the folder with --images, and --model-url to ask the model about the copies.`;
  const errors = copies?.estimateErrors;
  if (!errors) {
    return `${title}\nSkipped: they need labels for the images and the model's predictions: give --model-url, and --labels where sub-folders are no labels.`;
  }
  const names = errors[0]?.estimators.map(({ name }) => name) ?? [];
  const of = ({ estimators }: EstimateError, name: string): EstimateError["estimators"][number] | undefined =>
    estimators.find((estimator) => estimator.name === name);
  const points = (ratio: number | undefined): string => (ratio === undefined ? "" : (100 * ratio).toFixed(1));
  const rows = errors.map((error) => [
    error.corruption === "none" ? "none" : `${error.corruption} ${readable(error.strength)} ${error.unit}`,
    points(error.trueRatio),
    ...names.flatMap((name) => {
      const found = of(error, name);
      return [points(found?.meanRatio), points(found?.absoluteErrorRatio), points(found?.coverageRatio)];
    }),
  ]);
  const mean = (name: string): string => {
    const found = errors.flatMap((error) => of(error, name)?.absoluteErrorRatio ?? []);
    return `${name} ${points(found.reduce((sum, value) => sum + value, 0) / found.length)}`;
  };
  return [
    `${title}, in %, windows of ${errors[0]?.windowImages} images`,
    table([["corruption", "true", ...names.flatMap((name) => [name, "error", "in range"])], ...rows]),
    `Mean error in points: ${names.map(mean).join(", ")}. "In range" is the share of windows whose truth lies in the 90 % interval.`,
  ].join("\n");
}

/** Empty where there were too few images to try. */
function cell({ strength, atMost, strongestTried }: Smallest, factor = 1): string {
  if (strongestTried === 0) return "";
  if (strength === undefined) return `> ${readable(factor * strongestTried)}`;
  return `${atMost ? "≤ " : ""}${readable(factor * strength)}`;
}

function readable(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toPrecision(2);
}

/** Columns as wide as their widest cell, two spaces apart: the first to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}
