/**
 * Markup that is safe to send. It can only be made by the `html` tag, which escapes every value that is not itself `Html`;
 * there is no way round it. Values may stand in text and in quoted attributes, nowhere else.
 */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  static fromTemplate(strings: TemplateStringsArray, values: readonly HtmlValue[]): Html {
    return new Html(
      strings.map((text, index) => text + (index < values.length ? markupOf(values[index]) : "")).join(""),
    );
  }

  toString(): string {
    return this.#markup;
  }
}

/** `undefined` and `false` render as nothing, so that `condition && html…` reads well. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.fromTemplate(strings, values);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Control characters have no glyph, and the bidirectional ones can turn a line around: both are shown as replaced. */
const UNPRINTABLE = /[\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}/gu;

export function escapeHtml(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd").replace(/[&<>"'`]/g, (character) => ENTITIES[character] as string);
}

function markupOf(value: HtmlValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.toString();
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  return value.map(markupOf).join("");
}
