import type { Pixels } from "../pixels.ts";
import { type ColourSums, sumColours } from "./colour-sums.ts";
import { type LumaLevels, summariseLevels, toLuma } from "./luma.ts";
import { type NeighbourSums, sumNeighbours } from "./neighbour-sums.ts";

/** One image and what its statistics share, each computed once and only when the first statistic asks. */
export class PixelView {
  readonly pixels: Pixels;
  #luma: Uint8Array | undefined;
  #levels: LumaLevels | undefined;
  #colours: ColourSums | undefined;
  #neighbours: NeighbourSums | undefined;

  constructor(pixels: Pixels) {
    this.pixels = pixels;
  }

  /** Brightness of each pixel, 0 to 255, row by row. */
  get luma(): Uint8Array {
    this.#luma ??= toLuma(this.pixels.data);
    return this.#luma;
  }

  get levels(): LumaLevels {
    this.#levels ??= summariseLevels(this.luma);
    return this.#levels;
  }

  get colours(): ColourSums {
    this.#colours ??= sumColours(this.pixels.data);
    return this.#colours;
  }

  get neighbours(): NeighbourSums {
    this.#neighbours ??= sumNeighbours(this.luma, this.pixels.width, this.pixels.height);
    return this.#neighbours;
  }
}
