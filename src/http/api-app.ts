import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import type { Scope } from "./api-tokens.ts";
import type { Application, ItemResult } from "./application.ts";
import { cachedFor } from "./cached.ts";
import { expressApp } from "./express-app.ts";
import { onlyMethods, sendFault } from "./fault.ts";
import { guard, only } from "./guard.ts";
import type { AppOptions } from "./metrics-app.ts";
import { Slots } from "./slots.ts";

const ASSESSMENT_CACHE_SECONDS = 1;
/** Bodies are held whole, so their number is bounded too: 8 of 32 MiB are 256 MiB at the very most. Labels have their own, so that a storm of them holds no image up. */
const MOST_BODIES = { labels: 2, images: 6 } as const;
const MOST_WAITING = 64;

export interface ApiAppOptions extends AppOptions {
  /** Largest body, after decompression. */
  readonly requestBytes: number;
}

/** What senders of labels, observations and CloudEvents talk to, and readers of the assessment as data. */
export function apiApp(application: Application, options: ApiAppOptions): Express {
  const whole = [oneOf(new Slots(MOST_BODIES.images, MOST_WAITING), 503), body(options.requestBytes)];
  const labels = [oneOf(new Slots(MOST_BODIES.labels, MOST_WAITING), 429), body(options.requestBytes)];
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

/** Any content type: which ones are understood is for intake to say. `limit` counts after decompression. */
function body(limit: number): RequestHandler {
  return express.raw({ type: () => true, limit, inflate: true });
}

/** 429 tells a sender of labels that it sends too much, 503 one of images that this server is busy. */
function oneOf(slots: Slots, status: 429 | 503): RequestHandler {
  return async (_request, response, next) => {
    const release = await slots.take();
    if (release === undefined) {
      const remedy = "Send fewer requests at once, each with more items.";
      const message = "Too many requests at once.";
      return sendFault(response, { status, code: "BUSY", message, remedy, retryAfterSeconds: 1 });
    }
    response.once("close", release);
    if (response.closed || response.destroyed) release();
    else next();
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
  return Buffer.isBuffer(request.body) ? request.body : new Uint8Array();
}
