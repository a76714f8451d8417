import { z } from "zod";
import { type Config, STATISTIC_DETECTORS } from "./config.ts";
import { address, duration, size, text } from "./values.ts";

export const state: z.ZodType<Config["state"], unknown> = z
  .strictObject({
    directory: text(4096)
      .exactOptional()
      .describe("Directory for waiting predictions and for snapshots of all sums. Without it a restart forgets both."),
    snapshotEvery: duration("1s", "1h")
      .prefault("30s")
      .describe("How often the sums are saved; at most this much is lost when the process is killed."),
    maxBytes: size("64MiB", "1TiB")
      .prefault("256MiB")
      .describe(
        "Most bytes of waiting predictions, on disk or, without a directory, in memory; the oldest go first. About 350 to 500 bytes a prediction, and 150 for each id beyond its first.",
      ),
  })
  .describe("What outlives a restart.");

export const gallery: z.ZodType<Config["gallery"], unknown> = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        "Keep thumbnails of a few images, in memory, and show them on the page. They are your users' images: decide on purpose.",
      ),
    images: z.int().min(1).max(500).default(48).describe("Images kept per group (drifting, typical, unsure)."),
    keep: duration("1m", "30d")
      .prefault("24h")
      .describe("How long an image is kept at most. In memory only: a restart and a reload forget them all."),
    maxBytes: size("64KiB", "1GiB").prefault("16MiB").describe("Most bytes of thumbnails; the oldest go first."),
  })
  .describe("The images that explain a drift.");

export const metrics: z.ZodType<Config["metrics"], unknown> = z
  .strictObject({
    maxClasses: z
      .int()
      .min(1)
      .max(1000)
      .default(50)
      .describe(
        "Classes with series of their own, the most frequent of the reference first; the others are summed under `other`.",
      ),
    maxSeries: z
      .int()
      .min(300)
      .max(100_000)
      .default(3000)
      .describe("Most series of one scrape; what is beyond is left out and counted in `vision_series_folded_total`."),
    statisticScores: z
      .array(z.enum(STATISTIC_DETECTORS))
      .default(["kolmogorov_smirnov"])
      .describe(
        "Detectors whose score and threshold are exported for every image statistic and window: about 45 series each a window. The page shows all of them.",
      ),
    binEdges: z
      .boolean()
      .default(false)
      .describe(
        "Exports where the bins of each image statistic end, in its unit: 9 series a statistic. Drift is computed without them.",
      ),
  })
  .describe("The size of a scrape.");

export const listen: z.ZodType<Config["listen"], unknown> = z
  .strictObject({
    metrics: address().prefault("0.0.0.0:9435").describe("`/metrics` and health."),
    api: address().prefault("0.0.0.0:9436").describe("`/v1/labels`, `/v1/observations` and CloudEvents."),
    page: address()
      .prefault("127.0.0.1:9437")
      .describe(
        "The page and the gallery. Anything but a loopback address needs `page.password`, or a `webConfigFile` with users or verified client certificates.",
      ),
    webConfigFile: text(4096)
      .exactOptional()
      .describe(
        "TLS, client certificates and users of all three servers: a web configuration file of the Prometheus exporter-toolkit. Read again when it, or a file it names, changes ([access](access.md)).",
      ),
    apiTokensFile: text(4096)
      .exactOptional()
      .describe(
        "Bearer tokens for `/v1/*`, CloudEvents and `/-/reload`, one a line. Read again when it changes ([access](access.md)).",
      ),
  })
  .describe("Addresses of the three servers, and who may reach them.");

export const page: z.ZodType<Config["page"], unknown> = z
  .strictObject({
    user: text(64).default("vision").describe("User name for the page."),
    password: text(256, 12)
      .exactOptional()
      .meta({ secret: true })
      .describe(
        "Password for the page alone (HTTP Basic), best taken from the environment. Users of `listen.webConfigFile` may see the page as well.",
      ),
  })
  .describe("A user of the page.");

export const limits: z.ZodType<Config["limits"], unknown> = z
  .strictObject({
    requestBytes: size("1KiB", "256MiB")
      .prefault("32MiB")
      .describe("Largest body of an API request, after decompression."),
    labelsPerRequest: z.int().min(1).max(100_000).default(10_000).describe("Most labels in one request."),
    labelsPerSecond: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(2_000)
      .describe(
        "Most labels a second in the long run; as many as one request may hold can come at once. A request over it is answered 429, with the time to wait.",
      ),
    observationsPerRequest: z.int().min(1).max(10_000).default(100).describe("Most observations in one request."),
    memoryBytes: size("64MiB", "1024GiB")
      .exactOptional()
      .describe(
        "Memory that the analyser may hold: from 80 % on it selects no more images, from 90 % on it drops those that wait, and predictions and labels go on. The limit of the container when it is left out; without either nothing is shed.",
      ),
  })
  .describe("Limits of the API and of memory.");

export const log: z.ZodType<Config["log"], unknown> = z
  .strictObject({
    level: z
      .enum(["debug", "info", "warn", "error"])
      .default("info")
      .describe("The least severe messages that are written to standard output, one JSON object a line."),
  })
  .describe("The log.");
