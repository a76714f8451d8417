/** What a PromQL expression asks for: enough to hold rules against the catalogue, not a parser. */
export interface Selector {
  readonly metric: string;
  /** Label matchers as written: name and the text between the quotes. */
  readonly matchers: readonly { readonly label: string; readonly value: string }[];
}

const KEYWORDS = new Set([
  "and",
  "or",
  "unless",
  "bool",
  "on",
  "ignoring",
  "by",
  "without",
  "group_left",
  "group_right",
]);

/**
 * Every metric selector of an expression. Comments, strings, grouping clauses and ranges are taken out first; what is left of the names
 * and is neither a keyword nor a function (an aggregation or call has a bracket or a clause behind it) is a metric.
 */
export function selectorsOf(expression: string): Selector[] {
  const text = expression
    .replace(/"[^"]*"|#.*$/gm, (found) => (found.startsWith("#") ? "" : found))
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ")
    .replace(/\[[^\]]*\]|\boffset\s+\w+/g, " ");
  const names = /([a-zA-Z_:][\w:]*)\s*(\{(?:[^"}]|"[^"]*")*\}|\(?)/g;
  const outside = text.replace(/(\{(?:[^"}]|"[^"]*")*\})|"[^"]*"/g, (_, braces?: string) => braces ?? " ");
  return [...outside.matchAll(names)].flatMap(([, name = "", behind = ""]) => {
    if (behind === "(" || KEYWORDS.has(name) || isAggregation(name)) return [];
    return [{ metric: name, matchers: matchersOf(behind) }];
  });
}

function matchersOf(braces: string): Selector["matchers"] {
  return [...braces.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].map(([, label = "", value = ""]) => ({
    label,
    value,
  }));
}

/** An aggregation whose clause, taken out above, stood between its name and its bracket. */
function isAggregation(name: string): boolean {
  return /^(sum|min|max|avg|count|topk|bottomk)$/.test(name);
}
