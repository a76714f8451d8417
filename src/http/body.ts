import express, { type RequestHandler } from "express";
import type { ExchangeDropReason } from "../core/drop-reasons.ts";
import { VisionError } from "../core/errors.ts";
import { decodeContent } from "../intake/content-encoding.ts";

/** The body as it was sent, of any content type: which ones are understood is for intake to say. */
export function readBody(limit: number): RequestHandler {
  const read = express.raw({ type: () => true, limit, inflate: false });
  return (request, response, next) => {
    const { headers } = request;
    // Express refuses an encoding that it is told not to undo.
    request.headers = { ...headers };
    delete request.headers["content-encoding"];
    read(request, response, (error?: unknown) => {
      request.headers = headers;
      if (!response.headersSent) next(error);
    });
  };
}

/** Undoes the content encoding. What grows over `limit`, or as only a bomb grows, is refused; Express has no bound for the latter. */
export function decompressBody(limit: number): RequestHandler {
  return async (request, _response, next) => {
    if (!(request.body instanceof Uint8Array)) return next();
    const decoded = await decodeContent(request.body, request.headers["content-encoding"], limit);
    if ("reason" in decoded) throw faultOf(decoded.reason);
    request.body = decoded.bytes;
    next();
  };
}

function faultOf(reason: ExchangeDropReason): VisionError {
  switch (reason) {
    case "body_too_large":
      return new VisionError("REQUEST_TOO_LARGE", "The body is over the limit of this path once it is decompressed.");
    case "unsupported_encoding":
      return new VisionError("UNSUPPORTED_MEDIA_TYPE", "The content-encoding is not known.", {
        remedy: "Send the body as it is, or with content-encoding gzip, deflate or br.",
      });
    default:
      return new VisionError("REQUEST_INVALID", "The body is not what its content-encoding says.");
  }
}
