import type { RequestHandler } from "express";
import { sendFault } from "./fault.ts";
import type { Door, Refused } from "./guard.ts";

/** No script at all, pictures and style from this origin only, and nobody may frame it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

export function securityHeaders(door: () => Door): RequestHandler {
  return (_request, response, next) => {
    response.set({ ...HEADERS, ...door().headers });
    next();
  };
}

const MOST_HEADERS = 200;

/** Node reads up to 2,000 fields and ignores the rest; more than a few dozen are nobody's. */
export const fewHeaders: RequestHandler = (request, response, next) => {
  if (request.rawHeaders.length <= 2 * MOST_HEADERS) return next();
  sendFault(response, {
    status: 431,
    code: "REQUEST_INVALID",
    message: `The request has more than ${MOST_HEADERS} header fields.`,
    remedy: "Send fewer header fields.",
  });
};

/** Refuses proxy-style targets (`GET http://elsewhere/`) and what another site's page sends through its reader's browser. */
export function ownRequestsOnly(refused: Refused): RequestHandler {
  return (request, response, next) => {
    const fromOtherSite = request.get("Sec-Fetch-Site") === "cross-site" && request.method !== "GET";
    if (request.originalUrl.startsWith("/") && !fromOtherSite) return next();
    refused("foreign_origin");
    sendFault(response, {
      status: fromOtherSite ? 403 : 400,
      code: fromOtherSite ? "FORBIDDEN" : "REQUEST_INVALID",
      message: fromOtherSite
        ? "Requests from another site's page are refused."
        : "The request target must begin with a slash.",
      remedy: "Send the request to this server itself.",
    });
  };
}

/**
 * A page on loopback that asks for no password must check its name: a hostile site whose name is re-bound to 127.0.0.1 could read
 * the gallery through its visitor's browser.
 */
export function loopbackNameOnly(door: () => Door, refused: Refused): RequestHandler {
  return (request, response, next) => {
    const { passwords, certificateVerified } = door();
    const name = (request.get("Host") ?? "").replace(/:\d+$/, "");
    if (passwords || certificateVerified || isLoopback(name)) return next();
    refused("foreign_origin");
    sendFault(response, {
      status: 403,
      code: "FORBIDDEN",
      message: "Without authentication this page answers to localhost only.",
      remedy: "Open it as http://localhost, or configure users for it.",
    });
  };
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}
