import { describe, expect, it } from "vitest";
import { VisionError } from "../../../src/core/errors.ts";
import { CloudEventPairing } from "../../../src/intake/cloud-events.ts";
import { decodeExchange } from "../../../src/intake/index.ts";
import { intakeOptions, JPEG, JPEG_BASE64 } from "./exchange.ts";

const REQUEST = "org.kubeflow.serving.inference.request";
const RESPONSE = "org.kubeflow.serving.inference.response";
const REPLY = Buffer.from('{"predictions":[[0.9,0.1]]}');

function pairing(bounds: Partial<{ maxWaiting: number; maxWaitingBytes: number }> = {}) {
  const time = { seconds: 100 };
  const clock = { nowSeconds: () => 1_790_000_000, monotonicSeconds: () => time.seconds };
  const table = new CloudEventPairing({ clock, expirySeconds: 60, maxWaiting: 10, maxWaitingBytes: 10_000, ...bounds });
  return { table, time };
}

const headers = (type: string, id: string, more: Record<string, string> = {}) =>
  new Map(
    Object.entries({ "ce-specversion": "1.0", "ce-type": type, "ce-id": id, "content-type": "image/jpeg", ...more }),
  );

describe("the events of a logger", () => {
  it("make an exchange in either order", async () => {
    for (const requestFirst of [true, false]) {
      const { table } = pairing();
      const events: [string, Uint8Array][] = [
        [REQUEST, JPEG],
        [RESPONSE, REPLY],
      ];
      const [first, second] = (requestFirst ? events : events.reverse()) as [
        [string, Uint8Array],
        [string, Uint8Array],
      ];
      expect(table.receive(headers(first[0], "1"), first[1])).toEqual({ kind: "waiting" });
      const joined = table.receive(headers(second[0], "1"), second[1]);
      if (joined.kind !== "exchange") throw new Error(joined.kind);
      expect(await decodeExchange(joined.exchange, intakeOptions())).toMatchObject({
        protocol: "raw_image",
        inferences: [{ ids: ["1"], timeSeconds: 1_790_000_000, prediction: { scores: Float64Array.of(0.9, 0.1) } }],
      });
      expect([table.waiting, table.unpaired]).toEqual([0, 0]);
    }
  });

  it("carry the model's name, the time and the headers that the logger was told to keep", async () => {
    const { table } = pairing();
    const more = {
      "ce-inferenceservicename": "tiles",
      "ce-metadata": '{"X-Request-Id":["gw-1"]}',
      "x-request-id": "of the delivery",
    };
    table.receive(headers(REQUEST, "1", more), Buffer.from(JSON.stringify({ instances: [JPEG_BASE64] })));
    const joined = table.receive(headers(RESPONSE, "1", { ...more, "ce-time": "2026-09-21T14:13:00Z" }), REPLY);
    if (joined.kind !== "exchange") throw new Error(joined.kind);
    expect(await decodeExchange(joined.exchange, intakeOptions())).toMatchObject({
      inferences: [{ ids: ["gw-1", "1"], timeSeconds: 1_789_999_980, model: "tiles" }],
    });
  });

  it("of predictor and transformer with one id are kept apart", () => {
    const { table } = pairing();
    table.receive(headers(REQUEST, "1", { "ce-component": "transformer" }), JPEG);
    expect(table.receive(headers(RESPONSE, "1", { "ce-component": "predictor" }), REPLY).kind).toBe("waiting");
    expect(table.receive(headers(RESPONSE, "1", { "ce-component": "transformer" }), REPLY).kind).toBe("exchange");
  });

  it("are joined by requestid where Seldon gives each its own id", () => {
    const { table } = pairing();
    table.receive(headers("io.seldon.serving.inference.request", "1", { "ce-requestid": "p" }), JPEG);
    const type = "io.seldon.serving.inference.response";
    expect(table.receive(headers(type, "2", { "ce-requestid": "p" }), REPLY).kind).toBe("exchange");
  });

  it("come in structured mode too", () => {
    const { table } = pairing();
    const send = (event: object) =>
      table.receive(
        new Map([["content-type", "application/cloudevents+json; charset=utf-8"]]),
        Buffer.from(JSON.stringify(event)),
      );
    expect(send({ specversion: "1.0", id: "1", type: REQUEST, data_base64: JPEG_BASE64 })).toEqual({ kind: "waiting" });
    const joined = send({
      specversion: "1.0",
      id: "1",
      type: RESPONSE,
      datacontenttype: "application/json",
      data: { predictions: [[1, 0]] },
    });
    expect(joined).toMatchObject({
      kind: "exchange",
      exchange: { requestBody: Buffer.from(JPEG), responseBody: Buffer.from('{"predictions":[[1,0]]}') },
    });
  });

  it("may be labels", () => {
    const body = Buffer.from('{"response":{"meta":{"puid":"p"}},"truth":{"strData":"water"}}');
    expect(pairing().table.receive(headers("io.seldon.serving.feedback", "1"), body)).toEqual({
      kind: "labels",
      labels: [{ item: { id: "p", label: "water" } }],
    });
  });

  it("that are none are refused", () => {
    const { table } = pairing();
    const structured = new Map([["content-type", "application/cloudevents+json"]]);
    for (const bad of [new Map(), headers("com.example.other", "1"), headers(REQUEST, ""), structured]) {
      expect(() => table.receive(bad, Buffer.from("[]"))).toThrow(VisionError);
    }
    expect(table.waiting).toBe(0);
  });
});

describe("events without their other half", () => {
  it("are given up by age", () => {
    const { table, time } = pairing();
    table.receive(headers(REQUEST, "1"), JPEG);
    time.seconds += 60;
    expect(table.receive(headers(RESPONSE, "1"), REPLY).kind).toBe("waiting");
    expect([table.waiting, table.unpaired]).toEqual([1, 1]);
  });

  it("are given up by number and by bytes, the oldest first", () => {
    const byNumber = pairing({ maxWaiting: 2 }).table;
    for (const id of ["1", "2", "3"]) byNumber.receive(headers(REQUEST, id), JPEG);
    expect([byNumber.waiting, byNumber.unpaired]).toEqual([2, 1]);
    expect(byNumber.receive(headers(RESPONSE, "3"), REPLY).kind).toBe("exchange");
    expect(byNumber.receive(headers(RESPONSE, "1"), REPLY).kind).toBe("waiting");

    const byBytes = pairing({ maxWaitingBytes: JPEG.length * 2 }).table;
    for (const id of ["1", "2", "3"]) byBytes.receive(headers(REQUEST, id), JPEG);
    expect([byBytes.waiting, byBytes.unpaired]).toEqual([2, 1]);
    byBytes.receive(headers(REQUEST, "4"), new Uint8Array(1000));
    expect(byBytes.waiting).toBe(0);
  });

  it("are replaced when they are delivered again", () => {
    const { table } = pairing();
    table.receive(headers(REQUEST, "1"), JPEG);
    table.receive(headers(REQUEST, "1"), JPEG);
    expect([table.waiting, table.unpaired]).toEqual([1, 0]);
  });
});
