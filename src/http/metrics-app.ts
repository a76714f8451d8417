import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Express, Request, RequestHandler, Response } from "express";
import type { Clock } from "../core/clock.ts";
import { preferredFormat } from "../metrics/negotiation.ts";
import { CONTENT_TYPES } from "../metrics/text-format.ts";
import type { Application, Exposition } from "./application.ts";
import { cachedFor } from "./cached.ts";
import { type AppFrame, expressApp } from "./express-app.ts";
import { faultOf, onlyMethods, sendFault } from "./fault.ts";
import { guard, only } from "./guard.ts";
import { html } from "./html.ts";
import { Slots } from "./slots.ts";
import { STYLE_VERSION, serveStyle } from "./style-route.ts";
import { whenOver } from "./when-over.ts";

const CACHE_SECONDS = 1;
const MOST_SCRAPES = 4;
const MOST_WAITING = 256;
/** A scraper that reads more slowly than this gives its place to another. */
const SLOWEST_SCRAPE_MILLISECONDS = 10_000;

const compress = promisify(gzip);

export interface AppOptions extends AppFrame {
  readonly clock: Clock;
  readonly version: string;
}

export interface MetricsAppOptions extends AppOptions {
  /** Reloading is a command, so it takes a token too where there are tokens. */
  readonly reloadDoor: AppFrame["door"];
}

/** What Prometheus, the kubelet and an operator's shell talk to. No images, ever. */
export function metricsApp(application: Application, options: MetricsAppOptions): Express {
  const { door, reloadDoor, refused } = options;
  return expressApp(options, (app) => {
    // Above the guard: a kubelet sends no password, and the answers tell nothing but the state of the process.
    for (const path of ["/-/healthy", "/healthz", "/livez"]) {
      app.route(path).get(healthy).all(onlyMethods("GET", "HEAD"));
    }
    for (const path of ["/-/ready", "/readyz"]) {
      app.route(path).get(ready(application)).all(onlyMethods("GET", "HEAD"));
    }
    app
      .route("/-/reload")
      .all(guard(reloadDoor, refused))
      .post(only("reload", refused), reload(application))
      .all(onlyMethods("POST"));
    app.use(guard(door, refused));
    app.route("/metrics").get(scrape(application, options.clock)).all(onlyMethods("GET", "HEAD"));
    app.get("/style.css", serveStyle);
    app.route("/").get(landing(options.version)).all(onlyMethods("GET", "HEAD"));
  });
}

function scrape(application: Application, clock: Clock): RequestHandler {
  // By what is answered and not by header: a scraper that sends another header each time would have each rendered.
  const rendered = cachedFor(CACHE_SECONDS, clock, async (type) => once(await application.metrics(type)));
  const slots = new Slots(MOST_SCRAPES, MOST_WAITING);
  return async (request, response) => {
    const release = await slots.take();
    if (release === undefined) {
      response.set("Retry-After", "1");
      return sendFault(response, {
        status: 503,
        code: "BUSY",
        message: "Too many scrapes at once.",
        remedy: "Scrape less often.",
      });
    }
    releaseAtEnd(request, response, release);
    await sendExposition(
      request,
      response,
      await rendered(CONTENT_TYPES[preferredFormat(request.get("Accept") ?? "")]),
    );
  };
}

interface Rendered {
  readonly contentType: string;
  readonly plain: string;
  /** Compressed at the first need, then shared. */
  readonly gzipped: () => Promise<Buffer>;
}

function once({ contentType, body }: Exposition): Rendered {
  let gzipped: Promise<Buffer> | undefined;
  return {
    contentType,
    plain: body,
    gzipped: () => {
      gzipped ??= compress(body, { level: 3 });
      return gzipped;
    },
  };
}

/** A slot is held until the bytes have left or the scraper has gone; a request that ended while it waited gives it back at once. */
function releaseAtEnd(request: Request, response: Response, release: () => void): void {
  // The connection, not the answer: one that waits behind another has none to destroy.
  const timer = setTimeout(() => request.socket.destroy(), SLOWEST_SCRAPE_MILLISECONDS);
  timer.unref();
  whenOver(request, response, () => {
    clearTimeout(timer);
    release();
  });
}

async function sendExposition(request: Request, response: Response, rendered: Rendered): Promise<void> {
  const wantsGzip = request.acceptsEncodings("gzip", "identity") === "gzip";
  response.set({ "Content-Type": rendered.contentType, Vary: "Accept, Accept-Encoding" });
  if (!wantsGzip) {
    response.end(rendered.plain);
    return;
  }
  response.set("Content-Encoding", "gzip");
  response.end(await rendered.gzipped());
}

const healthy: RequestHandler = (_request, response) => {
  response.type("text/plain").send("healthy\n");
};

function ready(application: Application): RequestHandler {
  return (_request, response) => {
    const { ready: isReady, reasons } = application.readiness();
    response.status(isReady ? 200 : 503).type("text/plain");
    response.send(isReady ? "ready\n" : `not ready:\n${reasons.map((reason) => `- ${reason}\n`).join("")}`);
  };
}

/** Reloads do not overlap: who asks during one waits for it. */
function reload(application: Application): RequestHandler {
  let running: Promise<void> | undefined;
  return async (_request, response) => {
    running ??= application.reload().finally(() => {
      running = undefined;
    });
    try {
      await running;
      response.type("text/plain").send("reloaded\n");
    } catch (error) {
      sendFault(response, { ...faultOf(error), status: 500 });
    }
  };
}

const LINKS = [
  ["/metrics", "metrics", "for Prometheus, as OpenMetrics or text"],
  ["/-/healthy", "healthy", "the process answers"],
  ["/-/ready", "ready", "reference and network are loaded"],
] as const;

function landing(version: string): RequestHandler {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>vision-exporter</title><link rel="stylesheet" href="/style.css?v=${STYLE_VERSION}"></head>
<body><main><h1>vision-exporter</h1><p><small>version ${version}</small></p>
<p>Monitors a computer-vision model: image drift, realised and estimated accuracy, and the images that explain them.</p>
<ul>${LINKS.map(([path, name, note]) => html`<li><a href="${path}">${name}</a> <small>${note}</small></li>`)}</ul>
<p><small>The page with the images is on a port of its own (9437 unless configured otherwise).</small></p></main></body></html>
`.toString();
  return (_request, response) => {
    response.type("html").send(page);
  };
}
