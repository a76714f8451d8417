/** One request and its answer, whole, as the tap or a log stream saw it. Bodies are de-chunked but still content-encoded. */
export interface Exchange {
  /** Unix time of the last byte of the answer. */
  readonly timeSeconds: number;
  readonly method: string;
  /** Request target with its query, as sent. */
  readonly path: string;
  /** Names in lower case; repeated fields joined with ", ". */
  readonly requestHeaders: ReadonlyMap<string, string>;
  readonly requestBody: Uint8Array;
  readonly status: number;
  readonly responseHeaders: ReadonlyMap<string, string>;
  readonly responseBody: Uint8Array;
}
