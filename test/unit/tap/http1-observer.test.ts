import { describe, expect, it } from "vitest";
import { NAMED_STREAMS } from "../../../bench/fuzz/hostile-streams.ts";
import { cut, Observed, text } from "./observed.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

function post(body: string, id = "a"): string {
  return `POST /infer?x=1 HTTP/1.1\r\nHost: h\r\nX-Request-Id: ${id}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function halves(stream: Buffer, at: number): Buffer[] {
  return [stream.subarray(0, at), stream.subarray(at)]
    .filter((half) => half.length > 0)
    .map((half) => Buffer.from(half));
}

describe("the HTTP/1 observer", () => {
  it("reports nothing for a connection without bytes", () => {
    const seen = new Observed();
    seen.observer.responseEnd();
    seen.observer.close();
    expect(seen.exchanges).toEqual([]);
    expect(seen.counters.capturesDropped.cut_short).toBe(0);
  });

  it("reports one exchange whole, with names in lower case", () => {
    const [exchange] = new Observed().request(post("image")).response(OK).exchanges;
    expect(exchange).toMatchObject({ timeSeconds: 1_700_000_000, method: "POST", path: "/infer?x=1", status: 200 });
    expect(exchange?.requestHeaders.get("x-request-id")).toBe("a");
    expect(exchange?.responseHeaders.get("content-type")).toBe("application/json");
    expect(text(exchange?.requestBody as Uint8Array)).toBe("image");
    expect(text(exchange?.responseBody as Uint8Array)).toBe("{}");
  });

  it("joins repeated fields and keeps names that poison plain objects apart", () => {
    const request = "GET / HTTP/1.1\r\nA: 1\r\na: 2\r\n__proto__: x\r\n\r\n";
    const headers = new Observed().request(request).response(OK).exchanges[0]?.requestHeaders;
    expect([...(headers ?? [])]).toEqual([
      ["a", "1, 2"],
      ["__proto__", "x"],
    ]);
  });

  it("takes the framing out of chunked bodies", () => {
    const request = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;e\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n";
    const [exchange] = new Observed().request(request).response(OK).exchanges;
    expect(text(exchange?.requestBody as Uint8Array)).toBe("abcde");
  });

  it("pairs pipelined requests with their replies in order", () => {
    const seen = new Observed().request(post("1", "a") + post("22", "b")).response(OK + OK);
    expect(seen.exchanges.map(({ requestHeaders }) => requestHeaders.get("x-request-id"))).toEqual(["a", "b"]);
  });

  it("waits for the rest of a request that was answered early", () => {
    const seen = new Observed().request(post("image").slice(0, -3)).response(OK);
    expect(seen.exchanges).toHaveLength(0);
    expect(text(seen.request("age").exchanges[0]?.requestBody as Uint8Array)).toBe("image");
  });

  it("counts exchanges that are not sampled and holds nothing for them", () => {
    const seen = new Observed(undefined, 0).request(post("image"));
    expect(seen.counters.openCaptureBytes).toBe(0);
    seen.response(OK);
    expect(seen.exchanges).toHaveLength(0);
    expect(seen.counters.exchanges).toBe(1);
  });

  it("is between exchanges only when nothing is under way and the connection is understood", () => {
    const seen = new Observed();
    expect(seen.observer.betweenExchanges).toBe(true);
    seen.request("POST ");
    expect(seen.observer.betweenExchanges).toBe(false);
    seen.request(post("x").slice(5));
    expect(seen.observer.betweenExchanges).toBe(false);
    seen.response(OK);
    expect(seen.observer.betweenExchanges).toBe(true);
    seen.request("\0");
    expect(seen.observer.betweenExchanges).toBe(false);
  });

  it("drops a body that declares too much before a byte of it is held", () => {
    const seen = new Observed({ messageBytes: 4, totalBytes: 1000 }).request(post("image").slice(0, -4));
    expect(seen.counters.capturesDropped.message_too_large).toBe(1);
    expect(seen.counters.openCaptureBytes).toBe(0);
    expect(seen.request("mage").response(OK).exchanges).toHaveLength(0);
    expect(seen.counters.exchanges).toBe(1);
  });

  it("drops a chunked body once it is too large and follows the connection on", () => {
    const big = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nimage\r\n0\r\n\r\n";
    const seen = new Observed({ messageBytes: 4, totalBytes: 1000 }).request(big).response(OK);
    expect(seen.counters.capturesDropped.message_too_large).toBe(1);
    expect(seen.request(post("ok")).response(OK).exchanges).toHaveLength(1);
  });

  it("drops what is over the global budget and frees it again", () => {
    const seen = new Observed({ messageBytes: 1000, totalBytes: 120 }).request(post("x".repeat(100)));
    expect(seen.counters.capturesDropped.budget_exhausted).toBe(1);
    expect(seen.counters.openCaptureBytes).toBe(0);
  });

  it("frees everything when the connection is closed in the middle, and counts it once", () => {
    const seen = new Observed().request(post("image") + post("image").slice(0, -2)).response(OK.slice(0, -1));
    expect(seen.counters.openCaptureBytes).toBeGreaterThan(10);
    seen.observer.close();
    seen.observer.close();
    expect(seen.counters.openCaptureBytes).toBe(0);
    expect(seen.counters.capturesDropped.cut_short).toBe(2);
  });

  it("frees everything when it gives up, and counts the connection once", () => {
    const seen = new Observed().request(post("image").slice(0, -1));
    seen.observer.giveUp("observer_fault");
    seen.observer.giveUp("tls");
    seen.observer.close();
    expect(seen.counters.openCaptureBytes).toBe(0);
    expect(seen.counters.opaqueConnections).toMatchObject({ observer_fault: 1, tls: 0 });
    expect(seen.counters.capturesDropped).toMatchObject({ turned_opaque: 1, cut_short: 0 });
  });

  it("charges the start of a head and gives it back", () => {
    const seen = new Observed();
    seen.request("GET / HTTP/1.1\r\n");
    expect(seen.counters.openCaptureBytes).toBeGreaterThan(0);
    seen.request("\r\n").response(OK);
    expect(seen.counters.openCaptureBytes).toBe(0);
    expect(seen.exchanges).toHaveLength(1);
  });

  it("cannot be made slow by blanks, colons or commas in a head of 64 KB", () => {
    const started = process.cpuUsage();
    for (const fill of [" ", "\t", ":", ",", "a "]) {
      new Observed().request(`GET / HTTP/1.1\r\nX: a${fill.repeat(60_000 / fill.length)}\x01\r\n\r\n`);
      new Observed().request(`GET / HTTP/1.1\r\nX: a${fill.repeat(60_000 / fill.length)}b\r\n\r\n`).response(OK);
    }
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });

  it.each(NAMED_STREAMS.filter(({ request, reply }) => request.length + reply.length < 1000))(
    "judges $name alike however it is cut in two",
    ({ request, reply, exchanges, opaque }) => {
      for (let at = 0; at <= Math.max(request.length, reply.length); at++) {
        const seen = new Observed();
        seen.request(...halves(request, at)).response(...halves(reply, at));
        seen.observer.responseEnd();
        expect({ exchanges: seen.counters.exchanges, opaque: seen.opaque }).toEqual({ exchanges, opaque });
      }
    },
  );

  for (const pieceBytes of [1, 7, Number.POSITIVE_INFINITY]) {
    it.each(NAMED_STREAMS)(`judges $name in pieces of ${pieceBytes}`, ({ request, reply, exchanges, opaque }) => {
      const seen = new Observed();
      seen.request(...cut(request, pieceBytes)).response(...cut(reply, pieceBytes));
      seen.observer.responseEnd();
      seen.observer.close();
      expect({ exchanges: seen.counters.exchanges, opaque: seen.opaque }).toEqual({ exchanges, opaque });
      expect(seen.counters.openCaptureBytes).toBe(0);
    });
  }
});
