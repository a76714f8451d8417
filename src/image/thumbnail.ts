import { sharp } from "./hardened-sharp.ts";
import type { Pixels } from "./pixels.ts";

const LONGEST_SIDE = 160;
const QUALITY = 75;

/** A WebP of at most 160 px in the shape of the source, made from decoded pixels: nothing of the sender's file is in it. */
export async function thumbnail(pixels: Pixels): Promise<Uint8Array> {
  const { sourceWidth, sourceHeight } = pixels;
  const scale = LONGEST_SIDE / Math.max(sourceWidth, sourceHeight);
  return await sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels: 3 } })
    .resize(side(sourceWidth * scale), side(sourceHeight * scale), { fit: "fill" })
    .webp({ quality: QUALITY })
    .toBuffer();
}

function side(length: number): number {
  return Math.max(1, Math.round(length));
}
