/** One metric: what is known of it before it has a value. */
export interface MetricSpec {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** Names of its labels; `model`, `model_version` and `reference` are filled in by the sheet. */
  readonly labels: readonly string[];
  /** The name ends in it. Absent: a plain number. */
  readonly unit?: "seconds" | "bytes" | "ratio";
  readonly help: string;
}
