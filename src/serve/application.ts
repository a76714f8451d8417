import type { Config } from "../config/config.ts";
import type { Assessment } from "../core/assessment.ts";
import type { Clock } from "../core/clock.ts";
import { VisionError } from "../core/errors.ts";
import type { Inference } from "../core/inference.ts";
import type { AccessRules } from "../http/access.ts";
import type {
  Application,
  Exposition as ExpositionText,
  Forgotten,
  ItemResult,
  PipelineHealth,
  Readiness,
} from "../http/application.ts";
import type { ServerOptions } from "../http/listen.ts";
import { CloudEventPairing } from "../intake/cloud-events.ts";
import { parseLabels } from "../intake/labels.ts";
import { parseObservations } from "../intake/observations.ts";
import { Exposition } from "../metrics/exposition.ts";
import type { Telemetry } from "../metrics/self.ts";
import type { Strain } from "../strain/strain.ts";
import type { LinkServer } from "../tap/link-server.ts";
import { canConnect } from "../tap/upstream-check.ts";
import type { Core, Surroundings } from "./core.ts";
import { pipelineHealth } from "./health.ts";
import { LabelIntake } from "./label-intake.ts";
import type { LabelStores } from "./label-join.ts";
import { VERSION } from "./version.ts";

export interface ApplicationParts extends Surroundings {
  readonly telemetry: Telemetry;
  readonly stores: LabelStores;
  readonly strain: Pick<Strain, "memoryUsedRatio">;
  /** Of windows and of predictions that wait for labels. */
  readonly axis: Clock;
  readonly core: () => Core;
  readonly link: LinkServer | undefined;
  readonly reload: () => Promise<void>;
}

const UPSTREAM_TIMEOUT_SECONDS = 2;
/** A store that fails is tried again about so often. */
const RETRY_SECONDS = 5;
const PAIRING = { expirySeconds: 60, maxWaiting: 1_000, maxWaitingBytes: 64 * 2 ** 20 };

/** What the HTTP surface asks for, answered from the parts. */
export class AnalyserApplication implements Application {
  readonly #parts: ApplicationParts;
  readonly #pairing: CloudEventPairing;
  readonly #exposition: Exposition;
  readonly #labels: LabelIntake;
  #upstreamReachable = true;

