/** The closed list of faults that are thrown: at start-up, in the CLI and in the API. docs/errors.md is made from it. */
export const ERRORS = {
  CONFIG_INVALID: {
    summary: "The configuration file has faults; all of them are listed, each with its path.",
    remedy: "Correct every listed key; `vision-exporter config docs` prints what each one accepts.",
  },
  CONFIG_UNREADABLE: {
    summary: "The configuration file cannot be read or is not YAML.",
    remedy: "Check the path and the line named in the message.",
  },
  USAGE: { summary: "The command line has a fault.", remedy: "Run `vision-exporter --help`." },
  PORT_IN_USE: {
    summary: "A port that the configuration names is taken.",
    remedy: "Stop the other process or choose another port in `listen`.",
  },
  MODEL_FILE_INVALID: {
    summary: "The embedding network cannot be loaded or failed its self-test.",
    remedy: "Check `embedding.path`, input size, layout and output name; the message says what the network offers.",
  },
  REFERENCE_UNREADABLE: {
    summary: "The reference file is missing, damaged or of an unknown format.",
    remedy: "Build it again with `vision-exporter reference build`.",
  },
  REFERENCE_MISMATCH: {
    summary: "The reference was built with another network, statistic list or class list than the ones running now.",
    remedy: "Build the reference again with the running configuration.",
  },
  REFERENCE_TOO_FEW_IMAGES: {
    summary: "Too few reference images for thresholds that can be trusted.",
    remedy: "Add images; 1,000 is good, 200 is the least.",
  },
  REFERENCE_OVERLAP: {
    summary: "The same image is in the reference more than once, so its two halves would not be independent.",
    remedy: "Remove the duplicates that the message names.",
  },
  REFERENCE_CLASS_UNSEEN: {
    summary: "A class of the list has no reference image.",
    remedy: "Add images of the class, or remove it from `model.classes`.",
  },
  REFERENCE_INPUT_INVALID: {
    summary: "The images, labels or predictions given to a `reference` command do not fit together.",
    remedy: "Correct the rows and files that the message names.",
  },
  REFERENCE_TOO_FEW_LABELS: {
    summary: "Too few labelled predictions to calibrate the confidence with.",
    remedy: "Collect more labels, taken at random; 500 are good, 200 are the least.",
  },
  REFERENCE_LABELS_SELECTIVE: {
    summary:
      "The labelled predictions are no random sample, so what they say of confidence and accuracy is not true of the others.",
    remedy: "Label a small share of all images at random, and recalibrate with these labels.",
  },
  MODEL_UNREACHABLE: {
    summary: "The model server did not answer as expected while a reference was built or verified.",
    remedy: "Check `--model-url`, or give recorded answers with `--predictions`.",
  },
  STATE_UNUSABLE: {
    summary: "The state directory cannot be used.",
    remedy: "Make `state.directory` writable, or remove the key to keep state in memory.",
  },
  REQUEST_INVALID: {
    summary: "A request to the API cannot be understood.",
    remedy: "Correct the field that the message names.",
  },
  REQUEST_TOO_LARGE: {
    summary: "A request to the API is over its limit.",
    remedy: "Send less at a time, or raise the limit that the message names.",
  },
  TOO_MANY_LABELS: {
    summary: "More labels came than `limits.labelsPerSecond` allows; none of the request was taken.",
    remedy: "Send the request again after the seconds that Retry-After names, or raise `limits.labelsPerSecond`.",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    summary: "The API does not take this content type.",
    remedy: "Send application/json, application/x-ndjson or multipart/form-data.",
  },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** A fault with a stable code. `message` names the place; `remedy` says what to do. */
export class VisionError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  /** When it is worth to try again, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { remedy?: string; cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "VisionError";
    this.code = code;
    this.remedy = options.remedy ?? ERRORS[code].remedy;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
