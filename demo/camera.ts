import { type Random, seededRandom } from "../src/core/random.ts";
import type { Imagery } from "./imagery.ts";
import { CLASSES, type ClassName, photograph, type Tile, type TileSets, tileAt, USUAL_MIX } from "./tiles.ts";

/** What is in front of the camera. */
export interface Scene {
  /** Shares of the classes. */
  readonly mix: Readonly<Record<ClassName, number>>;
  /** Share of tiles of the class that nobody trained on. */
  readonly iceRatio: number;
  /** Fog on the lens once it has grown, 0 clear to 1. */
  readonly fog: number;
}

/** What the model was proven on. */
export const CLEAR: Scene = { mix: USUAL_MIX, iceRatio: 0, fog: 0 };

export interface Picture {
  readonly jpeg: Buffer;
  /** What it shows in truth. */
  readonly label: Tile["label"];
}

export interface Camera {
  /** `fog` is that of the moment. */
  take(scene: Scene, fog: number): Promise<Picture>;
}

/** Every picture shows another tile. */
export class TileCamera implements Camera {
  readonly #tiles: TileSets;
  readonly #random: Random;

  constructor(tiles: TileSets, random: Random) {
    this.#tiles = tiles;
    this.#random = random;
  }

  async take(scene: Scene, fog: number): Promise<Picture> {
    const tile = chooseTile(this.#tiles, scene, this.#random);
    return { jpeg: await photograph(tile, this.#random, fog), label: tile.label };
  }
}

/** Frames of one view before the camera turns to another place. */
const FRAMES_A_VIEW = { least: 12, most: 24 };

interface View {
  /** One tile a frame, each a pixel of the map further. */
  readonly frames: Tile[];
  /** Of its orientation, which all its frames share. */
  readonly seed: number;
}

/** A video: the view creeps over the map, 31 of 32 rows or columns of a frame are those of the frame before. */
export class PanningCamera implements Camera {
  readonly #tiles: TileSets;
  readonly #imagery: Imagery;
  readonly #random: Random;
  #view: View = { frames: [], seed: 0 };

  constructor(tiles: TileSets, imagery: Imagery, random: Random) {
    this.#tiles = tiles;
    this.#imagery = imagery;
    this.#random = random;
  }

  async take(scene: Scene, fog: number): Promise<Picture> {
    while (this.#view.frames.length === 0) this.#turn(scene);
    const view = this.#view;
    const tile = view.frames.shift() as Tile;
    return { jpeg: await photograph(tile, seededRandom(view.seed), fog), label: tile.label };
  }

  /** Leaves no frames when the view would leave the class, the map or what is decided. */
  #turn(scene: Scene): void {
    const start = chooseTile(this.#tiles, scene, this.#random);
    const { least, most } = FRAMES_A_VIEW;
    const length = least + Math.floor(this.#random.next() * (most - least + 1));
    const step = this.#random.next() < 0.5 ? -1 : 1;
    const sideways = this.#random.next() < 0.5;
    const frames = Array.from({ length }, (_, index) =>
      tileAt(this.#imagery, moved(start.place, sideways ? step * index : 0, sideways ? 0 : step * index)),
    );
    const whole = frames.every((frame): frame is Tile => frame?.label === start.label);
    this.#view = { frames: whole ? frames : [], seed: Math.floor(this.#random.next() * 2 ** 31) };
  }
}

function moved({ left, top, clouds }: Tile["place"], right: number, down: number): Tile["place"] {
  const place = { left: left + right, top: top + down };
  return clouds ? { ...place, clouds: { left: clouds.left + right, top: clouds.top + down } } : place;
}

function chooseTile(tiles: TileSets, scene: Scene, random: Random): Tile {
  if (random.next() < scene.iceRatio) return pick(tiles.ice, random);
  let draw = random.next();
  for (const name of CLASSES) {
    draw -= scene.mix[name];
    if (draw < 0) return pick(tiles.live[name], random);
  }
  return pick(tiles.live.water, random);
}

function pick(tiles: readonly Tile[], random: Random): Tile {
  return tiles[Math.floor(random.next() * tiles.length)] as Tile;
}
