import type { Express, Request, RequestHandler, Response } from "express";
import type { Scope } from "./api-tokens.ts";
import type { Application, ItemResult } from "./application.ts";
import { decompressBody, readBody } from "./body.ts";
import { type BusyStatus, bodyBudget, sendBusy } from "./body-budget.ts";
import { cachedFor } from "./cached.ts";
import { expressApp } from "./express-app.ts";
import { onlyMethods, sendFault } from "./fault.ts";
import { guard, only } from "./guard.ts";
import type { AppOptions } from "./metrics-app.ts";
import { Slots } from "./slots.ts";
import { whenOver } from "./when-over.ts";

const ASSESSMENT_CACHE_SECONDS = 1;
/**
 * Bodies are worked on whole, so their number is bounded too: 8 of 32 MiB are 256 MiB at the very most. `comingIn` bounds what is still coming or
 * waits for its turn, as a multiple of the largest body. Labels have their own, so that a storm of them holds no image up; 429 tells their
 * sender that it sends too much, 503 a sender of images that this server is busy.
 */
const LABEL_BODIES = { atOnce: 2, comingIn: 2, busy: 429 } as const;
const IMAGE_BODIES = { atOnce: 6, comingIn: 3, busy: 503 } as const;
const MOST_WAITING = 64;

export interface ApiAppOptions extends AppOptions {
  /** Largest body, after decompression. */
  readonly requestBytes: number;
}

/** What senders of labels, observations and CloudEvents talk to, and readers of the assessment as data. */
export function apiApp(application: Application, options: ApiAppOptions): Express {
  const whole = wholeBody(options.requestBytes, IMAGE_BODIES);
  const labels = wholeBody(options.requestBytes, LABEL_BODIES);
  const assess = cachedFor(ASSESSMENT_CACHE_SECONDS, options.clock, () => application.assess());
  const { refused } = options;
  const may = (scope: Scope): RequestHandler => only(scope, refused);
  return expressApp(options, (app) => {
    app.use(guard(options.door, refused));
    app
      .route("/v1/labels")
      .post(
        may("labels"),
        labels,
        items((type, bytes) => application.labels(type, bytes)),
      )
      .all(onlyMethods("POST"));
    app
      .route("/v1/observations")
      .post(
        may("observations"),
        whole,
        items((type, bytes) => application.observations(type, bytes)),
      )
      .all(onlyMethods("POST"));
    app.route("/v1/predictions/:id").delete(may("delete"), forget(application)).all(onlyMethods("DELETE"));
    app
      .route("/v1/assessment")
      .get(may("read"), (_request, response) => void response.json(assess("")))
      .all(onlyMethods("GET", "HEAD"));
    app.route("/").post(may("observations"), whole, event(application)).all(onlyMethods("POST"));
  });
}

/** 200 with what was removed; 404 when there was nothing of that id. */
function forget(application: Application): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const removed = await application.forget(request.params.id);
    if (Object.values(removed).some((count) => count > 0)) return void response.json({ removed });
    const remedy = "It may have been removed, expired, or seen by another replica.";
    sendFault(response, { status: 404, code: "NOT_FOUND", message: "Nothing is kept of this id.", remedy });
  };
}

function wholeBody(
  requestBytes: number,
  { atOnce, comingIn, busy }: typeof LABEL_BODIES | typeof IMAGE_BODIES,
): RequestHandler[] {
  return [
    bodyBudget(comingIn * requestBytes, busy),
    readBody(requestBytes),
    oneOf(new Slots(atOnce, MOST_WAITING), busy),
    decompressBody(requestBytes),
  ];
}

function oneOf(slots: Slots, busy: BusyStatus): RequestHandler {
  return async (request, response, next) => {
    const release = await slots.take();
    if (release === undefined) return sendBusy(response, busy);
    whenOver(request, response, release);
    if (!response.destroyed && !request.socket.destroyed) next();
  };
}

/** 200 when every item was taken, 207 when the sender must look at them one by one. */
function items(take: (contentType: string, bytes: Uint8Array) => Promise<readonly ItemResult[]>): RequestHandler {
  return async (request, response) => {
    const results = await take(request.get("Content-Type") ?? "", bytesOf(request));
    const accepted = results.filter((result) => result.accepted).length;
    const [only, ...others] = results;
    if (only?.token !== undefined && others.length === 0) response.set("X-Vision-Join-Token", only.token);
    response
      .status(accepted === results.length ? 200 : 207)
      .json({ accepted, rejected: results.length - accepted, items: results });
  };
}

/**
 * 202 without a body, whatever became of the event: Knative takes a body for an answering event and fails on any other, and a
 * repetition of a dropped event would be dropped again. Drops are counted by reason.
 */
function event(application: Application): RequestHandler {
  return (request: Request, response: Response) => {
    const headers = new Map(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const result = application.cloudEvent(headers, bytesOf(request));
    response.set("X-Vision-Exporter-Result", result).status(202).end();
  };
}

/** The parser leaves no buffer when there was no body. */
function bytesOf(request: Request): Uint8Array {
  return request.body instanceof Uint8Array ? request.body : new Uint8Array();
}
