import { z } from "zod";
import type { EmbeddingConfig, IntakeConfig, TapConfig } from "./config.ts";
import { address, duration, size, text } from "./values.ts";

const header = (): z.ZodType<string, unknown> =>
  z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/)
    .meta({ accepts: "the name of an HTTP header" });

const scale = () => z.number().positive().max(65_536).default(255);
const perColour = () => z.tuple([z.number(), z.number(), z.number()]);
const positivePerColour = () => z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);

export const tap: z.ZodType<TapConfig, unknown> = z
  .strictObject({
    listen: address().describe("Where clients connect instead of to the model server."),
    upstream: address().describe("The model server."),
    idHeader: header()
      .exactOptional()
      .describe(
        "Request header with the id under which labels come; looked at before the usual ones. Same as `intake.idHeader`.",
      ),
    messageBytes: size("1KiB", "1GiB")
      .prefault("16MiB")
      .describe("Largest request or reply that is captured. Larger ones are forwarded all the same."),
    totalBytes: size("64KiB", "16GiB").prefault("64MiB").describe("Memory for all exchanges being captured."),
    linkBytes: size("64KiB", "16GiB").prefault("64MiB").describe("Memory for exchanges on their way to the analyser."),
    linkPath: text(107)
      .default("/tmp/vision-exporter/tap.sock")
      .describe(
        "Unix socket between tap and analyser; they share its directory. Below $XDG_RUNTIME_DIR, when that is set and this key is left out.",
      ),
    drain: duration("0s", "10m")
      .prefault("25s")
      .describe("How long open connections may take to finish after SIGTERM."),
    restartAtMost: duration("1s", "10m")
      .prefault("30s")
      .describe(
        "Longest wait before `run` starts an analyser again that ended; the first is 1 s, and each early end doubles it.",
      ),
    analyserPriority: z
      .enum(["idle", "low"])
      .default("idle")
      .describe(
        "Where `run` starts the analyser beside the tap: `idle` lets images have only processor time that nothing else in the container wants, `low` a tenth of the weight of a normal process, which delays one request in a hundred by milliseconds. Two containers share by their requests and limits instead.",
      ),
  })
  .describe(
    "The forwarding process in front of the model server. Leave it out when traffic comes as CloudEvents or observations.",
  );

const tensor = z
  .strictObject({
    layout: z.enum(["NCHW", "NHWC"]).default("NCHW").describe("Order of the axes."),
    colour: z.enum(["RGB", "BGR"]).default("RGB").describe("Order of the colours."),
    mean: perColour()
      .default([0, 0, 0])
      .describe("Mean that the client subtracted, per colour in the order of `colour`."),
    std: positivePerColour().default([1, 1, 1]).describe("Standard deviation by which the client divided."),
    scale: scale().describe(
      "What the client divided pixels by before that: 255 for tensors from 0 to 1, 1 for tensors from 0 to 255.",
    ),
    input: text(256)
      .exactOptional()
      .describe("Name of the input tensor; the first that has the shape of an image when it is left out."),
  })
  .describe("How to turn input tensors back into pixels: pixel = (value × std + mean) × scale.")
  .transform((options) => ({ ...options, scale: 1 / options.scale }));

const pointer = (): z.ZodType<string, unknown> => text(512);
const mapping = z
  .strictObject({
    image: pointer()
      .exactOptional()
      .describe("Where the images are in the request; `*` stands for every item of a list."),
    scores: pointer().exactOptional().describe("Where the scores or boxes are in the reply."),
    labels: pointer()
      .exactOptional()
      .describe("Where the class names beside the scores are, when those are not in the order of `model.classes`."),
    label: pointer()
      .exactOptional()
      .describe("Where the predicted class is in the reply, for a server that gives no scores."),
    id: pointer().exactOptional().describe("Where the id is, in the reply or else in the request."),
    embedding: pointer()
      .exactOptional()
      .describe("Where the model's own feature vectors are in the reply; they replace our embedding."),
  })
  .refine(
    ({ image, scores, label }) =>
      [image, scores, label].some((part) => part !== undefined) && !(scores !== undefined && label !== undefined),
    {
      params: { accepts: "`image`, `scores` or `label`, the last two not together" },
    },
  )
  .refine(({ scores, labels }) => labels === undefined || scores !== undefined, {
    params: { accepts: "`labels` beside `scores` only" },
  })
  .describe("JSON pointers into the bodies of a server that speaks none of the known protocols.");

export const intake: z.ZodType<IntakeConfig, unknown> = z
  .strictObject({
    idHeader: header()
      .exactOptional()
      .describe(
        "Request header with the id under which labels come; looked at before `x-request-id` and the protocol's own.",
      ),
    maxBodyBytes: size("1KiB", "1GiB").prefault("32MiB").describe("Largest body that is read, after decompression."),
    tensor: tensor.exactOptional(),
    scoresOutput: text(256)
      .exactOptional()
      .describe("Name of the output tensor with the scores; the first that fits the class list when it is left out."),
    mapping: mapping.exactOptional(),
  })
  .describe("What the traffic means.");

export const embedding: z.ZodType<EmbeddingConfig, unknown> = z
  .strictObject({
    path: text(4096)
      .exactOptional()
      .describe(
        "ONNX file of your own network (one file, no external data). The network that ships is taken when it is left out; the other keys but `threads` then have no effect and are refused.",
      ),
    inputName: text(256).exactOptional().describe("Name of the input; the only one when it is left out."),
    width: z.int().min(8).max(2048).default(224).describe("Width of the input in pixels."),
    height: z.int().min(8).max(2048).default(224).describe("Height of the input in pixels."),
    layout: z.enum(["NCHW", "NHWC"]).default("NCHW").describe("Order of the axes."),
    colour: z.enum(["RGB", "BGR"]).default("RGB").describe("Order of the colours."),
    mean: perColour()
      .default([0.485, 0.456, 0.406])
      .describe("Mean that is subtracted, per colour in the order of `colour`."),
    std: positivePerColour().default([0.229, 0.224, 0.225]).describe("Standard deviation by which is divided."),
    scale: scale().describe("What pixels are divided by before that."),
    outputName: text(256).exactOptional().describe("Name of the output; the first when it is left out."),
    pooling: z
      .enum(["auto", "mean", "none"])
      .default("auto")
      .describe(
        "What makes a vector of the output. `mean` averages over the positions of a feature map, `none` takes the output as it is, `auto` does what fits its shape.",
      ),
    threads: z.int().min(1).max(64).default(1).describe("Threads of the network. One is the cheapest an image."),
  })
  .describe("The network that turns an image into a vector: value = (pixel / scale − mean) / std.");
