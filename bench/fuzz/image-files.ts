import sharp from "sharp";
import { paintScene } from "../scene.ts";

export const IMAGE_FORMATS = [
  "jpeg",
  "jpeg_progressive",
  "png",
  "png_interlaced",
  "webp_lossy",
  "webp_lossless",
] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** A small picture in each format, to be damaged. */
export async function imageFiles(): Promise<Readonly<Record<ImageFormat, Buffer>>> {
  const { data, width, height } = paintScene(64, 48, 1);
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  const [jpeg, progressive, png, interlaced, lossy, lossless] = await Promise.all([
    picture.clone().jpeg().toBuffer(),
    picture.clone().withMetadata({ orientation: 6 }).jpeg({ progressive: true }).toBuffer(),
    picture.clone().png({ palette: true }).toBuffer(),
    picture.clone().png({ progressive: true }).toBuffer(),
    picture.clone().webp().toBuffer(),
    picture.clone().ensureAlpha(0.5).webp({ lossless: true }).toBuffer(),
  ]);
  return {
    jpeg,
    jpeg_progressive: progressive,
    png,
    png_interlaced: interlaced,
    webp_lossy: lossy,
    webp_lossless: lossless,
  };
}
