import type { RequestHandler, Response } from "express";
import { sendFault } from "./fault.ts";
import { whenOver } from "./when-over.ts";

export type BusyStatus = 429 | 503;

/**
 * Bounds what all bodies that are being read or worked on hold together, by the bytes that have come. So a sender that stalls keeps
 * only what it has sent, and no place in a line that others wait in.
 */
export function bodyBudget(mostBytes: number, busy: BusyStatus): RequestHandler {
  let heldBytes = 0;
  return (request, response, next) => {
    let own = 0;
    const count = (chunk: Buffer): void => {
      own += chunk.length;
      heldBytes += chunk.length;
      if (heldBytes <= mostBytes) return;
      request.off("data", count).pause();
      if (!response.headersSent) sendBusy(response.set("Connection", "close"), busy);
    };
    request.on("data", count);
    whenOver(request, response, () => {
      heldBytes -= own;
      request.off("data", count);
    });
    next();
  };
}

export function sendBusy(response: Response, status: BusyStatus): void {
  const remedy = "Send fewer requests at once, each with more items.";
  sendFault(response, { status, code: "BUSY", message: "Too many requests at once.", remedy, retryAfterSeconds: 1 });
}
