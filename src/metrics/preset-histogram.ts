import { Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from "prom-client";
import type { BucketCounts } from "./buckets.ts";
import type { MetricSpec } from "./metric-spec.ts";

type Labels = Readonly<Record<string, string>>;
type Value = MetricValueWithName<string>;

/** prom-client's histogram counts what it observes; this one is handed counts that were kept elsewhere. */
export class PresetHistogram extends Histogram {
  readonly #spec: MetricSpec;
  readonly #values: Value[] = [];

  constructor(spec: MetricSpec, registry: Registry) {
    super({ name: spec.name, help: spec.help, labelNames: spec.labels, registers: [registry] });
    this.#spec = spec;
  }

  add(labels: Labels, { upperEdges, counts, sum }: BucketCounts): void {
    const { name } = this.#spec;
    let cumulative = 0;
    for (const [bucket, count] of counts.entries()) {
      cumulative += count;
      const le = bucket < upperEdges.length ? canonicalNumber(upperEdges[bucket] as number) : "+Inf";
      this.#values.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: cumulative });
    }
    this.#values.push({ metricName: `${name}_sum`, labels, value: sum });
    this.#values.push({ metricName: `${name}_count`, labels, value: cumulative });
  }

  override async get(): Promise<MetricObjectWithValues<Value>> {
    const { name, help } = this.#spec;
    // prom-client's own type of a histogram's entry wants the enum, which its module does not export as a value.
    return {
      name,
      help,
      type: "histogram",
      values: this.#values,
      aggregator: "sum",
    } as unknown as MetricObjectWithValues<Value>;
  }
}

/** "1.0", never "1": Prometheus 3 writes it so, and an edge must not change its name between formats and versions. */
export function canonicalNumber(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
