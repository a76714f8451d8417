import { REFERENCE_METRICS } from "../catalog/reference.ts";
import { TRAFFIC_METRICS } from "../catalog/traffic.ts";
import type { Scrape } from "../scrape.ts";
import type { Sheet } from "../sheet.ts";

export function writeTraffic(sheet: Sheet, { assessment, counters }: Scrape): void {
  sheet.setByClass(TRAFFIC_METRICS.predictions, counters.predictions);
  sheet.set(TRAFFIC_METRICS.predictionWeightSquares, {}, counters.predictionWeightSquares);
  sheet.histogram(TRAFFIC_METRICS.confidence, {}, counters.confidence);
  if (!assessment.reference.loaded) return;
  sheet.setByClass(TRAFFIC_METRICS.referencePredictions, counters.referencePredictions);
  sheet.set(TRAFFIC_METRICS.embeddings, {}, counters.images);
  sheet.set(TRAFFIC_METRICS.imageWeightSquares, {}, counters.imageWeightSquares);
  sheet.set(TRAFFIC_METRICS.driftingImages, {}, counters.driftingImages);
}

export function writeStatisticBins(sheet: Sheet, { counters }: Scrape, binEdges: boolean): void {
  for (const { statistic, counts, referenceCounts, upperEdges } of counters.statisticBins) {
    for (const [index, count] of counts.entries()) {
      const labels = { statistic, bin: twoDigits(index) };
      sheet.set(TRAFFIC_METRICS.statisticBins, labels, count);
      sheet.set(TRAFFIC_METRICS.referenceStatisticBins, labels, referenceCounts[index]);
      if (binEdges) sheet.set(TRAFFIC_METRICS.statisticBinUpper, labels, upperEdges[index]);
    }
  }
}

export function writeComponents(sheet: Sheet, { counters }: Scrape): void {
  for (const [index, sums] of counters.components.entries()) {
    const labels = { component: twoDigits(index) };
    sheet.set(TRAFFIC_METRICS.componentPositive, labels, sums.positive);
    sheet.set(TRAFFIC_METRICS.componentNegative, labels, sums.negative);
    sheet.set(TRAFFIC_METRICS.componentSquares, labels, sums.squares);
  }
}

export function writeFourier(sheet: Sheet, { counters: { fourier } }: Scrape): void {
  if (!fourier) return;
  sheet.set(REFERENCE_METRICS.mmdNullMean, {}, fourier.nullMean);
  sheet.set(REFERENCE_METRICS.mmdNullDeviation, {}, fourier.nullDeviation);
  for (const [index, sum] of fourier.sums.entries()) {
    const labels = { feature: twoDigits(index) };
    sheet.set(TRAFFIC_METRICS.fourier, labels, sum);
    sheet.set(REFERENCE_METRICS.fourierMean, labels, fourier.referenceMeans[index]);
  }
}

/** Sorts like a number in dashboards. */
function twoDigits(index: number): string {
  return String(index).padStart(2, "0");
}
