import { type Random, seededRandom } from "../src/core/random.ts";
import type { Phase } from "./phases.ts";
import { CLASSES, photograph, type Tile, type TileSets } from "./tiles.ts";

export interface TrafficOptions {
  readonly modelUrl: string;
  readonly labelsUrl: string;
  readonly requestsPerSecond: number;
  /** Share of requests whose label arrives, late. */
  readonly labelledRatio: number;
  readonly labelDelaySeconds: readonly [number, number];
  readonly seed: number;
}

/** What the client knows and the monitor does not. */
export interface Truth {
  readonly phase: string;
  readonly timeSeconds: number;
  readonly right: boolean;
}

/** A camera: sends JPEG tiles to the model at a steady rate and, later, the labels of a part of them. */
export class Traffic {
  readonly truths: Truth[] = [];
  failures = 0;
  readonly #tiles: TileSets;
  readonly #options: TrafficOptions;
  readonly #random: Random;
  readonly #labelTimers = new Set<NodeJS.Timeout>();
  #sequence = 0;

  constructor(tiles: TileSets, options: TrafficOptions) {
    this.#tiles = tiles;
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  /** Plays a phase; resolves when its time is over and every answer is in. */
  async play(phase: Phase, seconds: number, stopped: () => boolean): Promise<void> {
    const start = Date.now();
    const underWay = new Set<Promise<void>>();
    const total = seconds * this.#options.requestsPerSecond;
    for (let sent = 0; sent < total && !stopped(); sent++) {
      // Fog grows over the first quarter of its phase.
      const fog = phase.fog * Math.min(1, sent / (total / 4));
      const request = this.#send(phase, fog).finally(() => underWay.delete(request));
      underWay.add(request);
      const due = start + ((sent + 1) * 1000) / this.#options.requestsPerSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
    }
    await Promise.all(underWay);
  }

  stop(): void {
    for (const timer of this.#labelTimers) clearTimeout(timer);
  }

  async #send(phase: Phase, fog: number): Promise<void> {
    const tile = this.#choose(phase);
    const id = `tile-${String(this.#sequence++).padStart(6, "0")}`;
    const jpeg = await photograph(tile, this.#random, fog);
    const body = { id, inputs: [{ name: "image", datatype: "BYTES", shape: [1], data: [jpeg.toString("base64")] }] };
    try {
      const reply = await postJson(this.#options.modelUrl, body, { "x-request-id": id });
      const scores = (reply as { outputs: { data: number[] }[] }).outputs[0]?.data ?? [];
      const predicted = CLASSES[scores.indexOf(Math.max(...scores))];
      this.truths.push({ phase: phase.name, timeSeconds: Date.now() / 1000, right: predicted === tile.label });
      if (this.#random.next() < this.#options.labelledRatio) this.#labelLater(id, tile.label);
    } catch {
      this.failures += 1;
    }
  }

  #choose(phase: Phase): Tile {
    if (this.#random.next() < phase.iceRatio) return this.#pick(this.#tiles.ice);
    let draw = this.#random.next();
    for (const name of CLASSES) {
      draw -= phase.mix[name];
      if (draw < 0) return this.#pick(this.#tiles.live[name]);
    }
    return this.#pick(this.#tiles.live.water);
  }

  #pick(tiles: readonly Tile[]): Tile {
    return tiles[Math.floor(this.#random.next() * tiles.length)] as Tile;
  }

  #labelLater(id: string, label: string): void {
    const [least, most] = this.#options.labelDelaySeconds;
    const timer = setTimeout(
      () => {
        this.#labelTimers.delete(timer);
        postJson(this.#options.labelsUrl, { id, label }, {}).catch(() => {
          this.failures += 1;
        });
      },
      1000 * (least + this.#random.next() * (most - least)),
    );
    this.#labelTimers.add(timer);
  }
}

async function postJson(url: string, body: unknown, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}
