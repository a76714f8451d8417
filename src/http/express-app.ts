import express, { type Express } from "express";
import { faultHandler, notFound } from "./fault.ts";
import { fewHeaders, ownRequestsOnly, securityHeaders } from "./security.ts";

/** What every app begins and ends with. `report` is told of errors that are ours, not the sender's. */
export function expressApp(report: (error: unknown) => void, routes: (app: Express) => void): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.set("trust proxy", false);
  app.enable("strict routing");
  app.use(securityHeaders, fewHeaders, ownRequestsOnly);
  routes(app);
  app.use(notFound);
  app.use(faultHandler(report));
  return app;
}
