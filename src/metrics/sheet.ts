import { Counter, Gauge, type MetricObjectWithValues, type MetricValue, Registry } from "prom-client";
import type { BucketCounts } from "./buckets.ts";
import { labelValue, OTHER } from "./label-value.ts";
import type { MetricSpec } from "./metric-spec.ts";
import { PresetHistogram } from "./preset-histogram.ts";

export type Family = MetricObjectWithValues<MetricValue<string>>;

/** Filled in by the sheet wherever a metric has the label. */
export interface CommonLabels {
  readonly model: string;
  readonly model_version: string;
  readonly reference: string;
}

/** The labels of a metric that its writer has to give. */
type OwnLabels<Spec extends MetricSpec> = {
  readonly [Name in Exclude<Spec["labels"][number], keyof CommonLabels>]: string;
};

export interface SheetOptions {
  readonly common: CommonLabels;
  /** Classes with series of their own; the others go under "other". */
  readonly classes: ReadonlySet<string>;
  readonly maxSeries: number;
}

/**
 * One scrape: a registry that is filled once and thrown away, so what has gone leaves no series behind and scrapes cannot disturb each
 * other. A value that is not finite is left out: a series that is absent says "unknown", NaN breaks sums.
 */
export class Sheet {
  readonly #registry = new Registry();
  readonly #options: SheetOptions;
  readonly #metrics = new Map<MetricSpec, Gauge | Counter | PresetHistogram>();
  readonly #folded = new Map<string, number>();
  #series = 0;

  constructor(options: SheetOptions) {
    this.#options = options;
  }

  /** Label sets folded or left out, by metric. */
  get folded(): ReadonlyMap<string, number> {
    return this.#folded;
  }

  set<Spec extends MetricSpec>(spec: Spec, labels: OwnLabels<Spec>, value: number | undefined): void {
    if (value === undefined || !Number.isFinite(value) || !this.#takes(spec, 1)) return;
    const metric = this.#metric(spec);
    if (metric instanceof Gauge) metric.set(this.#allLabels(spec, labels), value);
    else (metric as Counter).inc(this.#allLabels(spec, labels), value);
  }

  /** One series a value of a closed list. */
  setEach<Spec extends MetricSpec>(
    spec: Spec,
    label: Exclude<Spec["labels"][number], keyof CommonLabels>,
    values: Readonly<Record<string, number>>,
  ): void {
    for (const [name, value] of Object.entries(values)) this.set(spec, { [label]: name } as OwnLabels<Spec>, value);
  }

  /** One series a class, as far as classes have their own. */
  setByClass<Spec extends MetricSpec>(spec: Spec, values: ReadonlyMap<string, number>): void {
    const sums = new Map<string, number>();
    for (const [name, value] of values) {
      const label = this.classLabel(name) ?? OTHER;
      if (label === OTHER && name !== OTHER) this.#fold(spec, 1);
      sums.set(label, (sums.get(label) ?? 0) + value);
    }
    for (const [name, value] of sums) this.set(spec, { class: name } as unknown as OwnLabels<Spec>, value);
  }

  /** As setByClass for values that have no sum: classes without series of their own are left out. */
  setOwnClasses<Spec extends MetricSpec>(
    spec: Spec,
    labels: Omit<OwnLabels<Spec>, "class">,
    values: ReadonlyMap<string, number | undefined>,
  ): void {
    for (const [name, value] of values) {
      const label = this.classLabel(name);
      if (label !== undefined) this.set(spec, { ...labels, class: label } as unknown as OwnLabels<Spec>, value);
      else if (value !== undefined) this.#fold(spec, 1);
    }
  }

  histogram<Spec extends MetricSpec>(spec: Spec, labels: OwnLabels<Spec>, buckets: BucketCounts): void {
    if (this.#takes(spec, buckets.counts.length + 2))
      (this.#metric(spec) as PresetHistogram).add(this.#allLabels(spec, labels), buckets);
  }

  /** Label value of a class; undefined when it has no series of its own. */
  classLabel(name: string): string | undefined {
    return this.#options.classes.has(name) ? labelValue(name) : undefined;
  }

  async families(): Promise<Family[]> {
    return (await this.#registry.getMetricsAsJSON()) as Family[];
  }

  #takes(spec: MetricSpec, series: number): boolean {
    if (this.#series + series > this.#options.maxSeries) {
      this.#fold(spec, series);
      return false;
    }
    this.#series += series;
    return true;
  }

  #fold(spec: MetricSpec, series: number): void {
    this.#folded.set(spec.name, (this.#folded.get(spec.name) ?? 0) + series);
  }

  #metric(spec: MetricSpec): Gauge | Counter | PresetHistogram {
    const known = this.#metrics.get(spec);
    if (known) return known;
    const options = { name: spec.name, help: spec.help, labelNames: spec.labels, registers: [this.#registry] };
    const metric =
      spec.type === "histogram"
        ? new PresetHistogram(spec, this.#registry)
        : spec.type === "counter"
          ? new Counter(options)
          : new Gauge(options);
    // prom-client starts a metric without labels at 0.
    if (!(metric instanceof PresetHistogram)) metric.reset();
    this.#metrics.set(spec, metric);
    return metric;
  }

  #allLabels(spec: MetricSpec, labels: Readonly<Record<string, string>>): Record<string, string> {
    const common = this.#options.common as unknown as Readonly<Record<string, string>>;
    return Object.fromEntries(spec.labels.map((name) => [name, labels[name] ?? common[name] ?? ""]));
  }
}
