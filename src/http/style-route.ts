import { createHash } from "node:crypto";
import type { RequestHandler } from "express";
import { STYLE } from "./page/style.ts";

export const STYLE_VERSION: string = createHash("sha256").update(STYLE).digest("hex").slice(0, 8);

/** Its address changes with its content, so it may be kept for ever. */
export const serveStyle: RequestHandler = (_request, response) => {
  response.set("Cache-Control", "public, max-age=31536000, immutable").type("css").send(STYLE);
};
