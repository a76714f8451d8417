import type { OpaqueReason } from "./reasons.ts";

/** Looks at the bytes of one connection after they were forwarded. It may throw; the tee then calls `giveUp`. */
export interface ConnectionObserver {
  request(chunk: Buffer): void;
  response(chunk: Buffer): void;
  /** The model server sends no more. */
  responseEnd(): void;
  /** From now on the connection is opaque: forwarded, no longer looked at. */
  giveUp(reason: OpaqueReason): void;
  /** The connection is gone; frees what is held for it. */
  close(): void;
  /** True when closing now would cut no exchange; never true for an opaque connection. */
  readonly betweenExchanges: boolean;
}

/** Takes the place of an observer that could not be made or has failed: the connection is forwarded all the same. */
export const UNOBSERVED: ConnectionObserver = {
  request: () => {},
  response: () => {},
  responseEnd: () => {},
  giveUp: () => {},
  close: () => {},
  betweenExchanges: false,
};
