import "./no-telemetry.ts";
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { VisionError } from "../core/errors.ts";
import type { Pixels } from "../image/pixels.ts";
import type { Embedder } from "./embedder.ts";
import { networkFileFault } from "./network-file.ts";
import { findInput, findOutput } from "./network-ports.ts";
import { type Pooling, pool } from "./pooling.ts";
import { describePreprocessing, type Preprocessing, preprocess } from "./preprocess.ts";

/** A network of one file and how it is fed; the type of the input (float32 or uint8) is read off the network. */
export interface OnnxOptions extends Omit<Preprocessing, "dtype"> {
  readonly path: string;
  /** When given, the file must have this SHA-256 (hex). */
  readonly sha256?: string;
  /** The only input when left out. */
  readonly inputName?: string;
  /** The first output when left out. */
  readonly outputName?: string;
  readonly pooling: Pooling;
  readonly threads: number;
}

const MOST_BYTES = 2 ** 30;

/** Loads a network and tries it. Throws MODEL_FILE_INVALID with what is wrong and what the network offers. */
export async function openOnnxEmbedder(options: OnnxOptions): Promise<Embedder> {
  const network = await readNetwork(options);
  const session = await createSession(network, options);
  try {
    const input = findInput(session, options);
    const output = findOutput(session, options.outputName);
    const preprocessing: Preprocessing = { ...options, dtype: input.dtype };
    const run = (pixels: Pixels): Promise<Float32Array> =>
      runNetwork(session, input.name, output, pixels, preprocessing, options.pooling);
    const dimensions = await selfTest(run, options);
    const settings = [describePreprocessing(preprocessing), input.name, output, options.pooling];
    const id = createHash("sha256").update(network).update(JSON.stringify(settings)).digest("hex");
    return {
      id,
      dimensions,
      async embed(images) {
        const vectors: Float32Array[] = [];
        for (const image of images) vectors.push(await run(image));
        return vectors;
      },
      close: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function readNetwork({ path, sha256 }: OnnxOptions): Promise<Uint8Array> {
  const network = await readBounded(path).catch((cause) => {
    throw new VisionError("MODEL_FILE_INVALID", `${path} cannot be read: ${(cause as Error).message}`, { cause });
  });
  if (sha256 !== undefined && createHash("sha256").update(network).digest("hex") !== sha256) {
    throw new VisionError("MODEL_FILE_INVALID", `${path} is not the expected file: its SHA-256 is not ${sha256}.`);
  }
  const fault = networkFileFault(network);
  if (fault) {
    throw new VisionError("MODEL_FILE_INVALID", `${path} ${fault}.`, {
      remedy:
        "Check `embedding.path`; save the network as one file (`onnx.save_model(model, path, save_as_external_data=False)`).",
    });
  }
  return network;
}

async function readBounded(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > MOST_BYTES) throw new RangeError(`it has ${size} bytes; the limit is ${MOST_BYTES}`);
  return readFile(path);
}

/** Sequential, and one thread unless told otherwise: a sidecar's CPU is its model's, and one thread is the cheapest an image. */
async function createSession(network: Uint8Array, { path, threads }: OnnxOptions): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(network, {
      executionProviders: ["cpu"],
      executionMode: "sequential",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableCpuMemArena: true,
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (cause) {
    throw new VisionError("MODEL_FILE_INVALID", `${path} cannot be loaded: ${(cause as Error).message}`, { cause });
  }
}

/** onnxruntime-node runs on the calling thread: one image at a time, so that the event loop gets its turn between two. */
async function runNetwork(
  session: InferenceSession,
  input: string,
  output: string,
  pixels: Pixels,
  preprocessing: Preprocessing,
  pooling: Pooling,
): Promise<Float32Array> {
  const { layout, width, height } = preprocessing;
  const shape = layout === "NCHW" ? [1, 3, height, width] : [1, height, width, 3];
  const values = preprocess(pixels, preprocessing);
  const tensor =
    values instanceof Float32Array ? new Tensor("float32", values, shape) : new Tensor("uint8", values, shape);
  const result = (await session.run({ [input]: tensor }, [output]))[output] as Tensor;
  return pool(result.data as Float32Array, result.dims, pooling, layout);
}

/** Two unlike pictures must give two unlike, finite vectors of one length; returns it. */
async function selfTest(run: (pixels: Pixels) => Promise<Float32Array>, options: OnnxOptions): Promise<number> {
  const fail = (what: string, cause?: unknown): never => {
    throw new VisionError("MODEL_FILE_INVALID", `${options.path} failed its self-test: ${what}`, { cause });
  };
  const [first, second] = await Promise.all([run(testPicture(1, 0)), run(testPicture(7, 150))]).catch((cause) =>
    fail((cause as Error).message, cause),
  );
  const vectors = [first as Float32Array, second as Float32Array] as const;
  const dimensions = vectors[0].length;
  if (dimensions < 2) fail(`an image gives ${dimensions} number, not a vector. Name an inner layer in \`outputName\`.`);
  if (vectors[1].length !== dimensions) fail("two images give vectors of different lengths.");
  if (!vectors.every((vector) => vector.every(Number.isFinite))) fail("an image gives numbers that are not finite.");
  if (vectors[0].every((value, i) => value === vectors[1][i])) fail("two unlike images give the same vector.");
  return dimensions;
}

/** A pattern of its own grain and brightness, at the size that decoding gives. */
function testPicture(grain: number, darkest: number): Pixels {
  const size = 224;
  const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => darkest + ((i * grain) % 101));
  return { width: size, height: size, data, sourceWidth: size, sourceHeight: size, sourceBytes: Number.NaN };
}
