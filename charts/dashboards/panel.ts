/** What a dashboard of ours says about one panel; `dashboard.ts` turns it into Grafana's JSON. */
export interface Query {
  readonly expr: string;
  /** Name of the curve, with labels as {{label}}. */
  readonly legend: string;
  /** Only the last value: tables, stats and bars. */
  readonly instant?: boolean;
  readonly exemplar?: boolean;
}

export type Unit = "none" | "short" | "ops" | "percentunit" | "s" | "bytes" | "Bps" | "dateTimeFromNow";

export interface Step {
  readonly color: string;
  /** null: from minus infinity. */
  readonly value: number | null;
}

export interface Panel {
  readonly type: "stat" | "timeseries" | "state-timeline" | "table" | "barchart" | "text";
  readonly title: string;
  /** What is seen, and when it is bad. A sentence or two. */
  readonly description: string;
  readonly unit: Unit;
  /** Columns of 24, and grid rows. */
  readonly width: number;
  readonly height: number;
  readonly queries: readonly Query[];
  readonly steps?: readonly Step[];
  /** Text for a number; in a table, for those of the first query. */
  readonly names?: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  readonly stacked?: boolean;
  /** Legends of a lower and an upper curve with the interval filled between them. */
  readonly band?: readonly [lower: string, upper: string];
  /** Legends drawn as dashed lines: thresholds, floors, references. */
  readonly dashed?: readonly string[];
  /** Units of a table's columns, by legend. */
  readonly columns?: Readonly<Record<string, Unit>>;
  readonly links?: readonly Link[];
  readonly markdown?: string;
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

export interface Row {
  /** A question that the panels below it answer. */
  readonly title: string;
  readonly panels: readonly Panel[];
}

export const GOOD = "green";
export const WARNING = "orange";
export const BAD = "red";
export const CALM = "blue";

/** Green until `warning`, orange until `bad`. */
export function rising(warning: number, bad?: number): Step[] {
  const steps = [
    { color: GOOD, value: null },
    { color: WARNING, value: warning },
  ];
  return bad === undefined ? steps : [...steps, { color: BAD, value: bad }];
}

type Size = Pick<Panel, "width" | "height">;
type Text = Pick<Panel, "title" | "description" | "unit">;
type More = Partial<Omit<Panel, "type" | "queries" | keyof Size | keyof Text>>;

/** Queries by their legends. */
type MakePanel = (text: Text, queries: Readonly<Record<string, string>>, more?: More & Partial<Size>) => Panel;

function panelOf(type: Panel["type"], size: Size, instant: boolean): MakePanel {
  return (text, queries, more = {}) => ({
    ...size,
    ...text,
    ...more,
    type,
    queries: Object.entries(queries).map(([legend, expr]) => ({ expr, legend, instant })),
  });
}

export const stat: MakePanel = panelOf("stat", { width: 4, height: 4 }, true);
export const timeseries: MakePanel = panelOf("timeseries", { width: 8, height: 8 }, false);
export const stateTimeline: MakePanel = panelOf("state-timeline", { width: 24, height: 5 }, false);
export const table: MakePanel = panelOf("table", { width: 24, height: 6 }, true);
/** Bars side by side, one group for each value of the label that the queries keep. */
export const barChart: MakePanel = panelOf("barchart", { width: 8, height: 8 }, true);

export function text(title: string, markdown: string, size: Size): Panel {
  return { type: "text", title, description: title, unit: "none", queries: [], markdown, ...size };
}

/** Points on the curves that lead to single images. */
export function withExemplars(panel: Panel): Panel {
  return { ...panel, queries: panel.queries.map((query) => ({ ...query, exemplar: true })) };
}
