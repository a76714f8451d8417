import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { VisionError } from "../../../src/core/errors.ts";
import type { Application } from "../../../src/http/application.ts";
import { applicationOf, type Started, start } from "./literals.ts";

let started: Started;
const startWith = async (changes: Partial<Application> = {}): Promise<Started> => {
  started = await start(applicationOf(changes));
  return started;
};
afterEach(() => started.running.close(0));

describe("/metrics", () => {
  it("passes Accept on and the content type back", async () => {
    const { metrics } = await startWith({
      metrics: async (accept) => ({ contentType: "application/openmetrics-text", body: `# ${accept}\n` }),
    });
    const answer = await fetch(`${metrics}/metrics`, { headers: { accept: "application/openmetrics-text" } });
    expect(answer.headers.get("content-type")).toBe("application/openmetrics-text");
    expect(await answer.text()).toBe("# application/openmetrics-text; version=1.0.0; charset=utf-8\n");
  });

  it.each([
    ["gzip", "gzip"],
    ["identity", null],
    ["gzip;q=0", null],
  ])("answers Accept-Encoding %s with %s", async (accepted, used) => {
    const { metrics } = await startWith();
    const answer = await fetch(`${metrics}/metrics`, { headers: { "accept-encoding": accepted } });
    expect(answer.headers.get("content-encoding")).toBe(used);
    expect(await answer.text()).toBe("vision_up 1\n");
  });

  it("is rendered once for a hundred scrapes within a second", async () => {
    let renderings = 0;
    const { metrics, pass } = await startWith({
      metrics: async () => ({ contentType: "text/plain", body: `${++renderings}` }),
    });
    const answers = await Promise.all(Array.from({ length: 100 }, () => fetch(`${metrics}/metrics`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect(renderings).toBe(1);
    pass(1);
    expect(await (await fetch(`${metrics}/metrics`)).text()).toBe("2");
  });

  it("is rendered once for each format, whatever headers ask for it", async () => {
    const asked: string[] = [];
    const { metrics } = await startWith({
      metrics: async (accept) => {
        asked.push(accept);
        return { contentType: accept, body: accept };
      },
    });
    const headers = Array.from({ length: 50 }, (_, index) =>
      index % 2 === 0 ? `text/plain;q=0.${index + 10}` : `x/y${index}, application/openmetrics-text;q=0.${index + 10}`,
    );
    const scrapes = headers.map((accept) => fetch(`${metrics}/metrics`, { headers: { accept } }));
    const types = (await Promise.all(scrapes)).map((answer) => answer.headers.get("content-type"));
    expect(new Set(types.filter((_, index) => index % 2 === 0))).toEqual(
      new Set(["text/plain; version=0.0.4; charset=utf-8"]),
    );
    expect(asked.toSorted()).toEqual([...new Set(types)].toSorted());
    expect(asked).toHaveLength(2);
  });

  it("is served to four scrapers at a time", async () => {
    const { metrics } = await startWith({
      metrics: async () => ({ contentType: "text/plain", body: "x".repeat(20_000_000) }),
    });
    const slow = await Promise.all([1, 2, 3, 4].map(() => unread(`${metrics}/metrics`)));
    let served = false;
    const fifth = fetch(`${metrics}/metrics`).then(() => {
      served = true;
    });
    for (let others = 0; others < 5; others++) await fetch(`${metrics}/-/healthy`);
    expect(served).toBe(false);
    for (const abort of slow) abort();
    await fifth;
  });

  it("refuses other methods and says which it takes", async () => {
    const { metrics } = await startWith();
    const answer = await fetch(`${metrics}/metrics`, { method: "DELETE" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("answers 500 without details when rendering fails, and reports", async () => {
    const { metrics, reported } = await startWith({
      metrics: async () => {
        throw new Error("secret");
      },
    });
    const answer = await fetch(`${metrics}/metrics`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret");
    expect(reported).toHaveLength(1);
  });
});

describe("health", () => {
  it.each(["/-/healthy", "/healthz", "/livez", "/-/ready", "/readyz"])("is served at %s", async (path) => {
    const { metrics } = await startWith();
    expect((await fetch(metrics + path)).status).toBe(200);
  });

  it("says what is missing", async () => {
    const { metrics } = await startWith({ readiness: () => ({ ready: false, reasons: ["no reference"] }) });
    const answer = await fetch(`${metrics}/-/ready`);
    expect([answer.status, await answer.text()]).toEqual([503, "not ready:\n- no reference\n"]);
    expect((await fetch(`${metrics}/-/healthy`)).status).toBe(200);
  });
});

describe("/-/reload", () => {
  it("takes POST only", async () => {
    let reloads = 0;
    const { metrics } = await startWith({ reload: async () => void reloads++ });
    const get = await fetch(`${metrics}/-/reload`);
    expect([get.status, get.headers.get("allow"), reloads]).toEqual([405, "POST", 0]);
    expect((await fetch(`${metrics}/-/reload`, { method: "POST" })).status).toBe(200);
    expect(reloads).toBe(1);
  });

  it("answers 500 with the fault, and works again after it", async () => {
    const faults = [new VisionError("CONFIG_INVALID", "model.name: is missing")];
    const { metrics } = await startWith({
      reload: async () => {
        const fault = faults.pop();
        if (fault) throw fault;
      },
    });
    const answer = await fetch(`${metrics}/-/reload`, { method: "POST" });
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ code: "CONFIG_INVALID", message: "model.name: is missing" });
    expect((await fetch(`${metrics}/-/reload`, { method: "POST" })).status).toBe(200);
  });

  it("is refused to another site's page", async () => {
    const { metrics } = await startWith();
    const answer = await fetch(`${metrics}/-/reload`, { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
    expect(answer.status).toBe(403);
  });
});

describe("the landing page", () => {
  it("names the version and links to what there is", async () => {
    const { metrics } = await startWith();
    const page = await (await fetch(metrics)).text();
    expect(page).toContain("version 1.2.3");
    for (const [, path] of page.matchAll(/href="([^"]+)"/g)) expect((await fetch(metrics + path)).status).toBe(200);
  });

  it("has no pictures behind it", async () => {
    const { metrics } = await startWith({ thumbnail: () => new Uint8Array([1]) });
    expect((await fetch(`${metrics}/gallery/live/images/l1`)).status).toBe(404);
  });
});

/** Begins a request and reads nothing of its answer; returns how to end it. */
function unread(url: string): Promise<() => void> {
  return new Promise((resolve) => {
    const sent = request(url, (answer) => {
      answer.pause();
      resolve(() => sent.destroy());
    });
    sent.on("error", () => {});
    sent.end();
  });
}
