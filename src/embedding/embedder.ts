import type { Pixels } from "../image/pixels.ts";

/** Turns images into vectors of which near ones look alike. */
export interface Embedder {
  /** SHA-256, in hex, of the network's bytes and its preprocessing: equal ids give comparable vectors. */
  readonly id: string;
  /** Length of each vector. */
  readonly dimensions: number;
  /** One vector per image, in order. Rejects when the network fails. */
  embed(images: readonly Pixels[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}
