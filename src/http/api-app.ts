import type { Express, Request, RequestHandler, Response } from "express";
import type { Application, ItemResult } from "./application.ts";
import { decompressBody, readBody } from "./body.ts";
import { bodyBudget, sendBusy } from "./body-budget.ts";
import { cachedFor } from "./cached.ts";
import { expressApp } from "./express-app.ts";
import { onlyMethods } from "./fault.ts";
import type { AppOptions } from "./metrics-app.ts";
import { Slots } from "./slots.ts";
import { whenOver } from "./when-over.ts";

const ASSESSMENT_CACHE_SECONDS = 1;
/** Bodies are worked on whole, so their number is bounded too: 8 of 32 MiB are 256 MiB at the very most. */
const MOST_BODIES = 8;
/** What is still coming in or waits for its turn, as a multiple of the largest body. */
const BODIES_COMING_IN = 4;
const MOST_WAITING = 64;

export interface ApiAppOptions extends AppOptions {
  /** Largest body, after decompression. */
  readonly requestBytes: number;
}

/** What senders of labels, observations and CloudEvents talk to, and readers of the assessment as data. */
export function apiApp(application: Application, options: ApiAppOptions): Express {
  const whole = [
    bodyBudget(BODIES_COMING_IN * options.requestBytes),
    readBody(options.requestBytes),
    oneOf(new Slots(MOST_BODIES, MOST_WAITING)),
    decompressBody(options.requestBytes),
  ];
  const assess = cachedFor(ASSESSMENT_CACHE_SECONDS, options.clock, () => application.assess());
  return expressApp(options.report, (app) => {
    app
      .route("/v1/labels")
      .post(
        whole,
        items((type, bytes) => application.labels(type, bytes)),
      )
      .all(onlyMethods("POST"));
    app
      .route("/v1/observations")
      .post(
        whole,
        items((type, bytes) => application.observations(type, bytes)),
      )
      .all(onlyMethods("POST"));
    app
      .route("/v1/assessment")
      .get((_request, response) => void response.json(assess("")))
      .all(onlyMethods("GET", "HEAD"));
    app.route("/").post(whole, event(application)).all(onlyMethods("POST"));
  });
}

function oneOf(slots: Slots): RequestHandler {
  return async (request, response, next) => {
    const release = await slots.take();
    if (release === undefined) return sendBusy(response);
    whenOver(request, response, release);
    if (!response.destroyed && !request.socket.destroyed) next();
  };
}

/** 200 when every item was taken, 207 when the sender must look at them one by one. */
function items(take: (contentType: string, bytes: Uint8Array) => Promise<readonly ItemResult[]>): RequestHandler {
  return async (request, response) => {
    const results = await take(request.get("Content-Type") ?? "", bytesOf(request));
    const accepted = results.filter((result) => result.accepted).length;
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
