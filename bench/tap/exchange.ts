import sharp from "sharp";
import { paintScene } from "../scene.ts";

export const CLASSES = ["water", "forest", "field"] as const;

/** What the model server answers, whatever it is sent. */
export const ANSWER: string = JSON.stringify({ predictions: [{ label: CLASSES[0], score: 0.91 }] });

const BODY_BYTES = 100_000;

/** A picture that decodes, as a JPEG of about 100 KB: of all qualities the one that comes nearest. */
export async function paintJpeg(): Promise<Buffer> {
  const { width, height, data } = paintScene(640, 480, 7);
  const files = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      sharp(data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 60 + index })
        .toBuffer(),
    ),
  );
  return files.reduce((best, file) =>
    Math.abs(file.length - BODY_BYTES) < Math.abs(best.length - BODY_BYTES) ? file : best,
  );
}

/** Head of a request. The id decides whether the request is sampled, so no two are alike. */
export function requestHead(bodyBytes: number, id: number): string {
  return [
    "POST /infer HTTP/1.1",
    "Host: model",
    "Content-Type: image/jpeg",
    `Content-Length: ${bodyBytes}`,
    `X-Request-Id: ${process.pid}-${id}`,
    "\r\n",
  ].join("\r\n");
}

/**
 * Whether the text is one whole reply. Throws when it is another reply than the model server's: a proxy that refuses must not
 * look fast.
 */
export function isWholeReply(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  if (!text.startsWith("HTTP/1.1 200 ")) throw new Error(`answered ${text.split("\r\n", 1)[0]}`);
  const chunked = /^transfer-encoding: chunked$/im.test(text.slice(0, end));
  const body = text.slice(end + 4);
  return chunked ? body.includes(ANSWER) && body.endsWith("\r\n0\r\n\r\n") : body === ANSWER;
}
