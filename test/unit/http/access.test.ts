import { hashSync } from "bcryptjs";
import { afterEach, describe, expect, it } from "vitest";
import { type AccessRules, OPEN } from "../../../src/http/access.ts";
import { ApiTokens } from "../../../src/http/api-tokens.ts";
import type { RunningServers } from "../../../src/http/listen.ts";
import { applicationOf, type Started, start } from "./literals.ts";

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
const bearer = (token: string): string => `Bearer ${token}`;
const ann = new Map([["ann", hashSync("a long password", 4)]]);
const ANN = basic("ann:a long password");
const all = "all-".padEnd(40, "a");
const labelsOnly = "labels-".padEnd(40, "b");
const tokens = new ApiTokens(`${all}\n${labelsOnly} labels`, "tokens");

let started: Started;
let refusals: string[];
const startWith = async (access: Partial<AccessRules>, page = {}): Promise<Started> => {
  refusals = [];
  started = await start(applicationOf(), {
    access: { ...OPEN, ...access },
    page: { host: "127.0.0.1", port: 0, refreshSeconds: 30, ...page },
    refused: (reason) => refusals.push(reason),
  });
  return started;
};
afterEach(() => started.running.close(0));

const ROUTES = [
  ["metrics", "GET", "/metrics"],
  ["metrics", "GET", "/"],
  ["metrics", "GET", "/style.css"],
  ["metrics", "POST", "/-/reload"],
  ["metrics", "GET", "/nothing"],
  ["api", "POST", "/v1/labels"],
  ["api", "POST", "/v1/observations"],
  ["api", "GET", "/v1/assessment"],
  ["api", "DELETE", "/v1/predictions/a"],
  ["api", "POST", "/"],
  ["api", "GET", "/nothing"],
  ["page", "GET", "/"],
  ["page", "GET", "/style.css"],
  ["page", "GET", "/icons/ok.svg"],
  ["page", "GET", "/gallery/live/images/l1"],
  ["page", "GET", "/gallery/reference/images/r1"],
  ["page", "GET", "/nothing"],
] as const;
type Server = (typeof ROUTES)[number][0];

const statusOf = async (server: Server, method: string, path: string, authorization?: string): Promise<number> =>
  (await fetch(started[server] + path, { method, ...(authorization && { headers: { authorization } }) })).status;

describe("without users and tokens", () => {
  it("nothing is asked for", async () => {
    await startWith({});
    for (const [server, method, path] of ROUTES) expect(await statusOf(server, method, path)).not.toBe(401);
    expect(refusals).toEqual([]);
  });
});

describe("with users", () => {
  it.each(ROUTES)("%s asks for one at %s %s", async (server, method, path) => {
    await startWith({ users: ann });
    const answer = await fetch(started[server] + path, { method });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
      401,
      'Basic realm="vision-exporter", charset="UTF-8"',
    ]);
    expect(await answer.json()).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await statusOf(server, method, path, basic("ann:wrong"))).toBe(401);
    expect(await statusOf(server, method, path, ANN)).not.toBe(401);
    expect(refusals).toEqual(["no_credentials", "wrong_credentials"]);
  });

  it.each(["/-/healthy", "/-/ready", "/healthz", "/livez", "/readyz"])(
    "%s stays open, since a kubelet has no password",
    async (path) => {
      await startWith({ users: ann });
      expect(await statusOf("metrics", "GET", path)).toBe(200);
    },
  );

  it("a token opens nothing", async () => {
    await startWith({ users: ann });
    expect(await statusOf("api", "GET", "/v1/assessment", bearer(all))).toBe(401);
  });
});

describe("with tokens", () => {
  it.each(ROUTES.filter(([server, , path]) => server === "api" || path === "/-/reload"))(
    "%s asks for one at %s %s",
    async (server, method, path) => {
      await startWith({ tokens });
      const answer = await fetch(started[server] + path, { method });
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="vision-exporter"']);
      expect(await statusOf(server, method, path, bearer(all.replace("a", "b")))).toBe(401);
      expect(await statusOf(server, method, path, ANN)).toBe(401);
      expect([401, 403]).not.toContain(await statusOf(server, method, path, bearer(all)));
      expect(refusals).toEqual(["no_credentials", "wrong_credentials", "wrong_credentials"]);
    },
  );

  it("scrapes and the page are not asked for one", async () => {
    await startWith({ tokens });
    expect(await statusOf("metrics", "GET", "/metrics")).toBe(200);
    expect(await statusOf("page", "GET", "/")).toBe(200);
  });

  it.each([
    ["metrics", "POST", "/-/reload"],
    ["api", "POST", "/v1/observations"],
    ["api", "GET", "/v1/assessment"],
    ["api", "DELETE", "/v1/predictions/a"],
    ["api", "POST", "/"],
  ] as const)("one for labels is refused by %s at %s %s", async (server, method, path) => {
    await startWith({ tokens });
    expect(await statusOf(server, method, path, bearer(labelsOnly))).toBe(403);
    expect(refusals).toEqual(["wrong_scope"]);
    expect(await statusOf("api", "POST", "/v1/labels", bearer(labelsOnly))).toBe(200);
  });

  it("and users, either will do", async () => {
    await startWith({ tokens, users: ann });
    const answer = await fetch(`${started.api}/v1/assessment`);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Basic .*, Bearer /);
    expect(await statusOf("api", "GET", "/v1/assessment", bearer(all))).toBe(200);
    expect(await statusOf("api", "GET", "/v1/assessment", ANN)).toBe(200);
    expect(await statusOf("metrics", "GET", "/metrics", bearer(all))).toBe(401);
  });
});

describe("the page", () => {
  const user = { name: "vision", password: "in the file" };

  it("has a user of its own, who sees nothing else", async () => {
    await startWith({ users: ann }, { user });
    expect(await statusOf("page", "GET", "/", basic("vision:in the file"))).toBe(200);
    expect(await statusOf("page", "GET", "/", ANN)).toBe(200);
    expect(await statusOf("metrics", "GET", "/metrics", basic("vision:in the file"))).toBe(401);
  });

  it("asks for it, and not for the name localhost, when that is its only guard", async () => {
    await startWith({}, { user });
    expect(await statusOf("page", "GET", "/")).toBe(401);
    expect(await statusOf("metrics", "GET", "/metrics")).toBe(200);
    expect(refusals).toEqual(["no_credentials"]);
  });
});

describe("rules that change while the servers run", () => {
  it("hold from the next request on, also on a connection that lives", async () => {
    const { running } = await startWith({ users: ann });
    expect(await statusOf("metrics", "GET", "/metrics", ANN)).toBe(200);
    running.useAccess({ ...OPEN, users: new Map([["ben", hashSync("another one", 4)]]) });
    expect(await statusOf("metrics", "GET", "/metrics", ANN)).toBe(401);
    expect(await statusOf("metrics", "GET", "/metrics", basic("ben:another one"))).toBe(200);
  });

  it("may not open the page to strangers", async () => {
    const { running } = await startWith({ users: ann }, { host: "0.0.0.0" });
    expect(() => (running as RunningServers).useAccess(OPEN)).toThrow(/listen\.page/);
    expect(await statusOf("page", "GET", "/")).toBe(401);
  });
});
