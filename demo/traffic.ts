import type { Camera, Picture, Scene } from "./camera.ts";
import { CLASSES } from "./tiles.ts";

export interface TrafficOptions {
  /** Where clients send pictures: the sidecar's port. */
  readonly modelUrl: string;
  /** The model itself, for pictures of the past, which the sidecar did not see. */
  readonly directUrl: string;
  readonly apiUrl: string;
  readonly requestsPerSecond: number;
}

/** What the client knows of one request: the model's answer, and the truth that the monitor does not have. */
export interface Answer {
  readonly id: string;
  readonly timeSeconds: number;
  readonly scores: readonly number[];
  readonly label: string;
  readonly right: boolean;
}

/** Who labels what: seconds until the label of an answer comes, or undefined when it never does by itself. */
export type LabelDesk = (answer: Answer) => number | undefined;

/** Requests that wait for their answer at the same time. */
const MOST_UNDER_WAY = 16;
/** Labels in one request. */
const LABELS_AT_ONCE = 500;

/** The client: sends what the camera takes to the model at a steady rate and, later, the labels that the desk gives. */
export class Traffic {
  readonly answers: Answer[] = [];
  /** Answers whose label was sent and taken. */
  readonly labelled: Answer[] = [];
  failures = 0;
  readonly #camera: Camera;
  readonly #desk: LabelDesk;
  readonly #options: TrafficOptions;
  readonly #labelTimers = new Set<NodeJS.Timeout>();
  #sequence = 0;

  constructor(camera: Camera, desk: LabelDesk, options: TrafficOptions) {
    this.#camera = camera;
    this.#desk = desk;
    this.#options = options;
  }

  /** Plays a scene; resolves when its time is over and every answer is in. */
  async play(scene: Scene, seconds: number, stopped: () => boolean): Promise<void> {
    const start = Date.now();
    const underWay = new Set<Promise<void>>();
    const total = seconds * this.#options.requestsPerSecond;
    for (let sent = 0; sent < total && !stopped(); sent++) {
      // Fog grows over the first quarter of its scene.
      const fog = scene.fog * Math.min(1, sent / (total / 4));
      const request = this.#send(await this.#camera.take(scene, fog)).finally(() => underWay.delete(request));
      underWay.add(request);
      // A client has so many connections; a model that does not keep up slows it down.
      if (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
      const due = start + ((sent + 1) * 1000) / this.#options.requestsPerSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
    }
    await Promise.all(underWay);
  }

  /** Reports `count` predictions that were made `ageSeconds` ago, with their pictures, as a client does who kept a record. */
  async report(scene: Scene, count: number, ageSeconds: number): Promise<void> {
    for (let sent = 0; sent < count; sent++) {
      const picture = await this.#camera.take(scene, 0);
      const answer = await this.#ask(picture, this.#options.directUrl, Date.now() / 1000 - ageSeconds);
      const { id, scores, timeSeconds } = answer;
      const observation = { id, time: timeSeconds, image: picture.jpeg.toString("base64"), prediction: scores };
      await postJson(`${this.#options.apiUrl}/v1/observations`, observation);
      this.answers.push(answer);
    }
  }

  /** Sends the labels of these answers, in any order; those that were sent before are left out. */
  async sendLabels(answers: readonly Answer[]): Promise<void> {
    const known = new Set(this.labelled);
    const due = answers.filter((answer) => !known.has(answer));
    for (let first = 0; first < due.length; first += LABELS_AT_ONCE) {
      const batch = due.slice(first, first + LABELS_AT_ONCE);
      await postJson(
        `${this.#options.apiUrl}/v1/labels`,
        batch.map(({ id, label }) => ({ id, label })),
      );
      this.labelled.push(...batch);
    }
  }

  stop(): void {
    for (const timer of this.#labelTimers) clearTimeout(timer);
  }

  async #send(picture: Picture): Promise<void> {
    try {
      const answer = await this.#ask(picture, this.#options.modelUrl);
      this.answers.push(answer);
      const delaySeconds = this.#desk(answer);
      if (delaySeconds !== undefined) this.#labelLater(answer, delaySeconds);
    } catch {
      this.failures += 1;
    }
  }

  async #ask({ jpeg, label }: Picture, url: string, timeSeconds?: number): Promise<Answer> {
    const id = `tile-${String(this.#sequence++).padStart(6, "0")}`;
    const body = { id, inputs: [{ name: "image", datatype: "BYTES", shape: [1], data: [jpeg.toString("base64")] }] };
    const reply = await postJson(url, body, { "x-request-id": id });
    const scores = (reply as { outputs: { data: number[] }[] }).outputs[0]?.data ?? [];
    const predicted = CLASSES[scores.indexOf(Math.max(...scores))];
    return { id, timeSeconds: timeSeconds ?? Date.now() / 1000, scores, label, right: predicted === label };
  }

  #labelLater(answer: Answer, delaySeconds: number): void {
    const timer = setTimeout(() => {
      this.#labelTimers.delete(timer);
      this.sendLabels([answer]).catch(() => {
        this.failures += 1;
      });
    }, 1000 * delaySeconds);
    this.#labelTimers.add(timer);
  }
}

async function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}
