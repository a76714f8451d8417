import { createServer, type RequestListener, type Server } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Clock } from "../core/clock.ts";
import { VisionError } from "../core/errors.ts";
import { type AccessRules, doorsOf, OPEN, requireGuard, type ServerName } from "./access.ts";
import { apiApp } from "./api-app.ts";
import type { Application } from "./application.ts";
import type { Refused } from "./guard.ts";
import { type AppOptions, metricsApp } from "./metrics-app.ts";
import { pageApp } from "./page-app.ts";
import type { PlainUser } from "./passwords.ts";
import { requireSameKind, type TlsRules, tlsServer } from "./tls.ts";

/** Port 0 takes any free one. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface ServerOptions {
  readonly clock: Clock;
  readonly version: string;
  readonly report: (error: unknown) => void;
  /** Is told of every request and connection that was turned away. */
  readonly refused?: Refused;
  /** Everybody, in plain HTTP, when left out. */
  readonly access?: AccessRules;
  readonly metrics: Endpoint;
  readonly api?: (Endpoint & { readonly requestBytes: number }) | undefined;
  readonly page?: (Endpoint & { readonly refreshSeconds: number; readonly user?: PlainUser | undefined }) | undefined;
}

export interface RunningServers {
  readonly addresses: { readonly metrics: Endpoint; readonly api?: Endpoint; readonly page?: Endpoint };
  /**
   * New connections and requests are judged by these rules from now on; connections that live keep their encryption. Throws CONFIG_INVALID, and
   * changes nothing, for what takes a restart or would open the page to strangers.
   */
  useAccess(rules: AccessRules): void;
  /** Takes no new connections, lets requests under way end, and cuts off what is left after `graceSeconds`. */
  close(graceSeconds: number): Promise<void>;
}

const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  /** How often the two above are looked at; with Node's 30 s a slow sender would get 40. */
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 * 1024,
};
const MOST_CONNECTIONS = 1024;
/** A client that takes nothing of its answer for so long is cut off; the bounds above end with the request. */
const WRITE_TIMEOUT_MILLISECONDS = 30_000;

/** Starts all or none. Throws PORT_IN_USE, and CONFIG_INVALID for a page that strangers could read. */
export async function startServers(application: Application, options: ServerOptions): Promise<RunningServers> {
  const { metrics, api, page, access = OPEN, refused = () => {} } = options;
  let rules = access;
  let doors = doorsOf(access, page?.user);
  if (page) requireGuard(page.host, doors.page);
  const frame = (name: ServerName): AppOptions => ({ ...options, refused, door: () => doors[name] });
  const running: Server[] = [];
  const start = async (name: ServerName, routes: RequestListener, endpoint: Endpoint): Promise<Endpoint> => {
    const app: RequestListener = (request, response) => {
      response.once("prefinish", () => request.socket.setTimeout(WRITE_TIMEOUT_MILLISECONDS));
      routes(request, response);
    };
    const server = access.tls
      ? tlsServer(
          app,
          LIMITS,
          () => rules.tls as TlsRules,
          () => refused("tls"),
        )
      : createServer(LIMITS, app);
    await listen(name, server, endpoint);
    running.push(server);
    const { address, port } = server.address() as AddressInfo;
    return { host: address, port };
  };
  const close = async (graceSeconds: number): Promise<void> => {
    await Promise.all(running.map((server) => drain(server, graceSeconds)));
  };
  const useAccess = (next: AccessRules): void => {
    requireSameKind(rules.tls, next.tls);
    const nextDoors = doorsOf(next, page?.user);
    if (page) requireGuard(page.host, nextDoors.page);
    if (next.tls) for (const server of running) (server as TlsServer).setSecureContext(next.tls.context);
    rules = next;
    doors = nextDoors;
  };
  try {
    const reloadDoor = () => doors.api;
    const addresses = {
      metrics: await start("metrics", metricsApp(application, { ...frame("metrics"), reloadDoor }), metrics),
      ...(api && { api: await start("api", apiApp(application, { ...frame("api"), ...api }), api) }),
      ...(page && { page: await start("page", pageApp(application, { ...frame("page"), ...page }), page) }),
    };
    return { addresses, useAccess, close };
  } catch (error) {
    await close(0);
    throw error;
  }
}

function listen(name: ServerName, server: Server, { host, port }: Endpoint): Promise<void> {
  server.maxConnections = MOST_CONNECTIONS;
  // Each pipelined request watches its connection; their number is that of the bytes which Node reads ahead.
  server.on("connection", (socket) => socket.setMaxListeners(0));
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        taken ? new VisionError("PORT_IN_USE", `listen.${name}: ${host}:${port} is taken`, { cause: error }) : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

const SWEEP_MILLISECONDS = 50;

/** Connections are closed as they fall idle, so a scraper's keep-alive does not hold up the end. */
async function drain(server: Server, graceSeconds: number): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MILLISECONDS);
  const cutOff = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(sweep);
  clearTimeout(cutOff);
}
