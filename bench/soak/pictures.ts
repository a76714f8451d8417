import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { seededRandom } from "../../src/core/random.ts";

export const COLOURS = ["red", "green", "blue"] as const;
const REFERENCE_IMAGES = 90;
const LIVE_IMAGES = 100;
const SIDE = 64;

/** A noisy JPEG in one of the colours. */
async function paint(colour: number, seed: number): Promise<Buffer> {
  const random = seededRandom(seed);
  const data = Buffer.alloc(SIDE * SIDE * 3);
  const tint = 90 + 60 * random.next();
  for (let i = 0; i < data.length; i++) data[i] = 60 + 60 * random.next() + (i % 3 === colour ? tint : 0);
  return sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Pictures for `reference build`: one folder a class, and what the model said of each. */
export async function paintReference(folder: string): Promise<void> {
  const answers = [];
  for (const [colour, name] of COLOURS.entries()) {
    mkdirSync(join(folder, "proven", name), { recursive: true });
    for (let n = 0; n < REFERENCE_IMAGES; n++) {
      writeFileSync(join(folder, "proven", name, `${n}.jpg`), await paint(colour, 1_000 * colour + n));
      answers.push(JSON.stringify({ file: `${name}/${n}.jpg`, scores: scoresOf(colour, n) }));
    }
  }
  writeFileSync(join(folder, "answers.jsonl"), `${answers.join("\n")}\n`);
}

/** By colour. */
export async function paintLive(): Promise<readonly (readonly Buffer[])[]> {
  const live = (colour: number): Promise<Buffer[]> =>
    Promise.all(Array.from({ length: LIVE_IMAGES }, (_, n) => paint(colour, 10_000 * (colour + 1) + n)));
  return Promise.all(COLOURS.map((_, colour) => live(colour)));
}

/** A confident answer, wrong once in ten. */
export function scoresOf(colour: number, n: number): readonly number[] {
  const said = n % 10 === 9 ? (colour + 1) % COLOURS.length : colour;
  const sure = 0.7 + 0.28 * ((n * 0.618) % 1);
  return COLOURS.map((_, index) => (index === said ? sure : (1 - sure) / (COLOURS.length - 1)));
}
