import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { Application } from "../../../src/http/application.ts";
import { applicationOf, assessmentOf, type Started, start, windowOf } from "./literals.ts";

let started: Started;
const startWith = async (changes: Partial<Application> = {}): Promise<string> => {
  started = await start(applicationOf(changes));
  return started.page;
};
afterEach(() => started.running.close(0));

describe("the page", () => {
  it("may load its own pictures and style, and nothing else", async () => {
    const answer = await fetch(await startWith());
    const policy = answer.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'; img-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("x-powered-by")).toBeNull();
    const page = await answer.text();
    expect(page).not.toMatch(/<script|style="|onload|javascript:/i);
  });

  it("refreshes itself, unless the reader paused it", async () => {
    const page = await startWith();
    expect(await (await fetch(page)).text()).toContain('<meta http-equiv="refresh" content="30">');
    expect(await (await fetch(`${page}/?refresh=off`)).text()).not.toContain("http-equiv");
  });

  it("shows the window asked for, and ignores one that is not there", async () => {
    const windows = [windowOf({ window: "10m", sentence: "Short." }), windowOf({ window: "24h", sentence: "Long." })];
    const page = await startWith({ assess: () => assessmentOf({ windows }) });
    const text = async (query: string): Promise<string> => (await fetch(page + query)).text();
    expect(await text("/?window=24h")).toContain("Long.");
    expect(await text("/?window=%3Cscript%3E")).toContain("Short.");
    expect(await text("/?window=10m&window=24h")).toContain("Short.");
  });

  it("has a style sheet and an icon for each verdict", async () => {
    const page = await startWith();
    const text = await (await fetch(page)).text();
    for (const [, path] of text.matchAll(/<link [^>]*href="([^"]+)"/g)) {
      const answer = await fetch(page + path);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, expect.stringMatching(/css|svg/)]);
    }
    expect((await fetch(`${page}/icons/nothing.svg`)).status).toBe(404);
  });

  it("takes GET only", async () => {
    expect((await fetch(await startWith(), { method: "POST" })).status).toBe(405);
  });

  it("without users answers to loopback names only, so that no re-bound name can read it", async () => {
    const page = await startWith();
    expect(await statusFor(page, "localhost:9437")).toBe(200);
    expect(await statusFor(page, "[::1]:9437")).toBe(200);
    expect(await statusFor(page, "evil.example")).toBe(403);
    expect(await statusFor(page, "127.0.0.1.evil.example")).toBe(403);
    expect(await statusFor(page, "evil127.0.0.1")).toBe(403);
  });
});

describe("the gallery's pictures", () => {
  const webp = new Uint8Array(new ArrayBuffer(8), 2, 3).fill(7);
  const withPictures = (): Promise<string> =>
    startWith({
      thumbnail: (key) => (key === "l1" ? webp : undefined),
      referenceThumbnail: (key) => (key === "r1" ? webp : undefined),
    });

  it.each(["/gallery/live/images/l1", "/gallery/reference/images/r1"])(
    "are served at %s with a fixed type",
    async (path) => {
      const answer = await fetch((await withPictures()) + path);
      expect(answer.headers.get("content-type")).toBe("image/webp");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(new Uint8Array([7, 7, 7]));
    },
  );

  it("are not sent again while they are the same", async () => {
    const url = `${await withPictures()}/gallery/live/images/l1`;
    const first = await fetch(url);
    const again = await fetch(url, {
      headers: { "if-none-match": first.headers.get("etag") ?? "", "cache-control": "max-age=0" },
    });
    expect(again.status).toBe(304);
  });

  it.each([
    "/gallery/live/images/r1",
    "/gallery/live/images/../../etc/passwd",
    "/gallery/live/images/..%2f..%2fetc%2fpasswd",
    "/gallery/live/images/%2e%2e",
    "/gallery/live/images/l1%00.svg",
    "/gallery/live/images/l1.svg",
    `/gallery/live/images/${"l".repeat(65)}`,
    "/gallery/live/images/",
    "/gallery/live/images/%ff",
    "/gallery/",
  ])("are not found at %s", async (path) => {
    const page = await withPictures();
    const status = await new Promise((resolve) => {
      request(page, { path }, (answer) => resolve(answer.resume().statusCode)).end();
    });
    expect([400, 404]).toContain(status);
  });
});

function statusFor(page: string, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    request(page, { headers: { host } }, (answer) => resolve(answer.resume().statusCode)).end();
  });
}
