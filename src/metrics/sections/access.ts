import { ACCESS_METRICS } from "../catalog/access.ts";
import type { Scrape } from "../scrape.ts";
import type { Sheet } from "../sheet.ts";

export function writeAccess(sheet: Sheet, { telemetry }: Scrape): void {
  const { httpRefused, access, galleryRemoved, predictionsForgotten } = telemetry;
  sheet.setEach(ACCESS_METRICS.httpRefused, "reason", httpRefused);
  sheet.set(ACCESS_METRICS.filesReadSuccessful, {}, Number(access.successful));
  sheet.set(ACCESS_METRICS.filesRefused, {}, access.failures);
  sheet.set(ACCESS_METRICS.certificateEnd, {}, access.certificateEndsSeconds);
  sheet.setEach(ACCESS_METRICS.galleryRemoved, "reason", galleryRemoved);
  sheet.set(ACCESS_METRICS.predictionsForgotten, {}, predictionsForgotten);
}
