import { createHash } from "node:crypto";
import sharp from "sharp";
import { type Random, seededRandom, shuffled } from "../src/core/random.ts";
import type { Imagery } from "./imagery.ts";

/** The article's four classes, in the order of the model's scores. */
export const CLASSES = ["cloudy", "desert", "green_area", "water"] as const;
export type ClassName = (typeof CLASSES)[number];

/** Side of a tile on the map, and of the JPEG that is sent. */
const TILE = 32;
export const IMAGE_SIDE = 128;
/** Polar rows are kept for the class that nobody trained on. */
const POLAR_DEGREES = 58;
/** Mean cover, 0 to 255, from which a tile is cloudy. */
const OVERCAST = 95;

/** Where a tile lies on the map, in pixels of its upper left corner, and whose clouds hang over it. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly clouds?: { readonly left: number; readonly top: number };
}

export interface Tile {
  readonly label: ClassName | "polar_ice";
  readonly place: Place;
  /** TILE × TILE, RGB. */
  readonly rgb: Buffer;
}

/** Three sets that share no tile. `ice` was never trained on. */
export interface TileSets {
  readonly training: readonly Tile[];
  readonly reference: readonly Tile[];
  readonly live: Readonly<Record<ClassName, readonly Tile[]>>;
  readonly ice: readonly Tile[];
}

/** How many tiles are taken for what; the rest is live. */
export interface Deal {
  readonly trainingPerClass: number;
  readonly reference: number;
}

/** The mix that the model was proven on. */
export const USUAL_MIX: Readonly<Record<ClassName, number>> = {
  cloudy: 0.28,
  desert: 0.17,
  green_area: 0.18,
  water: 0.37,
};
const DEAL: Deal = { trainingPerClass: 90, reference: 1000 };

/** Cuts the map on a grid without overlap and deals the tiles out at random. */
export function cutTiles(imagery: Imagery, seed: number, deal: Deal = DEAL): TileSets {
  const random = seededRandom(seed);
  const byLabel = new Map<Tile["label"], Tile[]>();
  const seen = new Set<string>();
  for (const tile of gridTiles(imagery, random)) {
    // Parts of the ocean are painted in one and the same way.
    const content = createHash("sha256").update(tile.rgb).digest("hex");
    if (seen.has(content)) continue;
    seen.add(content);
    const tiles = byLabel.get(tile.label) ?? [];
    tiles.push(tile);
    byLabel.set(tile.label, tiles);
  }
  const training: Tile[] = [];
  const reference: Tile[] = [];
  const live: Record<ClassName, Tile[]> = { cloudy: [], desert: [], green_area: [], water: [] };
  for (const name of CLASSES) {
    const tiles = shuffled(byLabel.get(name) ?? [], random);
    const referenceEnd = deal.trainingPerClass + Math.round(deal.reference * USUAL_MIX[name]);
    training.push(...tiles.slice(0, deal.trainingPerClass));
    reference.push(...tiles.slice(deal.trainingPerClass, referenceEnd));
    live[name] = tiles.slice(referenceEnd);
  }
  return { training, reference, live, ice: shuffled(byLabel.get("polar_ice") ?? [], random) };
}

function* gridTiles(imagery: Imagery, random: Random): Generator<Tile> {
  for (let top = 0; top + TILE <= imagery.height; top += TILE) {
    for (let left = 0; left + TILE <= imagery.width; left += TILE) {
      const clear = tileAt(imagery, { left, top });
      if (clear) yield clear;
      const clouds = isPolar(imagery, top) ? undefined : findClouds(imagery, top, random);
      const overcast = clouds && tileAt(imagery, { left, top, clouds });
      if (overcast) yield overcast;
    }
  }
}

