import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VisionError } from "../../../src/core/errors.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { applicationOf, assessmentOf, exemplarOf, type Started, start } from "./literals.ts";

const KEY = "opaque-key_1";
const PICTURE = new Uint8Array(Buffer.from("RIFF----WEBPthe-picture"));
const SECRET = "what only the file system knows";

let started: Started;
beforeAll(async () => {
  started = await start(
    applicationOf({
      thumbnail: (key) => (key === KEY ? PICTURE : undefined),
      referenceThumbnail: (key) => (key === KEY ? PICTURE : undefined),
      labels: async () => {
        throw new VisionError("REQUEST_INVALID", "no JSON");
      },
      observations: async () => {
        throw new Error(SECRET);
      },
      forget: async () => {
        throw new Error(SECRET);
      },
    }),
  );
});
afterAll(() => started.running.close(0));

type Port = "metrics" | "api" | "page";

/** One request, written byte by byte as it stands here; the answer until the server closes. */
function raw(port: Port, head: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(started.running.addresses[port]?.port as number, "127.0.0.1", () =>
      socket.write(Buffer.from(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n`, "latin1")),
    );
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      answer += text;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}
const get = (port: Port, target: string): Promise<string> => raw(port, `GET ${target} HTTP/1.1`);
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
const headerOf = (answer: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\r$`, "im").exec(answer.split("\r\n\r\n")[0] ?? "")?.[1];

/** Every route of the three servers, and of each the ways to be refused. */
const ANSWERS: readonly [port: Port, request: string, status: number, type: RegExp][] = [
  ["metrics", "GET /", 200, /^text\/html/],
  ["metrics", "GET /metrics", 200, /^text\/plain/],
  ["metrics", "DELETE /metrics", 405, /^application\/json/],
  ["metrics", "GET /-/healthy", 200, /^text\/plain/],
  ["metrics", "POST /-/healthy", 405, /^application\/json/],
  ["metrics", "GET /-/ready", 200, /^text\/plain/],
  ["metrics", "GET /healthz", 200, /^text\/plain/],
  ["metrics", "GET /livez", 200, /^text\/plain/],
  ["metrics", "GET /readyz", 200, /^text\/plain/],
  ["metrics", "POST /-/reload", 200, /^text\/plain/],
  ["metrics", "GET /-/reload", 405, /^application\/json/],
  ["metrics", "GET /style.css", 200, /^text\/css/],
  ["metrics", "GET /nothing", 404, /^application\/json/],
  ["api", "POST /", 202, /^$/],
  ["api", "GET /", 405, /^application\/json/],
  ["api", "POST /v1/labels", 400, /^application\/json/],
  ["api", "GET /v1/labels", 405, /^application\/json/],
  ["api", "POST /v1/observations", 500, /^application\/json/],
  ["api", "GET /v1/observations", 405, /^application\/json/],
  ["api", "GET /v1/assessment", 200, /^application\/json/],
  ["api", "POST /v1/assessment", 405, /^application\/json/],
  ["api", "DELETE /v1/predictions/a", 500, /^application\/json/],
  ["api", "GET /v1/predictions/a", 405, /^application\/json/],
  ["api", "GET /nothing", 404, /^application\/json/],
  ["api", "GET http://elsewhere/", 400, /^application\/json/],
  ["page", "GET /", 200, /^text\/html/],
  ["page", "POST /", 405, /^application\/json/],
  ["page", `GET /gallery/live/images/${KEY}`, 200, /^image\/webp$/],
  ["page", `GET /gallery/reference/images/${KEY}`, 200, /^image\/webp$/],
  ["page", "GET /gallery/live/images/none", 404, /^application\/json/],
  ["page", "GET /icons/ok.svg", 200, /^image\/svg\+xml/],
  ["page", "GET /icons/none.svg", 404, /^application\/json/],
  ["page", "GET /style.css", 200, /^text\/css/],
  ["page", "GET /nothing", 404, /^application\/json/],
  ["page", "GET /%ff", 404, /^application\/json/],
  ["page", "GET /gallery/live/images/%ff", 400, /^application\/json/],
];

describe("every answer of the three servers", () => {
  it.each(ANSWERS)(
    "on %s, %s: %i, with a fixed type and headers that allow nothing",
    async (port, request, status, type) => {
      const answer = await raw(port, `${request} HTTP/1.1\r\nContent-Length: 0`);
      expect(statusOf(answer)).toBe(status);
      expect(headerOf(answer, "content-type") ?? "").toMatch(type);
      expect(headerOf(answer, "content-security-policy")).toMatch(/^default-src 'none'/);
      expect(headerOf(answer, "content-security-policy")).not.toMatch(/script|\*|unsafe-eval|http/);
      expect(headerOf(answer, "x-content-type-options")).toBe("nosniff");
      expect(headerOf(answer, "referrer-policy")).toBe("no-referrer");
      expect(headerOf(answer, "cross-origin-resource-policy")).toBe("same-origin");
      expect(headerOf(answer, "cache-control")).toBeDefined();
      for (const name of ["x-powered-by", "server", "set-cookie", "access-control-allow-origin"])
        expect(headerOf(answer, name)).toBeUndefined();
      expect(answer).not.toContain(SECRET);
    },
  );
});

const PREFIXES = ["/gallery/live/images/", "/gallery/reference/images/", "/gallery/", "/icons/", "/"] as const;
const ESCAPES = [
  "../../../../etc/passwd",
  "..%2f..%2f..%2fetc%2fpasswd",
  "%2e%2e/%2e%2e/etc/passwd",
  "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "%252e%252e%252fetc%252fpasswd",
  "..\\..\\etc\\passwd",
  "..%5c..%5cetc%5cpasswd",
  "%c0%ae%c0%ae/etc/passwd",
  "/etc/passwd",
  "%2fetc%2fpasswd",
  "file:///etc/passwd",
  "C:%5cwindows",
  `${KEY}%00`,
  `${KEY}%00.svg`,
  `${KEY}.svg`,
  `${KEY}.html`,
  `${KEY}/`,
  `${KEY}/..`,
  `${KEY};x`,
  `${KEY}%20`,
  `${KEY}%0d%0aX-Injected:%201`,
  "__proto__",
  "constructor",
  "%",
  "%zz",
  "%ff",
  "l".repeat(65),
  "l".repeat(8_000),
] as const;

describe("the gallery", () => {
  it.each(PREFIXES.flatMap((prefix) => ESCAPES.map((path) => [prefix + path] as const)))(
    "has nothing at %s",
    async (target) => {
      const answer = await get("page", target);
      expect([400, 404]).toContain(statusOf(answer));
      expect(answer).not.toMatch(/root:|X-Injected: 1\r/);
      expect(headerOf(answer, "content-type")).toMatch(/^application\/json/);
    },
  );

  it.each([`${KEY}?x=../../etc/passwd`, `${KEY}#../x`, KEY])(
    "serves the picture itself and never another type at %j",
    async (path) => {
      const answer = await get("page", `/gallery/live/images/${path}`);
      expect([200, 404]).toContain(statusOf(answer));
      if (statusOf(answer) === 200) expect(headerOf(answer, "content-type")).toBe("image/webp");
    },
  );

  it("lists at most what it keeps, with every text of a sender escaped", async () => {
    const drifting = Array.from({ length: 500 }, (_, n) =>
      exemplarOf({ key: `k${n}`, id: `<script>${n}</script>"'${"x".repeat(200)}`, reason: "<img onerror=x>" }),
    );
    const crowded = await start(
      applicationOf({ assess: () => assessmentOf({ exemplars: { drifting, typical: [], unsure: [] } }) }),
    );
    const page = await (await fetch(crowded.page)).text();
    await crowded.running.close(0);
    expect(page.match(/<li class="card"/g)).toHaveLength(500);
    expect(page).not.toMatch(/<script|<img onerror/);
    expect(page.length).toBeLessThan(2 ** 20);
  });
});

describe("targets by chance", () => {
  const PIECES = [
    "/",
    "//",
    "..",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "\\",
    "%00",
    "%",
    "%u002e",
    "~",
    ";",
    "?",
    "#",
    "gallery",
    "live",
    "images",
    "reference",
    "icons",
    "style.css",
    KEY,
    "etc",
    "passwd",
    "v1",
    "labels",
    "metrics",
    "\u00ff",
    "\u0080",
    "a".repeat(50),
    "@",
    ":80",
    "*",
    "http:",
  ] as const;
  const ROUNDS = 3_000;
  const ALLOWED = new Set([200, 202, 301, 304, 400, 403, 404, 405, 500]);

  it("find no file, no other type for a picture, and no server that has ended", async () => {
    const random = seededRandom(30);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
    const odd: string[] = [];
    const one = async (): Promise<void> => {
      const port = pick(["page", "page", "page", "api", "metrics"] as const);
      const length = 1 + Math.floor(random.next() * 9);
      const target = `/${Array.from({ length }, () => pick(PIECES) + (random.next() < 0.4 ? "/" : "")).join("")}`;
      const answer = await get(port, target);
      const type = headerOf(answer, "content-type") ?? "";
      const isPicture = answer.includes("the-picture");
      const right =
        ALLOWED.has(statusOf(answer)) &&
        !/root:x|X-Injected/.test(answer) &&
        (answer.startsWith("HTTP/1.1 400 Bad Request\r\nConnection") ||
          headerOf(answer, "x-content-type-options") === "nosniff") &&
        isPicture === (type === "image/webp");
      if (!right) odd.push(`${port} ${target} → ${answer.slice(0, 200)}`);
    };
    for (let round = 0; round < ROUNDS; round += 20) await Promise.all(Array.from({ length: 20 }, one));
    expect(odd).toEqual([]);
    expect((await fetch(`${started.metrics}/-/healthy`)).status).toBe(200);
  });
});
