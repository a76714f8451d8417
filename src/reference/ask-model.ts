import { VisionError } from "../core/errors.ts";
import type { Exchange } from "../core/exchange.ts";

/** Sends one image file to the live model and gives the whole exchange, to be read like any other traffic. */
export type AskModel = (bytes: Uint8Array) => Promise<Exchange>;

interface Body {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const TIMEOUT_MILLISECONDS = 30_000;

/**
 * How an image travels is read off the URL: `/v2/models/<name>/infer` as an Open Inference BYTES tensor (its input's name is
 * asked from the server), `…:predict` as a `{"instances": [{"image": {"b64": …}}]}`, anything else as the raw body.
 * Throws MODEL_UNREACHABLE.
 */
export async function openModel(url: string, nowSeconds: () => number): Promise<AskModel> {
  const target = parse(url);
  const toBody = await chooseBody(target);
  return async (image) => {
    const body = toBody(image);
    const headers = { "content-type": body.contentType };
    const response = await post(target, body.bytes, headers);
    return {
      timeSeconds: nowSeconds(),
      method: "POST",
      path: target.pathname + target.search,
      requestHeaders: new Map(Object.entries(headers)),
      requestBody: body.bytes,
      status: response.status,
      // fetch has undone any content encoding.
      responseHeaders: new Map([...response.headers].filter(([name]) => name !== "content-encoding")),
      responseBody: new Uint8Array(await response.arrayBuffer()),
    };
  };
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new VisionError("MODEL_UNREACHABLE", `"${url}" is not a URL.`, { cause });
  }
}

async function chooseBody(target: URL): Promise<(image: Uint8Array) => Body> {
  const json = (value: unknown): Body => ({
    contentType: "application/json",
    bytes: Buffer.from(JSON.stringify(value)),
  });
  const base64 = (image: Uint8Array): string => Buffer.from(image).toString("base64");
  if (target.pathname.endsWith(":predict")) return (image) => json({ instances: [{ image: { b64: base64(image) } }] });
  const openInference = /^(.*\/v2\/models\/.+)\/infer$/.exec(target.pathname);
  if (!openInference) return (image) => ({ contentType: "application/octet-stream", bytes: image });
  const name = await bytesInputName(new URL(openInference[1] as string, target));
  return (image) => json({ inputs: [{ name, datatype: "BYTES", shape: [1], data: [base64(image)] }] });
}

async function bytesInputName(metadata: URL): Promise<string> {
  const response = await fetchFrom(metadata, {});
  const { inputs } = (await response.json().catch(() => ({}))) as { inputs?: { name: string; datatype: string }[] };
  const input = inputs?.find(({ datatype }) => datatype === "BYTES");
  if (input) return input.name;
  const offered =
    inputs?.map(({ name, datatype }) => `${name} (${datatype})`).join(", ") ?? "no description of its inputs";
  throw new VisionError("MODEL_UNREACHABLE", `${metadata} takes no encoded images: it offers ${offered}.`, {
    remedy: "Record the model's answers once and give them with --predictions.",
  });
}

function post(target: URL, body: Uint8Array, headers: Record<string, string>): Promise<Response> {
  return fetchFrom(target, { method: "POST", body, headers });
}

async function fetchFrom(target: URL, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(target, { ...init, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
  } catch (cause) {
    const reason = ((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message;
    throw new VisionError("MODEL_UNREACHABLE", `${target} did not answer: ${reason}`, { cause });
  }
  if (response.ok) return response;
  const text = (await response.text()).slice(0, 200);
  throw new VisionError("MODEL_UNREACHABLE", `${target} answered ${response.status}: ${text}`);
}
