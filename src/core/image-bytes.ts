import type { ImageInput, Inference } from "./inference.ts";

/** The bytes that an image consists of, encoded or not. */
export function imageBytes(image: ImageInput): Uint8Array {
  return image.kind === "encoded" ? image.bytes : image.data;
}

/** How many bytes an inference's image has; 0 without one. */
export function imageSizeBytes({ image }: Inference): number {
  return image ? imageBytes(image).byteLength : 0;
}

/**
 * The same with its image copied when that is less than half of the buffer it lies in: a small part of a large body, kept, would keep
 * the whole body in memory.
 */
export function withoutItsBody(inference: Inference): Inference {
  const { image } = inference;
  if (!image || 2 * imageBytes(image).byteLength >= imageBytes(image).buffer.byteLength) return inference;
  const own = new Uint8Array(imageBytes(image));
  return { ...inference, image: image.kind === "encoded" ? { ...image, bytes: own } : { ...image, data: own } };
}
