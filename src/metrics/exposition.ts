import { PROCESS_METRICS } from "./catalog/process.ts";
import { CATALOG } from "./catalog.ts";
import { DefaultMetrics } from "./default-metrics.ts";
import { labelValue, ownSeries } from "./label-value.ts";
import { preferredFormat } from "./negotiation.ts";
import type { ExpositionOptions, Scrape } from "./scrape.ts";
import { writeAccess } from "./sections/access.ts";
import { writeBudget } from "./sections/budget.ts";
import { writeClassPerformance, writePerformance } from "./sections/performance.ts";
import { writePipeline, writeProcess } from "./sections/process.ts";
import { writeReference } from "./sections/reference.ts";
import { writeTap } from "./sections/tap.ts";
import { writeComponents, writeFourier, writeStatisticBins, writeTraffic } from "./sections/traffic.ts";
import { writeDrifting, writeDriftScores, writeOnline, writeWindows } from "./sections/windows.ts";
import { type Family, Sheet } from "./sheet.ts";
import { CONTENT_TYPES, renderFamilies } from "./text-format.ts";

export interface ExpositionText {
  readonly contentType: string;
  readonly body: string;
}

/** The body of /metrics. Holds only what the process metrics and the count of folded series need between scrapes. */
export class Exposition {
  readonly #options: ExpositionOptions;
  readonly #defaults = new DefaultMetrics();
  /** Per metric the most label sets folded in one scrape. Zero at first for every metric that has a label of classes. */
  readonly #folded = new Map<string, number>(
    CATALOG.flatMap(({ metrics }) =>
      metrics.filter(({ labels }) => labels.includes("class")).map(({ name }) => [name, 0]),
    ),
  );

  constructor(options: ExpositionOptions) {
    this.#options = options;
  }

  /** @param accept the request's Accept header; "" takes text 0.0.4. */
  async render(scrape: Scrape, accept: string): Promise<ExpositionText> {
    const defaults = await this.#defaults.families();
    const own = await this.families(scrape, seriesOf(defaults));
    const format = preferredFormat(accept);
    return { contentType: CONTENT_TYPES[format], body: renderFamilies([...own, ...defaults], format) };
  }

  /** Our own families, the most important first: what does not fit in the bound is left out from the end. */
  async families(scrape: Scrape, reservedSeries = 0): Promise<Family[]> {
    const sheet = this.#sheet(scrape, reservedSeries);
    writeProcess(sheet, scrape, this.#options);
    for (const [metric, count] of this.#folded) sheet.set(PROCESS_METRICS.seriesFolded, { metric }, count);
    writeReference(sheet, scrape);
    writePipeline(sheet, scrape, this.#options);
    writeAccess(sheet, scrape);
    if (this.#options.tap) writeTap(sheet, scrape);
    writePerformance(sheet, scrape);
    writeWindows(sheet, scrape);
    writeDrifting(sheet, scrape);
    writeOnline(sheet, scrape);
    writeBudget(sheet, scrape);
    writeTraffic(sheet, scrape);
    writeClassPerformance(sheet, scrape);
    writeStatisticBins(sheet, scrape, this.#options.binEdges);
    writeDriftScores(sheet, scrape, this.#options.statisticScores);
    writeComponents(sheet, scrape);
    writeFourier(sheet, scrape);
    for (const [metric, count] of sheet.folded)
      this.#folded.set(metric, Math.max(count, this.#folded.get(metric) ?? 0));
    return sheet.families();
  }

  #sheet({ assessment, counters }: Scrape, reservedSeries: number): Sheet {
    const { maxClasses, maxSeries } = this.#options;
    const { model, modelVersion, reference } = assessment;
    return new Sheet({
      common: {
        model: labelValue(model),
        model_version: modelVersion && labelValue(modelVersion),
        reference: reference.id,
      },
      classes: ownSeries([...counters.predictions.keys()], counters.referencePredictions, maxClasses),
      maxSeries: maxSeries - reservedSeries,
    });
  }
}

function seriesOf(families: readonly Family[]): number {
  return families.reduce((sum, { values }) => sum + values.length, 0);
}
