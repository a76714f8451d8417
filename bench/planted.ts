import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Classifier, classify } from "../demo/classifier.ts";
import { FAULT_KINDS, type FaultKind, photographWithFault } from "../demo/faults.ts";
import { CLASSES, type ClassName, photograph, type Tile, type TileSets, USUAL_MIX } from "../demo/tiles.ts";
import { decodePlain, encodePlain, type PlainState } from "../src/core/codec.ts";
import { type Random, seededRandom } from "../src/core/random.ts";
import type { Embedder } from "../src/embedding/embedder.ts";
import type { Decoder } from "../src/image/decode.ts";
import { computeStatistics } from "../src/image/statistics/index.ts";

export type Kind = FaultKind | "normal" | "fog" | "unseen_class" | "class_shares" | "frozen_camera";

export interface Planted {
  readonly kind: Kind;
  readonly strength: number;
  readonly seed: number;
  readonly images: number;
}

/** What the analyser would know of one image. */
export interface PlantedImage {
  readonly trueClass: string;
  readonly probabilities: Float64Array;
  readonly statistics: Float64Array;
  readonly embedding: Float32Array;
}

/** Takes the pictures of a window with a fault, and measures them as the analyser does. Kept in files: rules for causes can then be tried in seconds. */
export class PlantedFaults {
  readonly #parts: PlantedParts;

  constructor(parts: PlantedParts) {
    this.#parts = parts;
    mkdirSync(parts.folder, { recursive: true });
  }

  async measure(planted: Planted): Promise<readonly PlantedImage[]> {
    const { kind, strength, seed, images } = planted;
    const file = join(this.#parts.folder, `${kind}-${strength}-${seed}-${images}.cbor`);
    if (existsSync(file)) return decodePlain(readFileSync(file)) as unknown as PlantedImage[];
    const measured = await this.#take(planted);
    writeFileSync(file, encodePlain(measured as unknown as PlainState));
    return measured;
  }

  async #take({ kind, strength, seed, images }: Planted): Promise<PlantedImage[]> {
    const random = seededRandom(1000 * seed + Math.round(100 * strength));
    const { tiles } = this.#parts;
    const frozen = chooseTile(tiles, USUAL_MIX, random.next(), random.next());
    const measured: PlantedImage[] = [];
    for (let index = 0; index < images; index++) {
      const tile = pick(tiles, kind, strength, frozen, random);
      const jpeg = await takePicture(kind, strength, tile, kind === "frozen_camera" ? seededRandom(1) : random);
      measured.push(await this.#measured(tile, jpeg));
    }
    return measured;
  }

  async #measured(tile: Tile, jpeg: Buffer): Promise<PlantedImage> {
    const { decoder, embedder, classifier } = this.#parts;
    const decoded = await decoder.decode({ kind: "encoded", bytes: jpeg });
    if ("reason" in decoded) throw new Error(decoded.reason);
    const [embedding] = (await embedder.embed([decoded.pixels])) as [Float32Array];
    return {
      trueClass: tile.label,
      probabilities: Float64Array.from(classify(classifier, embedding)),
      statistics: computeStatistics(decoded.pixels),
      embedding,
    };
  }
}

export interface PlantedParts {
  readonly tiles: TileSets;
  readonly classifier: Classifier;
  readonly decoder: Decoder;
  readonly embedder: Embedder;
  readonly folder: string;
}

function pick(tiles: TileSets, kind: Kind, strength: number, frozen: Tile, random: Random): Tile {
  const [first, second, third] = [random.next(), random.next(), random.next()];
  if (kind === "frozen_camera") return frozen;
  if (kind === "unseen_class" && third < 0.1 + 0.5 * strength) {
    return tiles.ice[Math.floor(second * tiles.ice.length)] as Tile;
  }
  return chooseTile(tiles, kind === "class_shares" ? towardsWater(strength) : USUAL_MIX, first, second);
}

function towardsWater(strength: number): Readonly<Record<ClassName, number>> {
  const water = USUAL_MIX.water + strength * (0.9 - USUAL_MIX.water);
  const others = (1 - water) / (1 - USUAL_MIX.water);
  const { cloudy, desert, green_area } = USUAL_MIX;
  return { cloudy: cloudy * others, desert: desert * others, green_area: green_area * others, water };
}

function chooseTile({ live }: TileSets, mix: Readonly<Record<ClassName, number>>, draw: number, place: number): Tile {
  let left = draw;
  for (const name of CLASSES) {
    left -= mix[name];
    if (left < 0) return live[name][Math.floor(place * live[name].length)] as Tile;
  }
  return live.water[0] as Tile;
}

function takePicture(kind: Kind, strength: number, tile: Tile, random: Random): Promise<Buffer> {
  if (kind === "fog") return photograph(tile, random, strength);
  if ((FAULT_KINDS as readonly string[]).includes(kind)) {
    return photographWithFault(tile, kind as FaultKind, strength, random);
  }
  return photograph(tile, random);
}
