import { Agent, request } from "node:http";
import { Link } from "../../src/tap/link.ts";
import { newTapCounters } from "../../src/tap/tap-counters.ts";
import { COLOURS, scoresOf } from "./pictures.ts";

export interface TrafficOptions {
  readonly apiPort: number;
  readonly linkPath: string;
  /** By colour. */
  readonly pictures: readonly (readonly Buffer[])[];
}

/** Predictions of one request: without a picture, and with one. */
const BARE_PER_REQUEST = 500;
const PICTURES_PER_REQUEST = 10;
/** One prediction in so many gets a label; of these, some more than one, one that is too early, or one that is wrong. */
const LABELLED = 10;

/**
 * Everything that an analyser is sent: bare predictions and predictions with a picture by POST /v1/observations, exchanges over the link as a tap sends
 * them, one in a hundred of them broken, and labels that come once, twice, corrected, early, for nothing known, or for no class.
 */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #agent = new Agent({ keepAlive: false });
  readonly #link: Link;
  readonly #linkCounters = newTapCounters();
  #sequence = 0;
  #sent = { predictions: 0, images: 0, labels: 0 };

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#link = new Link({ path: options.linkPath, linkBytes: 64 * 2 ** 20 }, this.#linkCounters);
    this.#link.open();
  }

  get sent(): { readonly predictions: number; readonly images: number; readonly labels: number } {
    return this.#sent;
  }

  /** Sends so many more of each, half of the pictures over the link, and their labels. */
  async send(predictions: number, images: number): Promise<void> {
    const overLink = Math.floor(images / 2);
    for (let n = 0; n < overLink; n++) this.#exchange(this.#sequence++);
    for (let left = images - overLink; left > 0; left -= PICTURES_PER_REQUEST) {
      await this.#observe(Math.min(left, PICTURES_PER_REQUEST), true);
    }
    for (let left = predictions - images; left > 0; left -= BARE_PER_REQUEST) {
      await this.#observe(Math.min(left, BARE_PER_REQUEST), false);
    }
    this.#sent = {
      ...this.#sent,
      predictions: this.#sent.predictions + predictions,
      images: this.#sent.images + images,
    };
  }

  async close(): Promise<void> {
    await this.#link.close(1);
    this.#agent.destroy();
  }

  #exchange(n: number): void {
    const picture = this.#picture(n);
    const broken = n % 100 === 0;
    const scores = Object.fromEntries(COLOURS.map((name, index) => [name, scoresOf(n % COLOURS.length, n)[index]]));
    this.#link.send({
      timeSeconds: Date.now() / 1000,
      method: "POST",
      path: "/predict",
      requestHeaders: new Map([
        ["content-type", "image/jpeg"],
        ["x-request-id", `s-${n}`],
      ]),
      requestBody: [broken ? picture.subarray(0, 300) : picture],
      status: 200,
      responseHeaders: new Map([["content-type", "application/json"]]),
      responseBody: [Buffer.from(JSON.stringify(scores))],
    });
  }

  async #observe(count: number, pictures: boolean): Promise<void> {
    const first = this.#sequence;
    this.#sequence += count;
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    await this.#post(
      "/v1/observations",
      numbers.map((n) => ({
        id: `s-${n}`,
        prediction: { scores: scoresOf(n % COLOURS.length, n) },
        ...(pictures && { image: this.#picture(n).toString("base64") }),
      })),
    );
    const labels = numbers.filter((n) => n % LABELLED === 0).flatMap(labelsOf);
    if (labels.length > 0) await this.#post("/v1/labels", labels);
    this.#sent = { ...this.#sent, labels: this.#sent.labels + labels.length };
  }

  #picture(n: number): Buffer {
    const pictures = this.#options.pictures[n % COLOURS.length] as readonly Buffer[];
    return pictures[Math.floor(n / COLOURS.length) % pictures.length] as Buffer;
  }

  #post(path: string, items: readonly unknown[]): Promise<void> {
    const body = JSON.stringify(items);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const options = { port: this.#options.apiPort, path, method: "POST", headers, agent: this.#agent };
    return new Promise((done, fail) => {
      const sent = request(options, (response) => {
        response.resume().once("end", () => {
          if ((response.statusCode ?? 500) < 300) done();
          else fail(new Error(`${path} was answered ${response.statusCode}`));
        });
      });
      sent.on("error", fail).end(body);
    });
  }
}

function labelsOf(n: number): readonly { readonly id: string; readonly label: string }[] {
  const right = COLOURS[n % COLOURS.length] as string;
  const label = { id: `s-${n}`, label: right };
  const kind = (n / LABELLED) % 20;
  if (kind === 1) return [label, label];
  if (kind === 2) return [label, { ...label, label: COLOURS[(n + 1) % COLOURS.length] as string }];
  if (kind === 3) return [{ ...label, id: `s-${n + 100_000}` }];
  if (kind === 4) return [{ ...label, id: `unknown-${n}` }];
  if (kind === 5) return [{ ...label, label: "purple" }];
  return [label];
}
