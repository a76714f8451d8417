import { z } from "zod";
import type { Config } from "./config.ts";
import { address, duration, text } from "./values.ts";

const shared = z
  .strictObject({
    address: address().describe(
      "Host and port of a Valkey or Redis server; of a replicated one, the name that leads to its primary.",
    ),
    username: text(128).exactOptional().describe("User of the server; its default user when left out."),
    password: text(512)
      .exactOptional()
      .meta({ secret: true })
      .describe("Password of the server, from the environment. Give this or `passwordFile`."),
    passwordFile: text(4096)
      .exactOptional()
      .describe("File with the password, read again for each connection, so that a changed one needs no restart."),
    database: z.int().min(0).max(15).default(0).describe("Number of the database."),
    tls: z
      .boolean()
      .default(false)
      .describe("Whether the connection is encrypted and the server's certificate verified."),
    caFile: text(4096)
      .exactOptional()
      .describe("File with the certificates (PEM) to trust instead of the well-known ones."),
    keyPrefix: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,32}$/)
      .meta({ accepts: "1 to 32 letters, digits and . _ -" })
      .default("vision")
      .describe("What the keys begin with; the model's name and a hash of its classes follow."),
    timeout: duration("5ms", "5s")
      .prefault("100ms")
      .describe("How long a command may take; after that the replica's own table takes the prediction or label."),
  })
  .describe(
    "Lets a label come to any replica: the replicas join labels in one Valkey or Redis. While it fails, each one does in its own table.",
  );

const token = z
  .strictObject({
    keyFile: text(4096).describe(
      "File with one or two keys, one a line, of at least 32 characters each: the first one signs, both are accepted. Read again when it changes.",
    ),
    keep: duration("1h", "3650d").prefault("180d").describe("How long after its prediction a token is accepted."),
  })
  .describe(
    "Answers to observations carry a signed token; a label that brings it is joined although nothing was remembered.",
  );

export const labels: z.ZodType<Config["labels"], unknown> = z
  .strictObject({
    keepPredictions: duration("1m", "365d").prefault("7d").describe("How long a prediction waits for its label."),
    keepEarlyLabels: duration("0s", "7d").prefault("1h").describe("How long a label waits for its prediction."),
    maxPredictions: z
      .int()
      .min(1000)
      .max(100_000_000)
      .default(1_000_000)
      .describe(
        "Most predictions that wait, each counted once for each of its ids; the oldest go first. See `state.maxBytes`, too.",
      ),
    onConflict: z
      .enum(["last", "first"])
      .default("last")
      .describe("Which of two different labels for one image counts."),
    unknownClass: z
      .enum(["reject", "other"])
      .default("reject")
      .describe(
        "A label that is no class of the model: `reject` takes it for a mistake, `other` for proof that the prediction was wrong.",
      ),
    shared: shared.exactOptional(),
    token: token.exactOptional(),
  })
  .describe("Labels that arrive late, early or twice.");
