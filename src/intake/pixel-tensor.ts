import type { ImageInput } from "../core/inference.ts";
import { LIMITS } from "./limits.ts";

/**
 * How the client made numbers out of 8-bit pixels p: x = (p · scale − mean) / std, per channel, in the order of `colour`.
 * Worked number (torchvision): scale 1/255, mean 0.485, std 0.229 turn p = 124 into 0.0056, and 0.0056 back into 124.
 */
export interface TensorOptions {
  readonly layout: "NCHW" | "NHWC";
  /** One number, or one a channel. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly scale: number;
  readonly colour: "RGB" | "BGR";
}

/** Numbers with their shape, row-major. `integers`: they are pixels already, 0 to 255, and scale, mean and std do not apply. */
export interface PixelTensor {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly integers: boolean;
}

interface Geometry {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly planar: boolean;
}

/**
 * The images of a tensor of rank 4 (a batch) or 3 (one image), with 1, 3 or 4 channels. Without options the axis of length 1, 3
 * or 4 is taken as the channels, and numbers that are not whole pixels stay unread. undefined: not the shape of images;
 * an entry undefined: that image holds NaN or infinity, or numbers of unknown meaning.
 */
export function tensorImages(
  tensor: PixelTensor,
  options: TensorOptions | undefined,
): (ImageInput | undefined)[] | undefined {
  const geometry = geometryOf(tensor.shape, options?.layout);
  if (!geometry) return undefined;
  const { count, height, width, channels } = geometry;
  if (count > LIMITS.images || tensor.values.length !== count * height * width * channels) return undefined;
  return Array.from({ length: count }, (_, item) => toRgb(tensor, geometry, item, options));
}

function geometryOf(shape: readonly number[], layout: TensorOptions["layout"] | undefined): Geometry | undefined {
  if (!shape.every((length) => Number.isSafeInteger(length) && length > 0)) return undefined;
  const [count, a, b, c] = shape.length === 3 ? [1, ...shape] : shape;
  if (count === undefined || a === undefined || b === undefined || c === undefined || shape.length > 4)
    return undefined;
  const planar = layout === "NCHW" || (layout === undefined && !isChannels(c));
  const [height, width, channels] = planar ? [b, c, a] : [a, b, c];
  return isChannels(channels) ? { count, height, width, channels, planar } : undefined;
}

const isChannels = (length: number): boolean => length === 1 || length === 3 || length === 4;

/** Grey becomes three equal channels; a fourth channel is dropped. */
function toRgb(
  { values, integers }: PixelTensor,
  { height, width, channels, planar }: Geometry,
  item: number,
  options: TensorOptions | undefined,
): ImageInput | undefined {
  const area = height * width;
  const start = item * area * channels;
  const data = new Uint8ClampedArray(area * 3);
  for (let channel = 0; channel < 3; channel++) {
    const source = channels === 1 ? 0 : options?.colour === "BGR" ? 2 - channel : channel;
    const first = start + (planar ? source * area : source);
    const step = planar ? 1 : channels;
    if (!integers && !options && !areWholePixels(values, first, step, area)) return undefined;
    if (!fillChannel(data, channel, values, first, step, integers ? IDENTITY : inverse(source, options)))
      return undefined;
  }
  return { kind: "rgb", width, height, data: new Uint8Array(data.buffer) };
}

function areWholePixels(values: ArrayLike<number>, first: number, step: number, area: number): boolean {
  for (let i = 0; i < area; i++) {
    const value = values[first + i * step] as number;
    if (!Number.isInteger(value) || value < 0 || value > 255) return false;
  }
  return true;
}

const IDENTITY = { factor: 1, offset: 0 };

/** Every third byte from `channel`; the array rounds and clips by itself. False when a value is not finite. */
function fillChannel(
  data: Uint8ClampedArray,
  channel: number,
  values: ArrayLike<number>,
  first: number,
  step: number,
  { factor, offset }: typeof IDENTITY,
): boolean {
  // Stays 0 as long as every value is finite: 0 · NaN and 0 · ∞ are NaN.
  let finite = 0;
  for (let to = channel, from = first; to < data.length; to += 3, from += step) {
    const value = values[from] as number;
    finite += 0 * value;
    data[to] = value * factor + offset;
  }
  return finite === 0;
}

/** p = x · std / scale + mean / scale. */
function inverse(source: number, options: TensorOptions | undefined): typeof IDENTITY {
  if (!options) return IDENTITY;
  const mean = options.mean[source] ?? options.mean[0] ?? 0;
  const std = options.std[source] ?? options.std[0] ?? 1;
  return { factor: std / options.scale, offset: mean / options.scale };
}

/** One image out of nested JSON lists of numbers, rank 3 or 2 (grey). */
export function nestedImage(value: readonly unknown[], options: TensorOptions | undefined): ImageInput | undefined {
  const tensor = nestedTensor(value);
  if (!tensor) return undefined;
  const shape = tensor.shape.length === 2 ? [...tensor.shape, 1] : tensor.shape;
  const layout = tensor.shape.length === 2 && options ? { ...options, layout: "NHWC" as const } : options;
  return shape.length === 3 ? tensorImages({ ...tensor, shape }, layout)?.[0] : undefined;
}

/** Nested lists as a tensor; undefined when they are ragged, deeper than four, or hold anything but numbers. */
export function nestedTensor(value: readonly unknown[]): PixelTensor | undefined {
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > 4) return undefined;
  }
  const values: number[] = [];
  return fill(value, shape, 0, values) ? { values, shape, integers: false } : undefined;
}

function fill(value: unknown, shape: readonly number[], axis: number, into: number[]): boolean {
  if (axis === shape.length) {
    if (typeof value !== "number") return false;
    into.push(value);
    return true;
  }
  if (!Array.isArray(value) || value.length !== shape[axis]) return false;
  return value.every((entry) => fill(entry, shape, axis + 1, into));
}
