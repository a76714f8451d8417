import { describe, expect, it } from "vitest";
import { preferredFormat } from "../../../src/metrics/negotiation.ts";

/** As Prometheus 3 sends it when native histograms are on, and when they are off. */
const WITH_PROTOBUF =
  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
const PROMETHEUS_2 =
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

describe("the format of a scrape", () => {
  it.each([
    ["", "prometheus"],
    ["*/*", "prometheus"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "prometheus"],
    ["text/plain", "prometheus"],
    ["text/plain;version=1.0.0", "prometheus"],
    ["application/openmetrics-text", "openmetrics"],
    ['Application/OpenMetrics-Text; Version="1.0.0"', "openmetrics"],
    ["application/openmetrics-text;version=0.0.1", "prometheus"],
    ["application/openmetrics-text;q=0.3, text/plain;q=0.4", "prometheus"],
    ["text/plain;q=0.3, application/openmetrics-text;q=0.4", "openmetrics"],
    ["text/plain, application/openmetrics-text", "openmetrics"],
    ["application/openmetrics-text;q=0", "prometheus"],
    ["application/openmetrics-text;q=2, text/plain;q=0.1", "prometheus"],
    ["application/vnd.google.protobuf", "prometheus"],
    [";;,,=;q=", "prometheus"],
    [WITH_PROTOBUF, "openmetrics"],
    [PROMETHEUS_2, "openmetrics"],
  ])("for %j is %s", (accept, format) => {
    expect(preferredFormat(accept)).toBe(format);
  });
});
