import type { WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { count } from "./format.ts";

const MOST_CLASSES = 12;
/** Shades of the style sheet; a cell's shade is its share of its row. */
const SHADES = 5;

/** Rows: true class, columns: predicted class. Columns are numbered, since names would not fit at 390 px. */
export function confusionTable({ realised, classes }: WindowAssessment): Html | undefined {
  const cells = realised?.confusion ?? [];
  const known = classes.map(({ name }) => name);
  const others = cells
    .flatMap(({ trueClass, predictedClass }) => [trueClass, predictedClass])
    .filter((name) => !known.includes(name));
  const names = [...known, ...new Set(others)];
  if (cells.length === 0 || names.length > MOST_CLASSES) return undefined;
  const counts = new Map(cells.map((cell) => [JSON.stringify([cell.trueClass, cell.predictedClass]), cell.count]));
  const rows = names.map((name, row) => {
    const values = names.map((predicted) => counts.get(JSON.stringify([name, predicted])) ?? 0);
    return html`<tr><th scope="row"><span class="number">${row + 1}</span> ${name}</th>${values.map((value, column) => cell(value, sum(values), row === column))}</tr>`;
  });
  const heads = names.map(
    (name, index) => html`<th scope="col" title="${name}">${index + 1}<span class="unseen"> ${name}</span></th>`,
  );
  return html`<h3>Confusion <small>rows: true class, columns: predicted class</small></h3>
<table class="confusion"><thead><tr><td aria-hidden="true"></td>${heads}</tr></thead><tbody>${rows}</tbody></table>`;
}

function cell(value: number, total: number, right: boolean): Html {
  const shade = value > 0 ? Math.ceil((value / total) * SHADES) : 0;
  return html`<td class="${right ? "right" : "wrong"} shade${shade}">${value > 0 ? count(value) : "·"}</td>`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
