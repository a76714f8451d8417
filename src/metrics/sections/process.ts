import { PIPELINE_METRICS } from "../catalog/pipeline.ts";
import { PROCESS_METRICS } from "../catalog/process.ts";
import type { ExpositionOptions, Scrape } from "../scrape.ts";
import type { Sheet } from "../sheet.ts";

export function writeProcess(
  sheet: Sheet,
  { telemetry, logMessages, sharedLabels, memoryUsedRatio }: Scrape,
  { build }: ExpositionOptions,
): void {
  const { snapshot, reload } = telemetry;
  sheet.set(PROCESS_METRICS.build, { ...build, nodeversion: process.version }, 1);
  sheet.set(PROCESS_METRICS.reloadSuccessful, {}, Number(reload.successful));
  sheet.set(PROCESS_METRICS.reloadTime, {}, reload.succeededSeconds);
  sheet.setEach(PROCESS_METRICS.logMessages, "level", logMessages);
  sheet.set(PROCESS_METRICS.memoryUsed, {}, memoryUsedRatio);
  sheet.setEach(PROCESS_METRICS.memoryPressure, "level", telemetry.memoryPressure);
  sheet.set(PROCESS_METRICS.snapshotTime, {}, snapshot.savedSeconds);
  sheet.set(PROCESS_METRICS.snapshotFailures, {}, snapshot.failures);
  sheet.setEach(PROCESS_METRICS.snapshotsRejected, "reason", telemetry.snapshotsRejected);
  sheet.setEach(PROCESS_METRICS.storeErrors, "reason", telemetry.storeErrors);
  if (telemetry.stateDegraded !== undefined)
    sheet.set(PROCESS_METRICS.stateDegraded, {}, Number(telemetry.stateDegraded));
  if (sharedLabels) {
    sheet.setEach(PROCESS_METRICS.sharedFallbacks, "reason", telemetry.sharedFallbacks);
    sheet.set(PROCESS_METRICS.sharedDegraded, {}, Number(!sharedLabels.available));
    sheet.set(PROCESS_METRICS.sharedLost, {}, telemetry.sharedLost);
  }
  sheet.setEach(PROCESS_METRICS.predictionsEvicted, "reason", telemetry.evicted);
}

export function writePipeline(
  sheet: Sheet,
  { telemetry, queue, embedderUp }: Scrape,
  { sampling }: ExpositionOptions,
): void {
  sheet.set(PIPELINE_METRICS.exchanges, {}, telemetry.exchanges);
  sheet.setEach(PIPELINE_METRICS.exchangesDropped, "reason", telemetry.exchangesDropped);
  sheet.setEach(PIPELINE_METRICS.predictionsRejected, "reason", telemetry.predictionsRejected);
  sheet.set(PIPELINE_METRICS.imagesSeen, {}, telemetry.imagesSeen);
  sheet.set(PIPELINE_METRICS.imagesSelected, {}, telemetry.imagesSelected);
  sheet.set(PIPELINE_METRICS.imagesAnalysed, {}, telemetry.imagesAnalysed);
  sheet.setEach(PIPELINE_METRICS.imagesDropped, "reason", telemetry.imagesDropped);
  sheet.set(PIPELINE_METRICS.lastImage, {}, telemetry.lastImageSeconds);
  sheet.set(PIPELINE_METRICS.samplingRatio, { kind: "predictions" }, sampling.predictionsRatio);
  sheet.set(PIPELINE_METRICS.samplingRatio, { kind: "images" }, sampling.imagesRatio);
  sheet.set(PIPELINE_METRICS.embedderUp, {}, Number(embedderUp));
  sheet.set(PIPELINE_METRICS.queueLength, {}, queue.length);
  sheet.set(PIPELINE_METRICS.queueCapacity, {}, queue.capacity);
  for (const [stage, buckets] of Object.entries(telemetry.stages)) {
    sheet.histogram(PIPELINE_METRICS.stageDuration, { stage }, buckets);
  }
}
