import type { Random } from "../core/random.ts";
import { CORRUPTIONS, type FullImage } from "./corruption.ts";
import { sharp } from "./hardened-sharp.ts";

/** A fault of the camera or its line, made on purpose in a mild form, so that its trace in the embedding can be learnt. */
export interface KnownFault {
  readonly name: string;
  /** The statistic whose words name the fault: `low` of it when `sign` is −1, `high` when 1. */
  readonly statistic: string;
  readonly sign: 1 | -1;
  apply(image: FullImage, random: Random): Promise<FullImage>;
}

/** Faults are made at this longer side at most: images are analysed at 224 pixels, and kernels stay small. */
export const FAULT_SIDE = 448;
const ANALYSED_SIDE = 224;
/** Standard deviation in grey levels. */
const NOISE = 12;
const MIDDLE_GREY = 110;

type Pipeline = ReturnType<typeof sharp>;

/** In pixels of the image, for a length at which images are analysed. */
function scaled({ width, height }: FullImage, length: number): number {
  return (length * Math.max(width, height)) / ANALYSED_SIDE;
}

/**
 * What happens to cameras. Two blurs, because a weak one leaves another trace than a strong one; casts in three directions, and movements in two, for the same
 * reason. Each is strong enough to be seen beside the original, and weak enough to stand for its beginning.
 */
export const KNOWN_FAULTS: readonly KnownFault[] = [
  filter("slight_blur", "sharpness", -1, (pipeline, image) => pipeline.blur(Math.max(0.3, scaled(image, 2)))),
  filter("blur", "sharpness", -1, (pipeline, image) => pipeline.blur(Math.max(0.3, scaled(image, 5)))),
  filter("horizontal_motion", "edge_coherence", 1, (pipeline, image) => pipeline.convolve(line(image, "across"))),
  filter("vertical_motion", "edge_coherence", 1, (pipeline, image) => pipeline.convolve(line(image, "down"))),
  { name: "noise", statistic: "noise", sign: 1, apply: addNoise },
  filter("dark", "brightness", -1, (pipeline) => pipeline.linear(0.75, 0)),
  filter("bright", "brightness", 1, (pipeline) => pipeline.linear(1.1, 25)),
  filter("flat", "contrast", -1, (pipeline) => pipeline.linear(0.75, 0.25 * MIDDLE_GREY)),
  filter("haze", "contrast", -1, (pipeline, image) => pipeline.linear(0.7, 60).blur(Math.max(0.3, scaled(image, 1.4)))),
  filter("red_cast", "colour_cast", 1, (pipeline) => pipeline.linear([1.1, 1, 0.85], [10, 0, -5])),
  filter("blue_cast", "colour_cast", -1, (pipeline) => pipeline.linear([0.85, 1, 1.1], [-5, 0, 10])),
  filter("pale", "saturation", -1, (pipeline) => pipeline.modulate({ saturation: 0.5 })),
  { name: "compression", statistic: "blockiness", sign: 1, apply: compressHard },
];

function filter(
  name: string,
  statistic: string,
  sign: 1 | -1,
  change: (pipeline: Pipeline, image: FullImage) => Pipeline,
): KnownFault {
  return { name, statistic, sign, apply: async (image) => pixelsOf(image, change(open(image), image)) };
}

function open({ data, width, height }: FullImage): Pipeline {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function pixelsOf(image: FullImage, pipeline: Pipeline): Promise<FullImage> {
  return { ...image, data: await pipeline.raw().toBuffer() };
}

function line(image: FullImage, direction: "across" | "down"): { width: number; height: number; kernel: number[] } {
  const length = 2 * Math.max(1, Math.round(scaled(image, 8))) + 1;
  const middle = (length - 1) / 2;
  const kernel = Array.from({ length: length * length }, (_, index) => {
    const place = direction === "across" ? Math.floor(index / length) : index % length;
    return place === middle ? 1 : 0;
  });
  return { width: length, height: length, kernel };
}

function addNoise(image: FullImage, random: Random): Promise<FullImage> {
  const noise = CORRUPTIONS.find(({ name }) => name === "noise");
  if (!noise) throw new RangeError("no corruption is called noise");
  return noise.apply(image, NOISE, random);
}

async function compressHard(image: FullImage): Promise<FullImage> {
  return pixelsOf(image, sharp(await open(image).jpeg({ quality: 30 }).toBuffer()));
}

/** Reduced to FAULT_SIDE where it is larger. */
export async function atFaultSize(image: FullImage): Promise<FullImage> {
  const longer = Math.max(image.width, image.height);
  if (longer <= FAULT_SIDE) return image;
  const width = Math.max(1, Math.round((image.width * FAULT_SIDE) / longer));
  const height = Math.max(1, Math.round((image.height * FAULT_SIDE) / longer));
  const data = await open(image).resize(width, height, { fit: "fill" }).raw().toBuffer();
  return { width, height, data };
}
