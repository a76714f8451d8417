import type { RequestHandler } from "express";
import { sendFault } from "./fault.ts";
import { whenOver } from "./when-over.ts";

/**
 * Bounds what all bodies that are being read or worked on hold together, by the bytes that have come. So a sender that stalls keeps
 * only what it has sent, and no place in a line that others wait in.
 */
export function bodyBudget(mostBytes: number): RequestHandler {
  let heldBytes = 0;
  return (request, response, next) => {
    let own = 0;
    const count = (chunk: Buffer): void => {
      own += chunk.length;
      heldBytes += chunk.length;
      if (heldBytes <= mostBytes) return;
      request.off("data", count).pause();
      if (!response.headersSent) sendBusy(response.set("Connection", "close"));
    };
    request.on("data", count);
    whenOver(request, response, () => {
      heldBytes -= own;
      request.off("data", count);
    });
    next();
  };
}

export function sendBusy(response: Parameters<typeof sendFault>[0]): void {
  response.set("Retry-After", "1");
  const remedy = "Send fewer requests at once, each with more items.";
  sendFault(response, { status: 503, code: "BUSY", message: "Too many requests at once.", remedy });
}
