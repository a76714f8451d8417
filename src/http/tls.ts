import type { RequestListener, ServerOptions } from "node:http";
import { createServer, type Server } from "node:https";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { VisionError } from "../core/errors.ts";

/** Names of Go's crypto/tls, as the Prometheus exporter-toolkit takes them. */
export type ClientAuth =
  | "NoClientCert"
  | "RequestClientCert"
  | "RequireAnyClientCert"
  | "VerifyClientCertIfGiven"
  | "RequireAndVerifyClientCert";

export interface TlsRules {
  readonly context: SecureContextOptions;
  readonly clientAuth: ClientAuth;
  /** One of them must be in a client's certificate. Empty: any will do. */
  readonly allowedNames: readonly string[];
}

const HANDSHAKE_MILLISECONDS = 10_000;

/** A server whose certificate and rules are those of `rules` at the moment of each connection. HTTP/1.1 only. */
export function tlsServer(
  app: RequestListener,
  limits: ServerOptions,
  rules: () => TlsRules,
  refused: () => void,
): Server {
  const { context, clientAuth } = rules();
  const server = createServer(
    {
      ...limits,
      ...context,
      handshakeTimeout: HANDSHAKE_MILLISECONDS,
      requestCert: clientAuth !== "NoClientCert",
      rejectUnauthorized: clientAuth === "RequireAndVerifyClientCert",
    },
    app,
  );
  server.on("tlsClientError", refused);
  // Before Node's own listener, which begins to read requests.
  server.prependListener("secureConnection", (socket) => {
    if (isWelcome(socket, rules())) return;
    refused();
    socket.destroy();
  });
  return server;
}

/** Throws CONFIG_INVALID when the change cannot be made while connections live. */
export function requireSameKind(before: TlsRules | undefined, after: TlsRules | undefined): void {
  if (before?.clientAuth === after?.clientAuth) return;
  const what = before && after ? "another client_auth_type" : "TLS switched on or off";
  throw new VisionError("CONFIG_INVALID", `listen.webConfigFile: ${what} takes a restart`);
}

function isWelcome(socket: TLSSocket, { clientAuth, allowedNames }: TlsRules): boolean {
  const certificate = socket.getPeerX509Certificate();
  if (clientAuth === "RequireAnyClientCert") return certificate !== undefined;
  if (clientAuth === "NoClientCert" || clientAuth === "RequestClientCert") return true;
  if (certificate === undefined) return clientAuth === "VerifyClientCertIfGiven";
  return (
    socket.authorized &&
    (allowedNames.length === 0 || namesIn(certificate.subjectAltName).some((name) => allowedNames.includes(name)))
  );
}

/** "DNS:a.example, IP Address:10.0.0.1, URI:spiffe://a" → the names. Node escapes a comma inside one, so no name can pose as two. */
function namesIn(alternatives = ""): string[] {
  return alternatives.split(", ").map((entry) => entry.slice(entry.indexOf(":") + 1));
}
