import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Assessment } from "../src/core/assessment.ts";
import { type Random, seededRandom } from "../src/core/random.ts";
import type { Imagery } from "./imagery.ts";
import { kill, requireFreePorts, start, stop, succeeded, waitFor } from "./processes.ts";
import type { Hands, Scenario } from "./scenario.ts";
import { type DemoFiles, keepReference, prepareFiles } from "./setup.ts";
import { cutTiles, type Deal } from "./tiles.ts";
import { Traffic } from "./traffic.ts";

export interface Ports {
  readonly model: number;
  readonly tap: number;
  readonly metrics: number;
  readonly api: number;
  readonly page: number;
}

export interface StageOptions {
  /** Of the repository, with dist/ built. */
  readonly root: string;
  readonly cacheDirectory: string;
  readonly imagery: Imagery;
  readonly deal?: Deal;
  readonly ports: Ports;
  readonly seed: number;
  readonly verbose: boolean;
  /** Top-level keys that replace those of the scenario's configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

const MODEL_PATH = "/v2/models/satellite/infer";
const url = (port: number, path = ""): string => `http://127.0.0.1:${port}${path}`;
const address = (port: number): string => `127.0.0.1:${port}`;

/** What a scenario plays on: a model server, our sidecar in front of it, and a client. Everything that is not kept between runs lies in `#folder`. */
export class Stage implements Hands {
  readonly #scenario: Scenario;
  readonly #options: StageOptions;
  /** Of the client. */
  readonly random: Random;
  readonly #folder: string = mkdtempSync(join(tmpdir(), "vision-demo-"));
  #model: ChildProcess | undefined;
  #sidecar: ChildProcess | undefined;
  #traffic: Traffic | undefined;

  constructor(scenario: Scenario, options: StageOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.random = seededRandom(options.seed + 2);
  }

  get traffic(): Traffic {
    if (!this.#traffic) throw new Error("the stage is not set");
    return this.#traffic;
  }

  async set(): Promise<void> {
    const { ports, imagery, seed, deal, cacheDirectory } = this.#options;
    await requireFreePorts(Object.values(ports));
    const tiles = cutTiles(imagery, seed, deal);
    const files = await prepareFiles(cacheDirectory, tiles, seed);
    writeFileSync(this.#configPath, this.#configuration(files));
    await this.#startModel(files);
    await keepReference(files, this.#path("dist", "src"), () => this.#buildReference(files, tiles.reference.length));
    await this.#startSidecar();
    this.#traffic = new Traffic(
      this.#scenario.openCamera(tiles, imagery, this.random),
      this.#scenario.openLabelDesk(this.random),
      {
        modelUrl: url(ports.tap, MODEL_PATH),
        directUrl: url(ports.model, MODEL_PATH),
        apiUrl: url(ports.api),
        requestsPerSecond: this.#scenario.requestsPerSecond,
      },
    );
  }

  async assessment(): Promise<Assessment> {
    return (await (await fetch(url(this.#options.ports.api, "/v1/assessment"))).json()) as Assessment;
  }

  /** Images that wait to be measured. */
  async queueLength(): Promise<number> {
    const metrics = await (await fetch(url(this.#options.ports.metrics, "/metrics"))).text();
    return Number(/^vision_queue_length (\d+)$/m.exec(metrics)?.[1] ?? 0);
  }

  async restart(): Promise<void> {
    if (this.#sidecar) await kill(this.#sidecar);
    await this.#startSidecar();
  }

  async strike(): Promise<void> {
    this.#traffic?.stop();
    if (this.#sidecar) await stop(this.#sidecar);
    if (this.#model) await stop(this.#model);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #configPath(): string {
    return join(this.#folder, "vision-exporter.yaml");
  }

  /** The scenario's file and where things are on this machine. */
  #configuration({ reference }: DemoFiles): string {
    const { ports, settings } = this.#options;
    const own = parse(readFileSync(this.#path("demo", this.#scenario.config), "utf8")) as Record<string, object>;
    return stringify({
      ...own,
      tap: { listen: address(ports.tap), upstream: address(ports.model), linkPath: join(this.#folder, "tap.sock") },
      reference: { path: reference },
      ...(own["state"] !== undefined && { state: { ...own["state"], directory: join(this.#folder, "state") } }),
      listen: { metrics: address(ports.metrics), api: address(ports.api), page: address(ports.page) },
      ...settings,
    });
  }

  async #startModel({ classifier }: DemoFiles): Promise<void> {
    const { ports, verbose } = this.#options;
    process.stdout.write("· starting the model server …\n");
    this.#model = start(this.#path("dist", "demo", "model-server.js"), [classifier, String(ports.model)], verbose);
    await waitFor(url(ports.model, "/v2/health/ready"), this.#model, 30);
  }

  async #buildReference(files: DemoFiles, images: number): Promise<void> {
    process.stdout.write(`· building the reference from ${images} held-out tiles: vision-exporter reference build …\n`);
    const paths = ["--config", this.#configPath, "--images", files.referenceImages, "--out", files.reference];
    const args = ["reference", "build", ...paths, "--model-url", url(this.#options.ports.model, MODEL_PATH)];
    await succeeded(start(this.#program, args, true), "reference build");
  }

  async #startSidecar(): Promise<void> {
    process.stdout.write("· starting the sidecar: vision-exporter run …\n");
    this.#sidecar = start(this.#program, ["run", "--config", this.#configPath], this.#options.verbose);
    await waitFor(url(this.#options.ports.metrics, "/-/ready"), this.#sidecar, 60);
  }

  get #program(): string {
    return this.#path("dist", "src", "main.js");
  }

  #path(...parts: readonly string[]): string {
    return join(this.#options.root, ...parts);
  }
}
