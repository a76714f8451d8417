import type { ImageDropReason } from "../core/drop-reasons.ts";
import type { ImageInput } from "../core/inference.ts";
import { detectFormat } from "./file-format.ts";
import { sharp } from "./hardened-sharp.ts";
import type { Pixels } from "./pixels.ts";

export type Decoded = { readonly pixels: Pixels } | { readonly reason: ImageDropReason };

export interface DecodeOptions {
  /** Largest encoded file that is decoded. */
  readonly maxBytes: number;
  /** Largest image, width × height as its header declares. */
  readonly maxPixels: number;
  /** Width and height of what comes out, in pixels. */
  readonly size: number;
}

export interface Decoder {
  /** Never rejects: bad input gives a reason. */
  decode(input: ImageInput): Promise<Decoded>;
}

interface SourceSize {
  readonly width: number;
  readonly height: number;
}

/** An image that takes longer than this was made to. */
const TIMEOUT_SECONDS = 5;

/**
 * Turns an image into `size` × `size` RGB pixels. The whole image is stretched to the square, not cropped: every part of it counts,
 * and its shape is a statistic of its own. Colour profiles are ignored, as model servers ignore them; transparent parts become black.
 */
export function createDecoder(options: DecodeOptions): Decoder {
  return {
    async decode(input: ImageInput): Promise<Decoded> {
      try {
        return input.kind === "encoded" ? await decodeFile(input.bytes, options) : await decodeTensor(input, options);
      } catch {
        return { reason: "decode_failed" };
      }
    },
  };
}

async function decodeFile(bytes: Uint8Array, options: DecodeOptions): Promise<Decoded> {
  if (bytes.length === 0) return { reason: "no_image" };
  if (bytes.length > options.maxBytes) return { reason: "too_large" };
  if (!detectFormat(bytes)) return { reason: "unsupported_format" };
  // A negative or huge size in the header is a matter of our own limit, so that it is counted as what it is.
  const { width, height, autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
  if (width * height > options.maxPixels) return { reason: "too_large" };
  const image = sharp(bytes, {
    failOn: "error",
    limitInputPixels: options.maxPixels,
    pages: 1,
    ignoreIcc: true,
    autoOrient: true,
  });
  const data = await toSquare(image.flatten(), options.size);
  return toPixels(data, options.size, autoOrient, bytes.length);
}

async function decodeTensor(input: ImageInput & { kind: "rgb" }, options: DecodeOptions): Promise<Decoded> {
  const { width, height, data } = input;
  const { size } = options;
  if (!(width > 0 && height > 0)) return { reason: "no_image" };
  if (width * height > options.maxPixels) return { reason: "too_large" };
  if (data.length !== width * height * 3) return { reason: "decode_failed" };
  if (width === size && height === size) return toPixels(data, size, { width, height }, Number.NaN);
  const image = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: options.maxPixels });
  return toPixels(await toSquare(image, size), size, { width, height }, Number.NaN);
}

function toSquare(image: ReturnType<typeof sharp>, size: number): Promise<Uint8Array> {
  return image.resize(size, size, { fit: "fill" }).timeout({ seconds: TIMEOUT_SECONDS }).raw().toBuffer();
}

function toPixels(data: Uint8Array, size: number, source: SourceSize, sourceBytes: number): Decoded {
  if (data.length !== size * size * 3) return { reason: "decode_failed" };
  const pixels = {
    width: size,
    height: size,
    data,
    sourceWidth: source.width,
    sourceHeight: source.height,
    sourceBytes,
  };
  return { pixels };
}
