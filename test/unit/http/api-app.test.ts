import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { VisionError } from "../../../src/core/errors.ts";
import type { Application } from "../../../src/http/application.ts";
import { applicationOf, type Started, start } from "./literals.ts";

let started: Started;
const startWith = async (changes: Partial<Application> = {}): Promise<string> => {
  started = await start(applicationOf(changes));
  return started.api;
};
afterEach(() => started.running.close(0));

const post = (
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

describe.each(["/v1/labels", "/v1/observations"] as const)("POST %s", (path) => {
  const taking = (take: Application["labels"]): Promise<string> => startWith({ labels: take, observations: take });

  it("hands on content type and bytes, and answers 200 when every item was taken", async () => {
    const api = await taking(async (type, body) => [
      { id: `${type} ${Buffer.from(body)}`, accepted: true, result: "matched" },
    ]);
    const answer = await post(api + path, "[1]");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      accepted: 1,
      rejected: 0,
      items: [{ id: "application/json [1]", accepted: true, result: "matched" }],
    });
  });

  it("answers 207 when one item was not", async () => {
    const api = await taking(async () => [
      { id: "a", accepted: true, result: "matched" },
      { id: "b", accepted: false, result: "unknown_class", message: "no class ice" },
    ]);
    const answer = await post(api + path, "[]");
    expect(answer.status).toBe(207);
    expect(await answer.json()).toMatchObject({ accepted: 1, rejected: 1 });
  });

  it("gives the token of a single item in a header as well, and none of several", async () => {
    const item = { id: "a", accepted: true, result: "accepted", token: "t0ken" };
    const api = await taking(async (_, body) => (body.length > 3 ? [item, item] : [item]));
    const single = await post(api + path, "[1]");
    expect([single.headers.get("x-vision-join-token"), await single.json()]).toEqual([
      "t0ken",
      { accepted: 1, rejected: 0, items: [item] },
    ]);
    expect((await post(api + path, "[1, 2]")).headers.get("x-vision-join-token")).toBeNull();
  });

  it("answers 200 to an empty list", async () => {
    const api = await taking(async () => []);
    expect((await post(api + path, "[]")).status).toBe(200);
  });

  it.each([
    ["REQUEST_INVALID", 400],
    ["REQUEST_TOO_LARGE", 413],
    ["UNSUPPORTED_MEDIA_TYPE", 415],
  ] as const)("answers %s with %i, message and remedy", async (code, status) => {
    const api = await taking(async () => {
      throw new VisionError(code, "what is wrong", { remedy: "what to do" });
    });
    const answer = await post(api + path, "x");
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ code, message: "what is wrong", remedy: "what to do" });
  });

  it("refuses a body over the limit, and one that is over it only after decompression", async () => {
    let taken = 0;
    const api = await taking(async () => Array(taken++).fill(undefined));
    const plain = await post(api + path, "x".repeat(1001));
    const bomb = await post(api + path, new Uint8Array(gzipSync("x".repeat(100_000))), { "content-encoding": "gzip" });
    expect([plain.status, bomb.status, taken]).toEqual([413, 413, 0]);
    expect(await bomb.json()).toMatchObject({ code: "REQUEST_TOO_LARGE" });
  });

  it("refuses an encoding it does not know, and a damaged body", async () => {
    const api = await taking(async () => []);
    expect((await post(api + path, "x", { "content-encoding": "rot13" })).status).toBe(415);
    expect((await post(api + path, "no gzip", { "content-encoding": "gzip" })).status).toBe(400);
  });

  it("takes POST only", async () => {
    const api = await taking(async () => []);
    const answer = await fetch(api + path);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    expect(await answer.json()).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
  });
});

describe("POST / with a CloudEvent", () => {
  it.each(["accepted", "dropped"] as const)("answers 202 without a body when it was %s", async (result) => {
    const seen: string[] = [];
    const api = await startWith({
      cloudEvent: (headers, body) => {
        seen.push(headers.get("ce-type") ?? "", Buffer.from(body).toString());
        return result;
      },
    });
    const answer = await post(api, "{}", { "ce-type": "org.kubeflow.serving.inference.request" });
    expect([answer.status, await answer.text(), answer.headers.get("x-vision-exporter-result")]).toEqual([
      202,
      "",
      result,
    ]);
    expect(seen).toEqual(["org.kubeflow.serving.inference.request", "{}"]);
  });

  it("takes an event without a body", async () => {
    const api = await startWith();
    expect((await fetch(api, { method: "POST" })).status).toBe(202);
  });
});

describe("the rest of the API", () => {
  it("answers 429 with the time to wait when labels come too fast", async () => {
    const api = await startWith({
      labels: async () => {
        throw new VisionError("TOO_MANY_LABELS", "too many", { retryAfterSeconds: 2.1 });
      },
    });
    const answer = await post(`${api}/v1/labels`, "[]");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "3"]);
    expect(Object.keys((await answer.json()) as object)).toEqual(["code", "message", "remedy"]);
  });

  it("answers 429 when too many requests with labels come at once, and takes observations all the while", async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const api = await startWith({ labels: () => gate.then(() => []) });
    const answers = Array.from({ length: 80 }, () => post(`${api}/v1/labels`, "[]"));
    const refused = await Promise.race(answers);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    for (let n = 0; n < 5; n++) expect((await post(`${api}/v1/observations`, "[]")).status).toBe(200);
    open();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(66);
    expect(statuses.filter((status) => status === 429)).toHaveLength(14);
  });

  it("gives the assessment as data", async () => {
    const api = await startWith();
    expect(await (await fetch(`${api}/v1/assessment`)).json()).toMatchObject({
      model: "tiles",
      windows: [{ window: "1h" }],
    });
  });

  it("answers an unknown path with 404", async () => {
    const api = await startWith();
    const answer = await fetch(`${api}/v2/labels`);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, "NOT_FOUND"]);
  });

  it("refuses a target that is meant for a proxy", async () => {
    await startWith();
    expect(await raw(started, "GET http://169.254.169.254/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1.1 400/,
    );
  });

  it("refuses a head over 16 KiB", async () => {
    await startWith();
    const head = `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`;
    expect(await raw(started, head)).toMatch(/^HTTP\/1.1 431/);
  });
});

function raw({ running }: Started, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(running.addresses.api?.port as number, "127.0.0.1", () => socket.write(text));
    socket.on("data", (bytes) => {
      answer += bytes;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}
