import { setTimeout as sleep } from "node:timers/promises";

/** What is read of a dashboard's JSON, which is what ships. */
export interface Shipped {
  readonly uid: string;
  readonly title: string;
  readonly templating: { readonly list: readonly ShippedVariable[] };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
  readonly panels: readonly ShippedPanel[];
}

interface ShippedVariable {
  readonly name: string;
  readonly type: "datasource" | "query" | "custom";
  readonly query: string | { readonly query: string };
  readonly allValue?: string;
}

export interface ShippedPanel {
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: {
    readonly defaults: Readonly<Record<string, unknown>>;
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
  readonly options?: { readonly content?: string };
  readonly targets?: readonly ShippedTarget[];
}

export interface ShippedTarget {
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant: boolean;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Times in Unix seconds with their values. */
  readonly values: readonly (readonly [number, number])[];
}

export interface Answered {
  readonly panel: ShippedPanel;
  readonly title: string;
  /** By target. */
  readonly answers: readonly { readonly legend: string; readonly series: readonly Series[] }[];
}

export interface TimeRange {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly stepSeconds: number;
}

type Variables = Readonly<Record<string, string>>;

/** Asks a Prometheus what a Grafana that shows the dashboard would ask. */
export class DashboardQueries {
  readonly #prometheus: string;
  readonly #range: TimeRange;
  readonly #rateInterval: string;

  /** @param rateInterval What Grafana would set for $__rate_interval: four scrapes. */
  constructor(prometheus: string, range: TimeRange, rateInterval: string) {
    this.#prometheus = prometheus;
    this.#range = range;
    this.#rateInterval = rateInterval;
  }

  /** Throws for a query that Prometheus refuses, and for a variable that stays unknown. */
  async answer(dashboard: Shipped): Promise<Answered[]> {
    const variables = await this.#variables(dashboard);
    for (const { expr } of dashboard.annotations.list) await this.#overTime(substituted(expr, variables));
    const answered: Answered[] = [];
    for (const panel of dashboard.panels) {
      const answers = [];
      for (const { expr, legendFormat, instant } of panel.targets ?? []) {
        const query = substituted(expr, variables);
        const series = await (instant ? this.#instant(query) : this.#overTime(query)).catch((error: Error) => {
          throw new Error(`${dashboard.title} / ${panel.title}: ${error.message}`);
        });
        answers.push({ legend: legendFormat, series });
      }
      answered.push({ panel, title: substituted(panel.title, variables), answers });
    }
    return answered;
  }

  async #variables({ templating }: Shipped): Promise<Variables> {
    const variables: Record<string, string> = { __rate_interval: this.#rateInterval, datasource: "prometheus" };
    for (const { name, type, query, allValue } of templating.list) {
      if (type === "datasource") continue;
      const text = typeof query === "string" ? query : query.query;
      if (type === "custom") variables[name] = text.split(",")[0] ?? "";
      else variables[name] = allValue ?? (await this.#labelValue(substituted(text, variables)));
    }
    return variables;
  }

  async #labelValue(query: string): Promise<string> {
    const [, match, label = ""] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
    if (!match) throw new Error(`variable of an unknown form: ${query}`);
    const { startSeconds: start, endSeconds: end } = this.#range;
    const values = (await this.#get(`label/${label}/values`, { "match[]": match, start, end })) as string[];
    if (values[0] === undefined) throw new Error(`a variable has no value: ${query}`);
    return values[0];
  }

  async #overTime(query: string): Promise<Series[]> {
    const { startSeconds: start, endSeconds: end, stepSeconds: step } = this.#range;
    const { result } = (await this.#get("query_range", { query, start, end, step })) as { result: Raw[] };
    return result.map(({ metric, values = [] }) => ({ metric, values: values.map(point) }));
  }

  async #instant(query: string): Promise<Series[]> {
    const { result } = (await this.#get("query", { query, time: this.#range.endSeconds })) as { result: Raw[] };
    return result.map(({ metric, value }) => ({ metric, values: value ? [point(value)] : [] }));
  }

  async #get(path: string, parameters: Readonly<Record<string, string | number>>): Promise<unknown> {
    const form = new URLSearchParams();
    for (const [key, value] of Object.entries(parameters)) form.set(key, String(value));
    const response = await fetch(`${this.#prometheus}/api/v1/${path}?${form}`);
    const { status, data, error } = (await response.json()) as { status: string; data: unknown; error?: string };
    if (status !== "success") throw new Error(`${error}\n  ${parameters["query"] ?? path}`);
    return data;
  }
}

interface Raw {
  readonly metric: Series["metric"];
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

function point([time, value]: readonly [number, string]): readonly [number, number] {
  return [time, Number(value)];
}

/** Panels that ask and get nothing at all: a wrong name, the fault that ships most often. */
export function emptyPanels(answered: readonly Answered[]): string[] {
  return answered
    .filter(({ answers }) => answers.length > 0 && answers.some(({ series }) => series.length === 0))
    .map(({ title, answers }) => {
      const legends = answers.filter(({ series }) => series.length === 0).map(({ legend }) => legend);
      return `${title}: ${legends.join(", ")}`;
    });
}

function substituted(text: string, variables: Variables): string {
  return text.replace(/\$\{(\w+)\}|\$(\w+)/g, (found, braced?: string, plain?: string) => {
    const value = variables[braced ?? plain ?? ""];
    if (value === undefined) throw new Error(`unknown variable ${found} in ${text}`);
    return value;
  });
}

/** Waits until Prometheus answers. */
export async function prometheusReady(prometheus: string, tries = 600): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const ready = await fetch(`${prometheus}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await sleep(100);
  }
  throw new Error(`${prometheus} does not answer`);
}
