import { z } from "zod";
import type { Config } from "./config.ts";
import { embedding, intake, tap } from "./schema-input.ts";
import { labels } from "./schema-labels.ts";
import { gallery, limits, listen, log, metrics, page, state } from "./schema-service.ts";
import { duration, size, text } from "./values.ts";

const ratio = (): z.ZodNumber => z.number().min(0).max(1);

const model = z
  .strictObject({
    name: text(64).describe("Name of the model: the label `model` of every series."),
    version: z.string().max(64).default("").describe("Version of the model, when the traffic does not carry one."),
    classes: z
      .array(text(128))
      .min(2)
      .max(10_000)
      .exactOptional()
      .describe("Class names in the order of the model's scores. Taken from the reference when it is left out."),
    activation: z
      .enum(["auto", "softmax", "sigmoid", "none"])
      .default("auto")
      .describe(
        "What turns the model's scores into probabilities. `auto` takes rows that sum to 1 as they are and applies softmax to others.",
      ),
    accuracyFloorRatio: ratio()
      .exactOptional()
      .describe(
        "Accuracy below which the verdict is `accuracy_below_floor`. Without it accuracy is reported, never judged.",
      ),
  })
  .describe("The model that is watched.");

const sampling = z
  .strictObject({
    predictionsRatio: ratio()
      .default(1)
      .describe("Share of predictions that are counted (class, confidence, label join). Cheap."),
    imagesRatio: ratio().default(0.1).describe("Share of the counted predictions whose image is decoded and embedded."),
    imagesPerSecond: z
      .number()
      .positive()
      .max(1000)
      .default(5)
      .describe("Most images analysed in a second, whatever the traffic: it bounds the CPU of the sidecar."),
  })
  .describe("What is looked at. An image is in or out by a hash of its id, so replicas, retries and labels agree.");

const image = z
  .strictObject({
    maxBytes: size("1KiB", "256MiB").prefault("10MiB").describe("Largest encoded image that is decoded."),
    maxPixels: z
      .int()
      .min(10_000)
      .max(100_000_000)
      .default(16_000_000)
      .describe(
        "Largest image that is decoded, width × height. A progressive JPEG takes about 6 bytes a pixel while it is decoded.",
      ),
    concurrency: z
      .int()
      .min(1)
      .max(16)
      .default(2)
      .describe(
        "Images under way at the same time. One thread measures and embeds them in turn; the others are decoded meanwhile, so 2 keep it busy and more only help when decoding takes longer than embedding.",
      ),
    queueLength: z
      .int()
      .min(1)
      .max(10_000)
      .default(64)
      .describe("Images that may wait; when it is full a new one is dropped and counted."),
    queueBytes: size("1MiB", "4GiB")
      .prefault("64MiB")
      .describe("Bytes of the images that wait; one that is larger waits only alone."),
  })
  .describe("Decoding of images.");

const reference = z
  .strictObject({
    path: text(4096)
      .exactOptional()
      .describe(
        "File made by `vision-exporter reference build`. Without one nothing is compared: no drift, no estimate.",
      ),
  })
  .describe("The images the model was proven on.");

const windows = z
  .array(
    z
      .strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,32}$/)
          .meta({ accepts: "1 to 32 letters, digits and . _ -" })
          .describe("Value of the label `window`."),
        duration: duration("10s", "90d").exactOptional().describe("The window is the last such time span."),
        images: z
          .int()
          .min(20)
          .max(1_000_000)
          .exactOptional()
          .describe("The window is the last so many images. Give this or `duration`."),
      })
      .refine((window) => (window.duration === undefined) !== (window.images === undefined), {
        params: { accepts: "a name with either `duration` or `images`" },
      })
      .transform(({ name, duration, images }) =>
        duration === undefined ? { name, images: images as number } : { name, durationSeconds: duration },
      ),
  )
  .min(1)
  .max(8)
  .prefault([
    { name: "10m", duration: "10m" },
    { name: "1h", duration: "1h" },
    { name: "24h", duration: "24h" },
  ])
  .describe("The spans that are compared with the reference, each with a verdict of its own.");

const chunk = z
  .strictObject({
    duration: duration("1s", "1h")
      .prefault("1m")
      .describe("A chunk closes after this time, or after `images`, whichever comes first."),
    images: z
      .int()
      .min(10)
      .max(100_000)
      .default(250)
      .describe("A chunk closes after this many images. At most half of the shortest window of images."),
  })
  .describe("Traffic is summed up in chunks; a window is a merge of chunks, so its edge is exact to one chunk.");

const drift = z
  .strictObject({
    falseAlarmEvery: duration("1h", "365d")
      .prefault("30d")
      .describe(
        "One false alarm in this time, over all detectors and windows together. Longer is quieter and slower to notice.",
      ),
    assessEvery: duration("1s", "1h")
      .prefault("15s")
      .describe("How often the windows are compared with the reference."),
  })
  .describe("The budget of false alarms.");

const sections = {
  model,
  tap: tap.exactOptional(),
  intake: intake.prefault({}),
  sampling: sampling.prefault({}),
  image: image.prefault({}),
  embedding: embedding.prefault({}),
  reference: reference.prefault({}),
  windows,
  chunk: chunk.prefault({}),
  drift: drift.prefault({}),
  labels: labels.prefault({}),
  state: state.prefault({}),
  gallery: gallery.prefault({}),
  metrics: metrics.prefault({}),
  listen: listen.prefault({}),
  page: page.prefault({}),
  limits: limits.prefault({}),
  log: log.prefault({}),
};

/** The file as a whole: every key with its text, default and range, unknown keys refused. */
export const configSchema: z.ZodType<Config, unknown> = z.strictObject(sections);

/** Section by section, for the checks between sections that are whole while another one has faults. */
export const SECTIONS: Readonly<Record<keyof Config, z.ZodType>> = sections;
