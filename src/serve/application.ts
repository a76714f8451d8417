import type { Config } from "../config/config.ts";
import type { Assessment } from "../core/assessment.ts";
import type { Clock } from "../core/clock.ts";
import type { Label } from "../core/label.ts";
import type {
  Application,
  Exposition as ExpositionText,
  ItemResult,
  PipelineHealth,
  Readiness,
} from "../http/application.ts";
import { hashPassword, parseUsers } from "../http/basic-auth.ts";
import type { ServerOptions } from "../http/listen.ts";
import { CloudEventPairing } from "../intake/cloud-events.ts";
import { parseLabels } from "../intake/labels.ts";
import { parseObservations } from "../intake/observations.ts";
import { Exposition } from "../metrics/exposition.ts";
import type { Telemetry } from "../metrics/self.ts";
import type { LinkServer } from "../tap/link-server.ts";
import { canConnect } from "../tap/upstream-check.ts";
import type { Core, Surroundings } from "./core.ts";
import { pipelineHealth } from "./health.ts";
import { VERSION } from "./version.ts";

export interface ApplicationParts extends Surroundings {
  readonly telemetry: Telemetry;
  /** Of windows and of predictions that wait for labels. */
  readonly axis: Pick<Clock, "nowSeconds">;
  readonly core: () => Core;
  readonly link: LinkServer | undefined;
  readonly reload: () => Promise<void>;
}

const UPSTREAM_TIMEOUT_SECONDS = 2;
const PAIRING = { expirySeconds: 60, maxWaiting: 1_000, maxWaitingBytes: 64 * 2 ** 20 };

/** What the HTTP surface asks for, answered from the parts. */
export class AnalyserApplication implements Application {
  readonly #parts: ApplicationParts;
  readonly #pairing: CloudEventPairing;
  readonly #exposition: Exposition;
  #upstreamReachable = true;

  constructor(parts: ApplicationParts) {
    const { config } = parts.core();
    this.#parts = parts;
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
    const { telemetry, log } = this.#parts;
    const { monitor, pipeline } = this.#core;
    const scrape = {
      assessment: monitor.assessment(),
      counters: monitor.counters(),
      telemetry: telemetry.snapshot(),
      queue: pipeline.queue,
      logMessages: log.counts,
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
    return Promise.all(
      parsed.map((entry, index) => ("error" in entry ? refused(index, entry.error) : this.#label(entry.item))),
    );
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
    await this.#core.pipeline.inferAll(parsed.flatMap((entry) => ("error" in entry ? [] : [entry.item])));
    return parsed.map((entry, index) =>
      "error" in entry
        ? refused(index, entry.error)
        : { id: entry.item.ids[0] ?? "", accepted: true, result: "accepted" },
    );
  }

  cloudEvent(headers: ReadonlyMap<string, string>, body: Uint8Array): "accepted" | "dropped" {
    const { telemetry } = this.#parts;
    try {
      const received = this.#pairing.receive(headers, body);
      if (received.kind === "exchange") void this.#core.pipeline.exchange(received.exchange);
      if (received.kind === "labels") {
        for (const entry of received.labels) if ("item" in entry) void this.#label(entry.item);
      }
      return "accepted";
    } catch {
      telemetry.exchangeDropped("malformed_body");
      return "dropped";
    }
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

  get #core(): Core {
    return this.#parts.core();
  }

  /** A store that fails loses this label: the sender is told, so it can send the label again. */
  async #label(label: Label): Promise<ItemResult> {
    const { axis, telemetry } = this.#parts;
    try {
      const { result, delaySeconds } = await this.#core.monitor.label(label, axis.nowSeconds());
      telemetry.labelReceived(result);
      if (delaySeconds !== undefined) telemetry.labelDelayed(delaySeconds);
      const accepted = result !== "unknown_class" && result !== "conflict" && result !== "expired";
      return { id: label.id, accepted, result, ...(!accepted && { message: refusal(result, this.#core.classes) }) };
    } catch (error) {
      telemetry.storeFailed(error);
      return {
        id: label.id,
        accepted: false,
        result: "store_failed",
        message: `${(error as Error).message}; send it again later`,
      };
    }
  }
}

function refused(index: number, error: string): ItemResult {
  return { id: "", accepted: false, result: "malformed", message: `item ${index} ${error}` };
}

function refusal(result: "unknown_class" | "conflict" | "expired", classes: readonly string[]): string {
  if (result === "unknown_class")
    return `the label is not one of the model's classes: ${classes.slice(0, 20).join(", ")}`;
  if (result === "conflict") return "another label came first, and labels.onConflict is `first`";
  return "its prediction is older than labels.keepPredictions";
}

export async function serverOptions(config: Config, { clock, log }: Surroundings): Promise<ServerOptions> {
  const { user, password } = config.page;
  const users = password === undefined ? undefined : parseUsers(`${user}:${await hashPassword(password)}`);
  return {
    clock,
    version: VERSION,
    report: (error) => log.error("a request failed", { error }),
    metrics: config.listen.metrics,
    api: { ...config.listen.api, requestBytes: config.limits.requestBytes },
    page: { ...config.listen.page, refreshSeconds: Math.max(2, config.drift.assessEvery), users },
  };
}
