import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { VisionError } from "../core/errors.ts";
import { apiApp } from "./api-app.ts";
import type { Application } from "./application.ts";
import type { Users } from "./basic-auth.ts";
import { type AppOptions, metricsApp } from "./metrics-app.ts";
import { pageApp } from "./page-app.ts";
import { isLoopback } from "./security.ts";

/** Port 0 takes any free one. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface ServerOptions extends AppOptions {
  readonly metrics: Endpoint;
  readonly api?: (Endpoint & { readonly requestBytes: number }) | undefined;
  readonly page?: (Endpoint & { readonly refreshSeconds: number; readonly users?: Users | undefined }) | undefined;
}

export interface RunningServers {
  readonly addresses: { readonly metrics: Endpoint; readonly api?: Endpoint; readonly page?: Endpoint };
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
  const { metrics, api, page } = options;
  if (page) requireGuard(page);
  const running: Server[] = [];
  const start = async (name: string, app: RequestListener, endpoint: Endpoint): Promise<Endpoint> => {
    const server = await listen(name, app, endpoint);
    running.push(server);
    const { address, port } = server.address() as AddressInfo;
    return { host: address, port };
  };
  const close = async (graceSeconds: number): Promise<void> => {
    await Promise.all(running.map((server) => drain(server, graceSeconds)));
  };
  try {
    const addresses = {
      metrics: await start("metrics", metricsApp(application, options), metrics),
      ...(api && { api: await start("api", apiApp(application, { ...options, requestBytes: api.requestBytes }), api) }),
      ...(page && { page: await start("page", pageApp(application, { ...options, ...page }), page) }),
    };
    return { addresses, close };
  } catch (error) {
    await close(0);
    throw error;
  }
}

function requireGuard({ host, users }: NonNullable<ServerOptions["page"]>): void {
  if (isLoopback(host) || (users !== undefined && users.size > 0)) return;
  throw new VisionError(
    "CONFIG_INVALID",
    `listen.page: ${host} can be reached from outside, and no users are configured`,
    {
      remedy: "Bind the page to 127.0.0.1, or configure users for it: it shows your users' images.",
    },
  );
}

function listen(name: string, app: RequestListener, { host, port }: Endpoint): Promise<Server> {
  const server = createServer(LIMITS, (request, response) => {
    response.once("prefinish", () => request.socket.setTimeout(WRITE_TIMEOUT_MILLISECONDS));
    app(request, response);
  });
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
    server.listen(port, host, () => resolve(server));
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
