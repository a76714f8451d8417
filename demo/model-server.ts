// The model under watch, as a server of its own: Open Inference Protocol v2 (JSON), one JPEG per request.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { defaultNetworkOptions } from "../src/embedding/default-network.ts";
import { openOnnxEmbedder } from "../src/embedding/onnx.ts";
import { createDecoder } from "../src/image/decode.ts";
import { type Classifier, classify } from "./classifier.ts";

const MODEL = "satellite";

interface InferRequest {
  readonly id?: string;
  readonly inputs: readonly { readonly name: string; readonly data: readonly string[] }[];
}

const [classifierPath, port] = process.argv.slice(2);
const classifier = JSON.parse(readFileSync(classifierPath as string, "utf8")) as Classifier;
const embedder = await openOnnxEmbedder(defaultNetworkOptions());
const decoder = createDecoder({ maxBytes: 10 * 2 ** 20, maxPixels: 16e6, size: 224 });

async function infer(request: InferRequest): Promise<unknown> {
  const bytes = Buffer.from(request.inputs[0]?.data[0] ?? "", "base64");
  const decoded = await decoder.decode({ kind: "encoded", bytes });
  if ("reason" in decoded) throw new Error(`the image cannot be read: ${decoded.reason}`);
  const [features] = await embedder.embed([decoded.pixels]);
  const probabilities = classify(classifier, features as Float32Array);
  const output = { name: "probabilities", datatype: "FP32", shape: [1, probabilities.length], data: probabilities };
  return {
    model_name: MODEL,
    model_version: "1",
    ...(request.id !== undefined && { id: request.id }),
    outputs: [output],
  };
}

const metadata = {
  name: MODEL,
  versions: ["1"],
  platform: "demo",
  inputs: [{ name: "image", datatype: "BYTES", shape: [1] }],
  outputs: [{ name: "probabilities", datatype: "FP32", shape: [1, classifier.classes.length] }],
};

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    .end(text);
}

const server = createServer(async (request, response) => {
  if (request.method === "GET" && request.url === "/v2/health/ready") return reply(response, 200, {});
  if (request.method === "GET" && request.url === `/v2/models/${MODEL}`) return reply(response, 200, metadata);
  if (request.url !== `/v2/models/${MODEL}/infer`) return reply(response, 404, { error: `nothing at ${request.url}` });
  try {
    reply(response, 200, await infer(JSON.parse(await readBody(request)) as InferRequest));
  } catch (error) {
    reply(response, 400, { error: (error as Error).message });
  }
});

server.listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => server.close(() => process.exit(0)));