  constructor(parts: ApplicationParts) {
    const { config } = parts.core();
    this.#parts = parts;
    this.#labels = new LabelIntake(parts.core, parts.telemetry, parts.axis);
    this.#pairing = new CloudEventPairing({ ...PAIRING, clock: parts.clock });
    this.#exposition = new Exposition({
      build: { version: VERSION, revision: process.env["VISION_EXPORTER_REVISION"] ?? "unknown" },
      sampling: config.sampling,
      maxClasses: config.metrics.maxClasses,
      maxSeries: config.metrics.maxSeries,
      statisticScores: config.metrics.statisticScores,
      binEdges: config.metrics.binEdges,
      tap: config.tap !== undefined,
    });
  }

  assess(): Assessment {
    return this.#core.monitor.assessment();
  }

  metrics(accept: string): Promise<ExpositionText> {
    const { telemetry, log, stores, strain } = this.#parts;
    const { monitor, pipeline, features } = this.#core;
    const scrape = {
      assessment: monitor.assessment(),
      counters: monitor.counters(),
      telemetry: telemetry.snapshot(),
      queue: pipeline.queue,
      embedderUp: "worker" in features && features.worker.health.up,
      ...(strain.memoryUsedRatio !== undefined && { memoryUsedRatio: strain.memoryUsedRatio }),
      logMessages: log.counts,
      ...(stores.shared && { sharedLabels: stores.shared }),
    };
    return this.#exposition.render(scrape, accept);
  }

  /** Whether images drift is no part of it: a drifting model must go on serving. */
  readiness(): Readiness {
    const reasons: string[] = [];
    const { upstream } = this.#core.config.tap ?? {};
    if (this.#parts.link?.connections === 0) reasons.push("the tap is not connected");
    if (upstream && !this.#upstreamReachable) {
      reasons.push(`the model server at ${upstream.host}:${upstream.port} does not accept connections`);
    }
    return { ready: reasons.length === 0, reasons };
  }

  async checkUpstream(): Promise<void> {
    const { upstream } = this.#core.config.tap ?? {};
    if (upstream) this.#upstreamReachable = await canConnect(upstream.host, upstream.port, UPSTREAM_TIMEOUT_SECONDS);
  }

  async labels(contentType: string, body: Uint8Array): Promise<readonly ItemResult[]> {
    const { requestBytes, labelsPerRequest } = this.#core.config.limits;
    const parsed = parseLabels(contentType, body, { maxBodyBytes: requestBytes, maxItems: labelsPerRequest });
    return this.#labels.takeAll(parsed);
  }

  async observations(contentType: string, body: Uint8Array): Promise<readonly ItemResult[]> {
    const { clock, random } = this.#parts;
    const { limits, intake } = this.#core.config;
    const parsed = await parseObservations(contentType, body, {
      maxBodyBytes: limits.requestBytes,
      maxItems: limits.observationsPerRequest,
      nowSeconds: clock.nowSeconds(),
      random,
      ...(intake.tensor && { tensor: intake.tensor }),
    });
    const tokens = await this.#inferAll(parsed.flatMap((entry) => ("error" in entry ? [] : [entry.item])));
    let next = 0;
    return parsed.map((entry, index) => {
      if ("error" in entry) return refused(index, entry.error);
      const token = tokens[next++];
      return { id: entry.item.ids[0] ?? "", accepted: true, result: "accepted", ...(token !== undefined && { token }) };
    });
  }

  cloudEvent(headers: ReadonlyMap<string, string>, body: Uint8Array): "accepted" | "dropped" {
    const { telemetry } = this.#parts;
    try {
      const received = this.#pairing.receive(headers, body);
      if (received.kind === "exchange") void this.#core.pipeline.exchange(received.exchange);
      if (received.kind === "labels") {
        for (const entry of received.labels) if ("item" in entry) void this.#labels.take(entry.item);
      }
      return "accepted";
    } catch {
      telemetry.exchangeDropped("malformed_body");
      return "dropped";
    }
  }

  /** The line in the log says that it was done, and not for whom. */
  async forget(id: string): Promise<Forgotten> {
    const { axis, telemetry, log } = this.#parts;
    const { monitor, pipeline } = this.#core;
    const forgotten = await monitor.forget(id, axis.nowSeconds()).catch((cause) => {
      telemetry.storeFailed(cause);
      const remedy = "Send it again later.";
      throw new VisionError("STATE_UNUSABLE", "Nothing was removed: what waits for labels cannot be written now.", {
        remedy,
        cause,
        retryAfterSeconds: RETRY_SECONDS,
      });
    });
    const { ids, prediction, earlyLabels, galleryImages } = forgotten;
    const halves = ids.map((each) => this.#pairing.forget(each));
    const queuedImages = halves.reduce((sum, count) => sum + count, pipeline.forget(ids));
    const removed = { predictions: prediction ? 1 : 0, earlyLabels, galleryImages, queuedImages };
    if (Object.values(removed).some((count) => count > 0)) {
      telemetry.predictionForgotten();
      log.info("a prediction was forgotten on request", removed);
    }
    return removed;
  }

  thumbnail(key: string): Uint8Array | undefined {
    return this.#core.config.gallery.enabled ? this.#core.monitor.thumbnail(key) : undefined;
  }

  referenceThumbnail(key: string): Uint8Array | undefined {
    return this.#core.config.gallery.enabled ? this.#core.reference?.exemplars.thumbnail(key) : undefined;
  }

  health(): PipelineHealth {
    const { telemetry, clock } = this.#parts;
    return pipelineHealth(this.#core, telemetry.snapshot(), clock.nowSeconds());
  }

  reload(): Promise<void> {
    return this.#parts.reload();
  }

  /** The tokens of the predictions that were counted; none without `labels.token`. */
  async #inferAll(inferences: readonly Inference[]): Promise<readonly (string | undefined)[]> {
    const { pipeline, monitor, tokens } = this.#core;
    const signed: (string | undefined)[] = [];
    await pipeline.inferAll(
      inferences,
      tokens &&
        ((index, prediction) => {
          signed[index] = tokens.sign(monitor.pendingOf(prediction));
        }),
    );
    return signed;
  }

  get #core(): Core {
    return this.#parts.core();
  }
}

function refused(index: number, error: string): ItemResult {
  return { id: "", accepted: false, result: "malformed", message: `item ${index} ${error}` };
}

export function serverOptions(
  config: Config,
  access: AccessRules,
  { clock, log }: Surroundings,
  telemetry: Telemetry,
): ServerOptions {
  const { user, password } = config.page;
  return {
    clock,
    version: VERSION,
    report: (error) => log.error("a request failed", { error }),
    refused: (reason) => telemetry.httpRefused(reason),
    access,
    metrics: config.listen.metrics,
    api: { ...config.listen.api, requestBytes: config.limits.requestBytes },
    page: {
      ...config.listen.page,
      refreshSeconds: Math.max(2, config.drift.assessEvery),
      ...(password !== undefined && { user: { name: user, password } }),
    },
  };
}