/** The tile at a place of the map; undefined where the map ends or the rule cannot decide what it shows. */
export function tileAt(imagery: Imagery, place: Place): Tile | undefined {
  const { left, top, clouds } = place;
  if (!inside(imagery, place) || (clouds && !inside(imagery, clouds))) return undefined;
  const ground = cut(imagery.earth, imagery.width, left, top, 3);
  if (clouds) {
    const cover = cut(imagery.clouds, imagery.width, clouds.left, clouds.top, 1);
    return mean(cover) > OVERCAST ? { label: "cloudy", place, rgb: overcast(ground, cover) } : undefined;
  }
  const label = isPolar(imagery, top)
    ? polarLabel(ground)
    : groundLabel(ground, cut(imagery.water, imagery.width, left, top, 1));
  return label && { label, place, rgb: ground };
}

function inside({ width, height }: Imagery, { left, top }: { left: number; top: number }): boolean {
  return left >= 0 && top >= 0 && left + TILE <= width && top + TILE <= height;
}

function isPolar(imagery: Imagery, top: number): boolean {
  return Math.abs(90 - ((top + TILE / 2) / imagery.height) * 180) > POLAR_DEGREES;
}

/** The cloud map is a single moment, so another longitude's clouds may stand over this ground. */
function findClouds(imagery: Imagery, top: number, random: Random): Place | undefined {
  for (let attempt = 0; attempt < 3; attempt++) {
    const left = Math.floor(random.next() * (imagery.width - TILE));
    if (mean(cut(imagery.clouds, imagery.width, left, top, 1)) > OVERCAST) return { left, top };
  }
  return undefined;
}

/** A rule, not a survey: water by the mask, desert and green area by colour. Undecided ground gives no tile. */
function groundLabel(rgb: Buffer, water: Buffer): ClassName | undefined {
  const [red, green, blue] = channelMeans(rgb);
  const brightness = (red + green + blue) / 3;
  if (mean(water) > 200) return "water";
  if (mean(water) > 60) return undefined;
  if (red - blue > 35 && brightness > 85) return "desert";
  if (green >= red - 3 && green > blue + 8 && brightness < 80) return "green_area";
  return undefined;
}

function polarLabel(rgb: Buffer): "polar_ice" | undefined {
  const means = channelMeans(rgb);
  const bright = (means[0] + means[1] + means[2]) / 3 > 150;
  return bright && Math.max(...means) - Math.min(...means) < 30 ? "polar_ice" : undefined;
}

function cut(map: Buffer, mapWidth: number, left: number, top: number, channels: number): Buffer {
  const tile = Buffer.alloc(TILE * TILE * channels);
  for (let row = 0; row < TILE; row++) {
    const start = ((top + row) * mapWidth + left) * channels;
    map.copy(tile, row * TILE * channels, start, start + TILE * channels);
  }
  return tile;
}

function overcast(rgb: Buffer, clouds: Buffer): Buffer {
  const blended = Buffer.alloc(rgb.length);
  for (let i = 0; i < rgb.length; i++) {
    const cover = (clouds[Math.floor(i / 3)] as number) / 255;
    blended[i] = Math.round((rgb[i] as number) * (1 - cover) + 250 * cover);
  }
  return blended;
}

function mean(values: Buffer): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function channelMeans(rgb: Buffer): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < rgb.length; i++) sums[(i % 3) as 0 | 1 | 2] += rgb[i] as number;
  return sums.map((sum) => sum / (rgb.length / 3)) as [number, number, number];
}

/** A tile as the camera sends it: one of its eight symmetries, fogged to a degree from 0 (clear) to 1. */
export function photograph(tile: Tile, random: Random, fog = 0): Promise<Buffer> {
  let image = sharp(tile.rgb, { raw: { width: TILE, height: TILE, channels: 3 } }).resize(IMAGE_SIDE, IMAGE_SIDE, {
    kernel: "cubic",
  });
  if (random.next() < 0.5) image = image.flip();
  if (random.next() < 0.5) image = image.flop();
  if (random.next() < 0.5) image = image.rotate(90);
  if (fog > 0) {
    // Water on the lens: the picture loses sharpness and contrast and takes on the grey of the drops.
    const contrast = 1 - 0.75 * fog;
    image = image.blur(0.5 + 7 * fog).linear(contrast, 165 * (1 - contrast));
  }
  return image.jpeg({ quality: 92 }).toBuffer();
}
