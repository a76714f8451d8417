import type { Pixels } from "../image/pixels.ts";
import { resize } from "./resize.ts";

/** How pixels become the input of a network. */
export interface Preprocessing {
  /** Size of the input in pixels. */
  readonly width: number;
  readonly height: number;
  readonly layout: "NCHW" | "NHWC";
  readonly colour: "RGB" | "BGR";
  /**
   * float32: value = (pixel / scale − mean) / std, mean and std per colour in the order of `colour`.
   * uint8: the pixel as it is; such a network normalises by itself, and mean, std and scale have no effect.
   */
  readonly dtype: "float32" | "uint8";
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly scale: number;
}

/** The values of a tensor [1, 3, height, width] or [1, height, width, 3]. May share memory with `pixels`. */
export function preprocess(pixels: Pixels, options: Preprocessing): Float32Array | Uint8Array {
  const rgb = resize(pixels, options.width, options.height);
  if (options.dtype === "float32") return normalise(rgb, options);
  if (options.layout === "NHWC" && options.colour === "RGB") return rgb;
  return arrange(
    rgb,
    new Uint8Array(rgb.length),
    options,
    ([0, 1, 2] as const).map(() => IDENTITY),
  );
}

/** What decides the values: equal texts for equal preprocessing. `revision` grows when the arithmetic here changes. */
export function describePreprocessing(options: Preprocessing): string {
  const { width, height, layout, colour, dtype, mean, std, scale } = options;
  const normalisation = dtype === "float32" ? { mean, std, scale } : {};
  return JSON.stringify({ revision: 1, width, height, layout, colour, dtype, ...normalisation });
}

const IDENTITY = Float64Array.from({ length: 256 }, (_, level) => level);

function normalise(rgb: Uint8Array, options: Preprocessing): Float32Array {
  const tables = ([0, 1, 2] as const).map((channel) =>
    Float64Array.from(
      { length: 256 },
      (_, level) => (level / options.scale - options.mean[channel]) / options.std[channel],
    ),
  );
  return arrange(rgb, new Float32Array(rgb.length), options, tables);
}

/** Writes each channel to its place, looked up in the table of its position. */
function arrange<T extends Float32Array | Uint8Array>(
  rgb: Uint8Array,
  target: T,
  { layout, colour }: Preprocessing,
  tables: readonly Float64Array[],
): T {
  const count = rgb.length / 3;
  const [channelStep, pixelStep] = layout === "NCHW" ? [count, 1] : [1, 3];
  for (let channel = 0; channel < 3; channel++) {
    const table = tables[channel] as Float64Array;
    const source = colour === "RGB" ? channel : 2 - channel;
    let to = channel * channelStep;
    for (let from = source; from < rgb.length; from += 3, to += pixelStep) target[to] = table[rgb[from]!]!;
  }
  return target;
}
