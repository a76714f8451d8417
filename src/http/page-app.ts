import type { Express, Request, RequestHandler, Response } from "express";
import type { Application } from "./application.ts";
import { cachedFor } from "./cached.ts";
import { expressApp } from "./express-app.ts";
import { onlyMethods } from "./fault.ts";
import { guard } from "./guard.ts";
import { serveIcon } from "./icon-route.ts";
import type { AppOptions } from "./metrics-app.ts";
import { renderPage } from "./page.ts";
import { loopbackNameOnly } from "./security.ts";
import { STYLE_VERSION, serveStyle } from "./style-route.ts";

const CACHE_SECONDS = 1;
const KEY = /^[A-Za-z0-9_-]{1,64}$/;

export interface PageAppOptions extends AppOptions {
  readonly refreshSeconds: number;
}

/** The page and its pictures. */
export function pageApp(application: Application, options: PageAppOptions): Express {
  const assess = cachedFor(CACHE_SECONDS, options.clock, () => application.assess());
  const { door, refused } = options;
  return expressApp(options, (app) => {
    app.use(loopbackNameOnly(door, refused), guard(door, refused));
    app
      .route("/")
      .get((request, response) => {
        const page = renderPage({
          assessment: assess(""),
          health: application.health(),
          window: queryText(request, "window"),
          refreshSeconds: queryText(request, "refresh") === "off" ? undefined : options.refreshSeconds,
          styleVersion: STYLE_VERSION,
        });
        response.type("html").send(page.toString());
      })
      .all(onlyMethods("GET", "HEAD"));
    app.get(
      "/gallery/live/images/:key",
      picture((key) => application.thumbnail(key)),
    );
    app.get(
      "/gallery/reference/images/:key",
      picture((key) => application.referenceThumbnail(key)),
    );
    app.get("/icons/:file", serveIcon);
    app.get("/style.css", serveStyle);
  });
}

/** Bytes come from memory by an opaque key: no path of the request ever reaches a file system, and the type is fixed. */
function picture(find: (key: string) => Uint8Array | undefined): RequestHandler<{ key: string }> {
  return (request, response, next) => {
    const { key } = request.params;
    const bytes = KEY.test(key) ? find(key) : undefined;
    if (bytes === undefined) next();
    else sendPicture(response, bytes);
  };
}

/** Keys begin again after a restart: a browser must ask, and is told when nothing changed. */
function sendPicture(response: Response, bytes: Uint8Array): void {
  response.set("Cache-Control", "private, no-cache").type("image/webp");
  response.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** A repeated parameter arrives as a list and counts as absent. */
function queryText(request: Request, name: string): string | undefined {
  const value = request.query[name];
  return typeof value === "string" ? value : undefined;
}
