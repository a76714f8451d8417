/** The forwarding process, as it reports itself over the link. Absent without a `tap` section. */
export const TAP_METRICS = {
  connected: {
    name: "vision_tap_connected",
    type: "gauge",
    labels: [],
    help: "1 when the tap has reported within the last 10 seconds, else 0.",
  },
  connections: {
    name: "vision_tap_connections_total",
    type: "counter",
    labels: [],
    help: "Connections forwarded.",
  },
  openConnections: {
    name: "vision_tap_open_connections",
    type: "gauge",
    labels: [],
    help: "Connections open now.",
  },
  upstreamFailures: {
    name: "vision_tap_upstream_failures_total",
    type: "counter",
    labels: [],
    help: "Connections closed because the model server could not be reached.",
  },
  forwardedBytes: {
    name: "vision_tap_forwarded_bytes_total",
    type: "counter",
    labels: ["direction"],
    help: "Bytes forwarded (direction: request or response).",
  },
  captureBytes: {
    name: "vision_tap_capture_bytes",
    type: "gauge",
    labels: [],
    unit: "bytes",
    help: "Memory held for exchanges that are not whole yet.",
  },
  exchanges: {
    name: "vision_tap_exchanges_total",
    type: "counter",
    labels: [],
    help: "Requests with their answers seen whole, sampled or not.",
  },
  exchangesSent: {
    name: "vision_tap_exchanges_sent_total",
    type: "counter",
    labels: [],
    help: "Sampled exchanges handed to the analyser.",
  },
  faults: {
    name: "vision_tap_faults_total",
    type: "counter",
    labels: [],
    help: "Faults in the forwarding process that nothing else caught. After a rejection it goes on, after an exception it drains and ends.",
  },
  opaqueConnections: {
    name: "vision_tap_opaque_connections_total",
    type: "counter",
    labels: ["reason"],
    help: "Connections forwarded but not observed (any more), because something in them is not fully understood.",
  },
  capturesDropped: {
    name: "vision_tap_captures_dropped_total",
    type: "counter",
    labels: ["reason"],
    help: "Sampled exchanges that did not become whole.",
  },
  linkDropped: {
    name: "vision_tap_link_dropped_total",
    type: "counter",
    labels: ["reason"],
    help: "Whole exchanges that did not reach the analyser.",
  },
} as const;
