import { newTapCounters } from "../../tap/tap-counters.ts";
import { TAP_METRICS } from "../catalog/tap.ts";
import type { Scrape } from "../scrape.ts";
import type { Sheet } from "../sheet.ts";

/** The tap reports once a second; after ten without a word it is gone, or its link is. */
const SILENT_SECONDS = 10;

export function writeTap(sheet: Sheet, { telemetry }: Scrape): void {
  const counters = telemetry.tap?.counters ?? newTapCounters();
  sheet.set(
    TAP_METRICS.connected,
    {},
    Number((telemetry.tap?.ageSeconds ?? Number.POSITIVE_INFINITY) <= SILENT_SECONDS),
  );
  sheet.set(TAP_METRICS.connections, {}, counters.connections);
  sheet.set(TAP_METRICS.openConnections, {}, counters.openConnections);
  sheet.set(TAP_METRICS.upstreamFailures, {}, counters.upstreamFailures);
  sheet.setEach(TAP_METRICS.forwardedBytes, "direction", {
    request: counters.requestBytes,
    response: counters.responseBytes,
  });
  sheet.set(TAP_METRICS.captureBytes, {}, counters.openCaptureBytes);
  sheet.set(TAP_METRICS.exchanges, {}, counters.exchanges);
  sheet.set(TAP_METRICS.exchangesSent, {}, counters.exchangesSent);
  sheet.set(TAP_METRICS.faults, {}, counters.faults);
  sheet.setEach(TAP_METRICS.opaqueConnections, "reason", counters.opaqueConnections);
  sheet.setEach(TAP_METRICS.capturesDropped, "reason", counters.capturesDropped);
  sheet.setEach(TAP_METRICS.linkDropped, "reason", counters.linkDrops);
}
