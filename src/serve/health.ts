import type { HealthItem, HealthState, PipelineHealth } from "../http/application.ts";
import type { TelemetrySnapshot } from "../metrics/telemetry-snapshot.ts";
import type { Core } from "./core.ts";

/** Share of the selected images that may be lost before the page says so. */
const DROPPED_RATIO = 0.1;

/** The lines of the page's last section: what came in, what was lost and why. */
export function pipelineHealth(core: Core, telemetry: TelemetrySnapshot, nowSeconds: number): PipelineHealth {
  return [
    ...referenceLines(core),
    ...networkLines(core),
    ...onlineLines(core),
    ...imageLines(core, telemetry),
    ...labelLines(core, telemetry, nowSeconds),
    ...stateLines(core, telemetry, nowSeconds),
  ];
}

function line(group: string, label: string, value: string, state: HealthState = "neutral"): HealthItem {
  return { group, label, value, state };
}

function referenceLines({ reference, referenceFault }: Core): HealthItem[] {
  if (reference) return [line("Reference", "In force", `${reference.id}, ${reference.images} images`, "ok")];
  if (referenceFault)
    return [line("Reference", "Cannot be used", `${referenceFault.message} ${referenceFault.remedy}`, "critical")];
  return [line("Reference", "None", "set reference.path to compare with one", "warning")];
}

function networkLines({ features }: Core): HealthItem[] {
  if ("fault" in features) {
    const { message, remedy } = features.fault;
    return [line("Network", "Cannot be used", `${message} ${remedy} No image is analysed.`, "critical")];
  }
  const { up, fault } = features.worker.health;
  if (up) return [line("Network", "Running", features.worker.identity.id.slice(0, 12), "ok")];
  return [line("Network", "Down", `${fault}. It is started again; no image is analysed meanwhile.`, "critical")];
}

function onlineLines({ monitor }: Core): HealthItem[] {
  const { online } = monitor.assessment();
  if (!online) return [];
  const watched = online.stepImages === undefined ? "getting to know the stream" : `every ${online.stepImages} images`;
  const value = `${online.value.toFixed(2)} of its limit, ${watched}`;
  return [
    line("Online alarm", online.alarming ? "On" : "Off", value, online.alarming ? "warning" : "ok"),
    line("Online alarm", "Times it went on", String(online.alarms)),
  ];
}

function imageLines({ pipeline }: Core, telemetry: TelemetrySnapshot): HealthItem[] {
  const { imagesSeen, imagesSelected, imagesAnalysed, imagesDropped, exchangesDropped, predictionsRejected, tap } =
    telemetry;
  const lost = Object.entries(imagesDropped).filter(([reason]) => reason !== "no_image");
  const lostCount = lost.reduce((sum, [, count]) => sum + count, 0);
  const state = lostCount > DROPPED_RATIO * Math.max(1, imagesSelected) ? "warning" : "ok";
  return [
    line("Images", "Seen", String(imagesSeen)),
    line("Images", "Selected", String(imagesSelected)),
    line("Images", "Analysed", String(imagesAnalysed), state),
    line("Images", "Waiting", `${pipeline.queue.length} of ${pipeline.queue.capacity}`),
    ...reasons("Images", "Not analysed", imagesDropped),
    ...reasons("Traffic", "Not understood", exchangesDropped),
    ...reasons("Traffic", "Prediction not used", predictionsRejected),
    ...(tap ? reasons("Traffic", "Connection not observed", tap.counters.opaqueConnections) : []),
    ...(tap ? reasons("Traffic", "Not captured", tap.counters.capturesDropped) : []),
    ...(tap ? reasons("Traffic", "Lost on the way", tap.counters.linkDrops) : []),
  ];
}

function labelLines(
  { monitor }: Core,
  { labels, sharedFallbacks }: TelemetrySnapshot,
  nowSeconds: number,
): HealthItem[] {
  const { awaiting, lastLabelSeconds } = monitor.assessment().labels;
  const age =
    lastLabelSeconds === undefined ? "never" : `${Math.max(0, Math.round(nowSeconds - lastLabelSeconds))} s ago`;
  return [
    line("Labels", "Predictions awaiting one", String(Math.max(0, awaiting))),
    line("Labels", "Last", age),
    ...reasons("Labels", "Received", labels, "neutral"),
    ...reasons("Labels", "Not in the shared table", sharedFallbacks),
  ];
}

function stateLines(
  { config }: Core,
  { snapshot, storeErrors, stateDegraded }: TelemetrySnapshot,
  nowSeconds: number,
): HealthItem[] {
  if (config.state.directory === undefined)
    return [line("State", "In memory only", "a restart forgets it: set state.directory")];
  const saved = snapshot.savedSeconds;
  const failures = snapshot.failures + storeErrors.no_space + storeErrors.failed;
  return [
    line(
      "State",
      "Saved",
      saved === undefined ? "not yet" : `${Math.max(0, Math.round(nowSeconds - saved))} s ago`,
      failures > 0 ? "warning" : "ok",
    ),
    ...(failures > 0 ? [line("State", "Failures", String(failures), "warning")] : []),
    ...(stateDegraded ? [line("State", "Degraded", "not all of it reaches the disk, see the log", "critical")] : []),
  ];
}

function reasons(
  group: string,
  label: string,
  counts: Readonly<Record<string, number>>,
  state: HealthState = "warning",
): HealthItem[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => line(group, `${label}: ${reason.replaceAll("_", " ")}`, String(count), state));
}
