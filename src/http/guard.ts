import type { RequestHandler, Response } from "express";
import type { HttpRefusalReason } from "../core/drop-reasons.ts";
import { type ApiTokens, SCOPES, type Scope } from "./api-tokens.ts";
import { sendFault } from "./fault.ts";
import type { Passwords } from "./passwords.ts";

/** What one server asks of a request. It is replaced as a whole when its files change, so it is asked for anew each time. */
export interface Door {
  /** Without both everybody may come in. */
  readonly passwords?: Passwords | undefined;
  readonly tokens?: ApiTokens | undefined;
  /** Whether TLS has let in nobody but clients with a certificate that was verified. */
  readonly certificateVerified: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export type Refused = (reason: HttpRefusalReason) => void;

const EVERYTHING: ReadonlySet<Scope> = new Set(SCOPES);
const NOTHING: ReadonlySet<Scope> = new Set();

/** Lets in who has a password or a token that the door asks for, and notes what it is for. */
export function guard(door: () => Door, refused: Refused): RequestHandler {
  return async (request, response, next) => {
    const now = door();
    const header = request.get("Authorization") ?? "";
    const known = await scopesOf(now, header);
    if (known === "busy") return tooBusy(response, refused);
    response.locals["scopes"] = known;
    if (known !== NOTHING) return next();
    refused(header === "" ? "no_credentials" : "wrong_credentials");
    const asked = [now.passwords && BASIC, now.tokens && BEARER].filter((each) => each !== undefined);
    response.set("WWW-Authenticate", asked);
    sendFault(response, { status: 401, code: "UNAUTHENTICATED", ...missingOf(now) });
  };
}

/** Behind `guard`: refuses tokens that are for something else. */
export function only(scope: Scope, refused: Refused): RequestHandler {
  return (_request, response, next) => {
    if ((response.locals["scopes"] as ReadonlySet<Scope>).has(scope)) return next();
    refused("wrong_scope");
    response.set("WWW-Authenticate", `${BEARER}, error="insufficient_scope", scope="${scope}"`);
    const remedy = `Add the scope ${scope} to the token's line in listen.apiTokensFile.`;
    sendFault(response, { status: 403, code: "FORBIDDEN", message: "The token is not for this.", remedy });
  };
}

function missingOf({ passwords, tokens }: Door): { readonly message: string; readonly remedy: string } {
  const logIn = "Log in as one of the configured users.";
  const send = "Send a token as Authorization: Bearer.";
  if (passwords && tokens) return { message: "A password or a token is needed.", remedy: `${logIn} Or: ${send}` };
  if (passwords) return { message: "A name and a password are needed.", remedy: logIn };
  return { message: "A token is needed.", remedy: send };
}

const BASIC = 'Basic realm="vision-exporter", charset="UTF-8"';
const BEARER = 'Bearer realm="vision-exporter"';

async function scopesOf({ passwords, tokens }: Door, header: string): Promise<ReadonlySet<Scope> | "busy"> {
  if (!passwords && !tokens) return EVERYTHING;
  const token = /^bearer +(\S+)$/i.exec(header)?.[1];
  if (token !== undefined) return tokens?.scopesOf(token) ?? NOTHING;
  if (!passwords || header === "") return NOTHING;
  const verdict = await passwords.check(header);
  if (verdict === "busy") return "busy";
  return verdict === "right" ? EVERYTHING : NOTHING;
}

function tooBusy(response: Response, refused: Refused): void {
  refused("busy");
  response.set("Retry-After", "1");
  const remedy = "Try again in a second.";
  sendFault(response, { status: 503, code: "BUSY", message: "Too many log-ins at once.", remedy });
}
