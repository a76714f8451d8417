/** One way from the client to the model server. */
export interface Path {
  readonly name: string;
  readonly port: number;
  /** The process that forwards; undefined for the direct way. */
  readonly pid?: number;
  readonly analyser?: Analyser;
}

/** What looks at the captured traffic: not part of forwarding, and reported apart from it. */
export interface Analyser {
  readonly pid: number;
  readonly metricsPort?: number;
}

export const DIRECT = "direct";
export const ENVOY_HTTP = "Envoy 1.40 HTTP, 1 worker";
export const ENVOY_TCP = "Envoy 1.40 TCP, 1 worker";
export const NGINX = "nginx, streaming, 1 worker";
export const GO_PROXY = "Go httputil.ReverseProxy";
export const KSERVE_AGENT = "KServe agent, logger on";
export const TAP_ALONE = "tap, nothing sampled";
export const TAP_5_PERCENT = "tap, 5 % analysed";
export const TAP_EVERYTHING = "tap, everything captured";
