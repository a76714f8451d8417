import { VisionError } from "../core/errors.ts";
import type { ApiTokens } from "./api-tokens.ts";
import type { Door } from "./guard.ts";
import { Passwords, type PlainUser } from "./passwords.ts";
import { isLoopback } from "./security.ts";
import type { TlsRules } from "./tls.ts";

/** Who may come in, on all servers. It can be replaced while they run. */
export interface AccessRules {
  readonly tls?: TlsRules | undefined;
  /** Sent with every answer, instead of ours of the same name. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by name. Empty: none is asked for. */
  readonly users: ReadonlyMap<string, string>;
  /** For `/v1/*`, CloudEvents and `/-/reload`. */
  readonly tokens?: ApiTokens | undefined;
}

export const OPEN: AccessRules = { headers: {}, users: new Map() };

export type ServerName = "metrics" | "api" | "page";
export type Doors = Readonly<Record<ServerName, Door>>;

/** @param pageUser a user of the page alone. */
export function doorsOf(rules: AccessRules, pageUser: PlainUser | undefined): Doors {
  const { headers, users, tokens, tls } = rules;
  const common = { headers, certificateVerified: tls?.clientAuth === "RequireAndVerifyClientCert" };
  const passwords = users.size > 0 ? new Passwords(users) : undefined;
  const page = pageUser ? new Passwords(users, pageUser) : passwords;
  return {
    metrics: { ...common, passwords },
    api: { ...common, passwords, tokens },
    page: { ...common, passwords: page },
  };
}

/** Throws CONFIG_INVALID for a page that strangers could read. */
export function requireGuard(host: string, { passwords, certificateVerified }: Door): void {
  if (isLoopback(host) || passwords !== undefined || certificateVerified) return;
  throw new VisionError(
    "CONFIG_INVALID",
    `listen.page: ${host} can be reached from outside, and neither users nor verified client certificates are configured`,
    { remedy: "Bind the page to 127.0.0.1, or configure users for it: it shows your users' images." },
  );
}
