import { REFERENCE_METRICS } from "../catalog/reference.ts";
import type { Scrape } from "../scrape.ts";
import type { Sheet } from "../sheet.ts";

export function writeReference(sheet: Sheet, { assessment }: Scrape): void {
  const { reference } = assessment;
  sheet.set(REFERENCE_METRICS.model, {}, 1);
  sheet.set(REFERENCE_METRICS.loaded, {}, Number(reference.loaded));
  sheet.set(REFERENCE_METRICS.accuracyFloor, {}, assessment.accuracyFloorRatio);
  if (!reference.loaded) return;
  sheet.set(REFERENCE_METRICS.info, {}, 1);
  sheet.set(REFERENCE_METRICS.images, {}, reference.images);
  sheet.set(REFERENCE_METRICS.created, {}, reference.createdSeconds);
  sheet.set(REFERENCE_METRICS.accuracy, {}, reference.accuracyRatio);
  sheet.set(REFERENCE_METRICS.calibrationError, {}, reference.calibrationErrorRatio);
}
