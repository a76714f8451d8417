import { parser } from "@prometheus-io/lezer-promql";

export interface Selector {
  readonly metric: string;
  /** Label matchers as written: name and the text between the quotes. */
  readonly matchers: readonly { readonly label: string; readonly value: string }[];
  /** Of a range: its length and the function that takes it. */
  readonly range?: { readonly length: string; readonly function: string };
}

interface Open {
  metric: string;
  matchers: { label: string; value: string }[];
  range?: { length: string; function: string };
}

/** Every metric selector of an expression, by the grammar that Prometheus's own editor uses. Throws for what is no PromQL. */
export function selectorsOf(expression: string): Selector[] {
  const found: Open[] = [];
  const functions: string[] = [];
  let label = "";
  parser.parse(expression).iterate({
    enter: ({ name, type, from, to }) => {
      const text = expression.slice(from, to);
      const last = found.at(-1);
      if (type.isError) throw new SyntaxError(`no PromQL at ${from}: ${expression}`);
      if (name === "VectorSelector") found.push({ metric: "", matchers: [] });
      if (name === "Identifier" && last) last.metric = text;
      if (name === "LabelName") label = text;
      if (name === "StringLiteral" && last && label) last.matchers.push({ label, value: text.slice(1, -1) });
      if (name === "StringLiteral") label = "";
      if (name === "FunctionIdentifier") functions.push(text);
      if (name.startsWith("NumberDurationLiteralInDurationContext") && last)
        last.range ??= { length: text, function: functions.at(-1) ?? "" };
    },
    leave: ({ name }) => {
      if (name === "FunctionCall") functions.pop();
    },
  });
  return found;
}
