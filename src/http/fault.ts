import type { NextFunction, Request, RequestHandler, Response } from "express";
import { type ErrorCode, VisionError } from "../core/errors.ts";

/** Faults that only HTTP knows, beside the coded errors of core. */
type FaultCode =
  | ErrorCode
  | "NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "BUSY"
  | "NOT_READY"
  | "INTERNAL";

export interface Fault {
  readonly status: number;
  readonly code: FaultCode;
  readonly message: string;
  readonly remedy: string;
  readonly retryAfterSeconds?: number;
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  REQUEST_INVALID: 400,
  REQUEST_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_MANY_LABELS: 429,
  STATE_UNUSABLE: 503,
};

export function sendFault(response: Response, fault: Fault): void {
  const { status, retryAfterSeconds, ...body } = fault;
  if (retryAfterSeconds !== undefined) response.set("Retry-After", String(Math.ceil(retryAfterSeconds)));
  response.status(status).json(body);
}

export const notFound: RequestHandler = (request, response) => {
  sendFault(response, {
    status: 404,
    code: "NOT_FOUND",
    message: `There is nothing at ${request.path}.`,
    remedy: "Check the path and the port: metrics, API and page each have their own.",
  });
};

/** For the methods of a known path that have no handler. */
export function onlyMethods(...allowed: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set("Allow", allowed.join(", "));
    sendFault(response, {
      status: 405,
      code: "METHOD_NOT_ALLOWED",
      message: `${request.method} is not allowed at ${request.path}.`,
      remedy: `Use ${allowed.join(" or ")}.`,
    });
  };
}

/** The last handler of every app. What is not a known fault of the request is reported and answered without its details. */
export function faultHandler(report: (error: unknown) => void) {
  return (error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    const fault = faultOf(error);
    if (fault.status >= 500) report(error);
    if (response.headersSent) response.destroy();
    else sendFault(response, fault);
  };
}

export function faultOf(error: unknown): Fault {
  if (error instanceof VisionError) {
    const { code, message, remedy, retryAfterSeconds } = error;
    const fault = { status: STATUS[code] ?? 500, code, message, remedy };
    return retryAfterSeconds === undefined ? fault : { ...fault, retryAfterSeconds };
  }
  const status = statusOf(error);
  if (status === 413) return faultOf(new VisionError("REQUEST_TOO_LARGE", "The body is over the limit of this path."));
  if (status !== undefined && status >= 400 && status < 500) {
    return { ...faultOf(new VisionError("REQUEST_INVALID", "The request cannot be read.")), status };
  }
  return {
    status: 500,
    code: "INTERNAL",
    message: "The request failed.",
    remedy: "The log has the reason; please report it.",
  };
}

/** Express and its body parser mark their errors with a status. */
function statusOf(error: unknown): number | undefined {
  const status = typeof error === "object" && error !== null && "status" in error ? error.status : undefined;
  return typeof status === "number" ? status : undefined;
}
