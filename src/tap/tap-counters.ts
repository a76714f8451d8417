import {
  CAPTURE_DROP_REASONS,
  type CaptureDropReason,
  LINK_DROP_REASONS,
  type LinkDropReason,
  OPAQUE_REASONS,
  type OpaqueReason,
} from "./reasons.ts";

/** What the tap counts since it started. A plain object, because it travels over the link; all but the two `open…` only grow. */
export interface TapCounters {
  connections: number;
  /** Connections open now. */
  openConnections: number;
  /** Bytes held now for exchanges that are not whole yet. */
  openCaptureBytes: number;
  /** Connections closed because the model server could not be reached. */
  upstreamFailures: number;
  /** Client to model server. */
  requestBytes: number;
  /** Model server to client. */
  responseBytes: number;
  /** Request and reply pairs that were seen whole, sampled or not. */
  exchanges: number;
  /** Written to the link in full; the drops below are not among them. */
  exchangesSent: number;
  /** Faults of this process that nothing else caught. */
  faults: number;
  readonly opaqueConnections: Record<OpaqueReason, number>;
  readonly capturesDropped: Record<CaptureDropReason, number>;
  readonly linkDrops: Record<LinkDropReason, number>;
}

export function newTapCounters(): TapCounters {
  return {
    connections: 0,
    openConnections: 0,
    openCaptureBytes: 0,
    upstreamFailures: 0,
    requestBytes: 0,
    responseBytes: 0,
    exchanges: 0,
    exchangesSent: 0,
    faults: 0,
    opaqueConnections: zeros(OPAQUE_REASONS),
    capturesDropped: zeros(CAPTURE_DROP_REASONS),
    linkDrops: zeros(LINK_DROP_REASONS),
  };
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
