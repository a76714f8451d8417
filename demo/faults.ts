import sharp, { type Kernel, type Sharp } from "sharp";
import { type Random, standardNormal } from "../src/core/random.ts";
import { IMAGE_SIDE, photograph, type Tile } from "./tiles.ts";

/** What can be wrong with a picture. Strength runs from 0 (nothing) to 1 (hardly anything can be seen). */
export const FAULT_KINDS = [
  "blur",
  "defocus",
  "motion",
  "noise",
  "dark",
  "bright",
  "low_contrast",
  "colour_cast",
  "jpeg_quality",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A picture of the tile with one fault of the camera or its line. */
export async function photographWithFault(
  tile: Tile,
  kind: FaultKind,
  strength: number,
  random: Random,
): Promise<Buffer> {
  const clean = await photograph(tile, random);
  if (kind === "jpeg_quality")
    return sharp(clean)
      .jpeg({ quality: Math.round(60 - 55 * strength) })
      .toBuffer();
  if (kind === "noise") return withNoise(clean, 6 + 34 * strength, random);
  return withFilter(sharp(clean), kind, strength).jpeg({ quality: 92 }).toBuffer();
}

function withFilter(image: Sharp, kind: FaultKind, strength: number): Sharp {
  switch (kind) {
    case "blur":
      return image.blur(0.5 + 5 * strength);
    case "defocus":
      return image.convolve(disc(2 + Math.round(3 * strength)));
    case "motion":
      return image.convolve(line(5 + 2 * Math.round(4 * strength)));
    case "dark":
      return image.linear(1 - 0.85 * strength, 0);
    case "bright":
      return image.linear(1 + 0.5 * strength, 110 * strength);
    case "low_contrast":
      return image.linear(1 - 0.8 * strength, 110 * 0.8 * strength);
    case "colour_cast":
      return image.linear([1 + 0.3 * strength, 1, 1 - 0.4 * strength], [50 * strength, 0, -10 * strength]);
    default:
      return image;
  }
}

function disc(radius: number): Kernel {
  const width = 2 * radius + 1;
  const inside = (index: number): number =>
    Math.hypot((index % width) - radius, Math.floor(index / width) - radius) <= radius ? 1 : 0;
  return { width, height: width, kernel: Array.from({ length: width * width }, (_, index) => inside(index)) };
}

function line(length: number): Kernel {
  const middle = (length - 1) / 2;
  const kernel = Array.from({ length: length * length }, (_, index) => (Math.floor(index / length) === middle ? 1 : 0));
  return { width: length, height: length, kernel };
}

async function withNoise(jpeg: Buffer, deviation: number, random: Random): Promise<Buffer> {
  const raw = await sharp(jpeg).raw().toBuffer();
  for (let i = 0; i < raw.length; i++) {
    raw[i] = Math.max(0, Math.min(255, Math.round(raw[i]! + deviation * standardNormal(random))));
  }
  return sharp(raw, { raw: { width: IMAGE_SIDE, height: IMAGE_SIDE, channels: 3 } })
    .jpeg({ quality: 92 })
    .toBuffer();
}
