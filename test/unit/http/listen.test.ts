import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { OPEN } from "../../../src/http/access.ts";
import type { Endpoint } from "../../../src/http/listen.ts";
import { applicationOf, start } from "./literals.ts";

const page = { port: 0, refreshSeconds: 30 };

describe("the servers", () => {
  it("say where they listen", async () => {
    const { running } = await start(applicationOf());
    expect(Object.keys(running.addresses)).toEqual(["metrics", "api", "page"]);
    expect(Object.values(running.addresses).every(({ port }) => port > 0)).toBe(true);
    await running.close(0);
  });

  it("are started without API and page when those are not asked for", async () => {
    const { running } = await start(applicationOf(), { api: undefined, page: undefined });
    expect(Object.keys(running.addresses)).toEqual(["metrics"]);
    await running.close(0);
  });

  it("name the port that is taken, and leave none of theirs open", async () => {
    const first = await start(applicationOf());
    const taken = first.running.addresses.api as Endpoint;
    const other = await start(applicationOf());
    const free = other.running.addresses.metrics;
    await other.running.close(0);
    const second = start(applicationOf(), { metrics: free, api: { ...taken, requestBytes: 1 } });
    await expect(second).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: `listen.api: 127.0.0.1:${taken.port} is taken`,
    });
    const third = await start(applicationOf(), { metrics: free });
    expect(third.running.addresses.metrics).toEqual(free);
    await third.running.close(0);
    await first.running.close(0);
  });

  it("refuse a page that strangers could read", async () => {
    const open = start(applicationOf(), { page: { ...page, host: "0.0.0.0" } });
    await expect(open).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    const empty = start(applicationOf(), { page: { ...page, host: "0.0.0.0" }, access: { ...OPEN, users: new Map() } });
    await expect(empty).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("open the page to the outside when it has users", async () => {
    const user = { name: "ann", password: "a long password" };
    const { running } = await start(applicationOf(), { page: { ...page, host: "0.0.0.0", user } });
    await running.close(0);
  });

  it("let a request under way end before they close", async () => {
    const entered = deferred();
    const leave = deferred();
    const { running, api } = await start(
      applicationOf({
        labels: async () => {
          entered.resolve();
          await leave.promise;
          return [];
        },
      }),
    );
    const answer = fetch(`${api}/v1/labels`, { method: "POST", body: "[]" });
    await entered.promise;
    const closed = running.close(30);
    leave.resolve();
    expect((await answer).status).toBe(200);
    await closed;
    await expect(fetch(api)).rejects.toThrow();
  });

  it("cut off a request that does not end within the grace time", async () => {
    const entered = deferred();
    const labels = (): Promise<never> => {
      entered.resolve();
      return new Promise(() => {});
    };
    const { running, api } = await start(applicationOf({ labels }));
    const cut = new Promise((resolve) => {
      const sent = request(`${api}/v1/labels`, { method: "POST" });
      sent.on("error", resolve);
      sent.end("[]");
    });
    await entered.promise;
    await running.close(0);
    expect(await cut).toBeInstanceOf(Error);
  });
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
