import express, { type Express } from "express";
import { faultHandler, notFound } from "./fault.ts";
import type { Door, Refused } from "./guard.ts";
import { fewHeaders, ownRequestsOnly, securityHeaders } from "./security.ts";

export interface AppFrame {
  readonly door: () => Door;
  readonly refused: Refused;
  /** Is told of errors that are ours, not the sender's. */
  readonly report: (error: unknown) => void;
}

/** What every app begins and ends with. */
export function expressApp({ door, refused, report }: AppFrame, routes: (app: Express) => void): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.set("trust proxy", false);
  app.enable("strict routing");
  app.use(securityHeaders(door), fewHeaders, ownRequestsOnly(refused));
  routes(app);
  app.use(notFound);
  app.use(faultHandler(report));
  return app;
}
