import { describe, expect, it } from "vitest";
import { escapeHtml, html } from "../../../src/http/html.ts";

describe("the html tag", () => {
  it("renders a template without values as it stands", () => {
    expect(String(html`<p></p>`)).toBe("<p></p>");
  });

  it("escapes text and quoted attributes", () => {
    const name = `"><script>alert('1')</script>\``;
    const escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&#96;";
    expect(String(html`<b title="${name}">${name}</b>`)).toBe(`<b title="${escaped}">${escaped}</b>`);
  });

  it("escapes an ampersand once", () => {
    expect(escapeHtml("a &lt; b")).toBe("a &amp;lt; b");
  });

  it("does not escape markup of its own again", () => {
    expect(String(html`<ul>${["<", ">"].map((text) => html`<li>${text}</li>`)}</ul>`)).toBe(
      "<ul><li>&lt;</li><li>&gt;</li></ul>",
    );
  });

  it("renders numbers, and nothing for false and undefined", () => {
    expect(String(html`${0}${false}${undefined}${[]}${1.5}`)).toBe("01.5");
  });

  it("takes a look-alike of markup for text", () => {
    const forged = { toString: () => "<script>" } as unknown as string;
    expect(() => String(html`${forged}`)).toThrow();
  });

  it("shows control and bidirectional characters as replaced, and keeps line ends", () => {
    expect(escapeHtml("a\u0000b\u202ec\nd\te")).toBe("a\ufffdb\ufffdc\nd\te");
  });
});
