import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { networkFileFault } from "../../../src/embedding/network-file.ts";
import { tinyNetwork } from "./tiny-network.ts";

const message = (field: number, ...contents: readonly (Buffer | string)[]): Buffer => {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
};
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

const graph = (...parts: readonly Buffer[]): Buffer => message(7, ...parts);
const initializer = (...parts: readonly Buffer[]): Buffer => graph(message(5, ...parts));
const place = (path: string): Buffer => message(13, message(1, "location"), message(2, path));
const OUTSIDE = "keeps its weights in another file";

describe("a network file", () => {
  it("may hold its weights itself", () => {
    expect(networkFileFault(tinyNetwork({ constants: { one: 1 } }))).toBeUndefined();
    expect(networkFileFault(readFileSync("models/efficientnet-lite0.onnx"))).toBeUndefined();
  });

  it.each(["/etc/passwd", "../weights.bin", "weights.bin", "*/_ORT_MEM_ADDR_/*"])(
    "is refused when a tensor's data is at %s, before anything opens it",
    (path) => {
      expect(networkFileFault(initializer(place(path), number(14, 1)))).toBe(OUTSIDE);
    },
  );

  // Protobuf leaves both free; a search for the usual bytes finds neither.
  it("is refused whatever the order of the fields and the length of their lengths", () => {
    const reversed = message(13, message(2, "/etc/passwd"), message(1, "location"));
    expect(networkFileFault(initializer(reversed))).toBe(OUTSIDE);
    const padded = Buffer.concat([Buffer.from([0x0a, 0x88, 0x00]), Buffer.from("location"), message(2, "/etc/passwd")]);
    expect(networkFileFault(initializer(message(13, padded)))).toBe(OUTSIDE);
    expect(networkFileFault(initializer(number(14, 1)))).toBe(OUTSIDE);
    expect(networkFileFault(Buffer.concat([graph(), initializer(place("a"))]))).toBe(OUTSIDE);
  });

  it.each([
    ["a node's attribute", graph(message(1, message(5, message(5, place("a")))))],
    ["a list of tensors in an attribute", graph(message(1, message(5, message(10, place("a")))))],
    ["a graph within an attribute", graph(message(1, message(5, message(6, message(5, place("a"))))))],
    ["a sparse tensor", graph(message(15, message(1, place("a"))))],
    ["the indices of a sparse attribute", graph(message(1, message(5, message(22, message(2, place("a"))))))],
    ["a function of the model", message(25, message(7, message(5, message(5, place("a")))))],
    ["what trains it", message(20, message(1, message(5, place("a"))))],
  ])("is searched in %s", (_, bytes) => {
    expect(networkFileFault(bytes)).toBe(OUTSIDE);
  });

  it("may name a layer `location`", () => {
    const node = message(1, message(1, "location"), message(2, "out"), message(4, "Identity"));
    expect(networkFileFault(graph(node))).toBeUndefined();
  });

  it.each([
    ["empty", Buffer.alloc(0), "is empty"],
    ["cut short", tinyNetwork().subarray(0, -3), "is not an ONNX file"],
    ["of a length beyond its end", Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]), "is not an ONNX file"],
    ["of a number that never ends", Buffer.alloc(20, 0xff), "is not an ONNX file"],
    ["of groups", Buffer.from([0x3b, 0x3c]), "is not an ONNX file"],
    ["of another kind", Buffer.from("ORTM, a flat buffer"), "is not an ONNX file"],
  ])("is refused when it is %s", (_, bytes, fault) => {
    expect(networkFileFault(bytes)).toBe(fault);
  });

  it("is refused when its graphs are nested without end", () => {
    let inner: Buffer = message(5, place("a"));
    for (let level = 0; level < 100; level++) inner = message(1, message(5, message(6, inner)));
    expect(networkFileFault(graph(inner))).toBe("is nested deeper than 64");
  });
});
