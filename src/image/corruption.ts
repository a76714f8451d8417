import { type Random, seededRandom, standardNormal } from "../core/random.ts";
import { detectFormat } from "./file-format.ts";
import { sharp } from "./hardened-sharp.ts";

/** An image at its own size: 8-bit RGB, rows from the top. */
export interface FullImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A fault of the camera that can be made on purpose, to measure what is noticed of it. */
export interface Corruption {
  readonly name: string;
  /** For a person: "blur", with `unit` behind the number. */
  readonly title: string;
  readonly unit: string;
  /** From hardly visible to gross, for images whose longer side has this many pixels. */
  strengths(longSide: number): readonly number[];
  apply(image: FullImage, strength: number, random: Random): Promise<FullImage>;
}

/** Side at which images are analysed: a blur that is small there is not seen, however many pixels of the original it spans. */
const ANALYSED_SIDE = 224;
/** The weakest Gaussian that sharp computes. */
const LEAST_SIGMA = 0.3;
const JPEG_QUALITY = 95;

/** Blur: Gaussian, its standard deviation in pixels. Noise: Gaussian, independent per pixel and colour. Brightness: every value times a factor. */
export const CORRUPTIONS: readonly Corruption[] = [
  {
    name: "blur",
    title: "blur",
    unit: "px",
    strengths: (longSide) =>
      [0.5, 1, 2, 4, 8]
        .map((radius) => (radius * longSide) / ANALYSED_SIDE)
        .map((sigma, step) => Math.max(sigma, LEAST_SIGMA * 2 ** (step / 4))),
    apply: (image, sigma) => filtered(image, (pipeline) => pipeline.blur(sigma)),
  },
  {
    name: "noise",
    title: "noise",
    unit: "grey levels",
    strengths: () => [2, 4, 8, 16, 32],
    apply: async (image, deviation, random) => withNoise(image, deviation, random),
  },
  {
    name: "darker",
    title: "darker",
    unit: "%",
    strengths: () => [5, 10, 20, 40, 80],
    apply: (image, percent) => filtered(image, (pipeline) => pipeline.linear(1 - percent / 100, 0)),
  },
  {
    name: "brighter",
    title: "brighter",
    unit: "%",
    strengths: () => [5, 10, 20, 40, 80],
    apply: (image, percent) => filtered(image, (pipeline) => pipeline.linear(1 + percent / 100, 0)),
  },
];

/** The image behind the bytes at its own size, the right way up; undefined when it cannot be decoded or is larger than `maxPixels`. */
export async function decodeFull(bytes: Uint8Array, maxPixels: number): Promise<FullImage | undefined> {
  if (!detectFormat(bytes)) return undefined;
  try {
    const { data, info } = await sharp(bytes, {
      failOn: "error",
      limitInputPixels: maxPixels,
      pages: 1,
      ignoreIcc: true,
      autoOrient: true,
    })
      .flatten()
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return channels === 3 ? { width, height, data } : undefined;
  } catch {
    return undefined;
  }
}

/** A file in the format of `original`, so that whoever took that one takes this one. */
export async function encodeLike(original: Uint8Array, image: FullImage): Promise<Uint8Array> {
  const format = detectFormat(original);
  if (format === "png") return await fromRaw(image).png().toBuffer();
  if (format === "webp") return await fromRaw(image).webp({ quality: JPEG_QUALITY }).toBuffer();
  return await fromRaw(image).jpeg({ quality: JPEG_QUALITY }).toBuffer();
}

function fromRaw({ data, width, height }: FullImage): ReturnType<typeof sharp> {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function filtered(
  image: FullImage,
  filter: (pipeline: ReturnType<typeof sharp>) => ReturnType<typeof sharp>,
): Promise<FullImage> {
  const data = await filter(fromRaw(image)).raw().toBuffer();
  return { ...image, data };
}

/** Rows start at random places of a table of normal numbers: drawing each number anew takes seconds for a photograph. */
const NORMALS = 1 << 16;
let normals: Float32Array | undefined;

function withNoise(image: FullImage, deviation: number, random: Random): FullImage {
  normals ??= normalNumbers(NORMALS, seededRandom(1));
  const data = new Uint8Array(image.data.length);
  const rowLength = image.width * 3;
  for (let start = 0; start < data.length; start += rowLength) {
    const place = Math.floor(random.next() * NORMALS);
    for (let i = 0; i < rowLength; i++) {
      const value = image.data[start + i]! + deviation * normals[(place + i) % NORMALS]!;
      data[start + i] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
  return { ...image, data };
}

function normalNumbers(count: number, random: Random): Float32Array {
  return Float32Array.from({ length: count }, () => standardNormal(random));
}
