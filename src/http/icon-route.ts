import type { RequestHandler } from "express";
import { VERDICTS, type Verdict } from "../core/assessment.ts";
import { html } from "./html.ts";
import { APPEARANCE } from "./page/verdict.ts";

/** An icon is a document of its own and needs the few lines of style inside it; nothing of a request gets into it. */
const HEADERS = {
  "Cache-Control": "public, max-age=86400",
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
  "Content-Type": "image/svg+xml",
};

/** The tab shows the verdict too. */
export const serveIcon: RequestHandler<{ file: string }> = (request, response, next) => {
  const verdict = VERDICTS.find((each) => `${each}.svg` === request.params.file);
  if (verdict === undefined) next();
  else response.set(HEADERS).send(iconOf(verdict));
};

const ICON_COLOURS: Readonly<Record<Verdict, string>> = {
  accuracy_below_floor: "#d8343c",
  new_content: "#8f5bc9",
  drifting: "#d9791a",
  ok: "#229a75",
  not_enough_data: "#808992",
};

function iconOf(verdict: Verdict): string {
  const colour = ICON_COLOURS[verdict];
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" fill="${colour}"><style>.cut{fill:none;stroke:#fff;stroke-width:2.4}.hollow,.stroke{fill:none;stroke:${colour};stroke-width:2.5}</style>${APPEARANCE[verdict].shape}</svg>`.toString();
}
