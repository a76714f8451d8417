import type { InferenceSession } from "onnxruntime-node";
import { VisionError } from "../core/errors.ts";
import type { Preprocessing } from "./preprocess.ts";

export interface InputPort {
  readonly name: string;
  readonly dtype: Preprocessing["dtype"];
}

interface WantedInput {
  readonly inputName?: string;
  readonly width: number;
  readonly height: number;
  readonly layout: "NCHW" | "NHWC";
}

/** The input that takes the image. Throws MODEL_FILE_INVALID, saying what the network offers. */
export function findInput(session: InferenceSession, wanted: WantedInput): InputPort {
  const offers = `The network's inputs: ${describePorts(session.inputMetadata)}.`;
  const named = session.inputMetadata.filter((port) => port.name === (wanted.inputName ?? port.name));
  const [port] = named;
  if (!port) throw new VisionError("MODEL_FILE_INVALID", `No input is named "${wanted.inputName}". ${offers}`);
  if (session.inputMetadata.length > 1) {
    throw new VisionError("MODEL_FILE_INVALID", `The network needs more than one input. ${offers}`, {
      remedy: "Export it with the image as its only input.",
    });
  }
  if (!port.isTensor || (port.type !== "float32" && port.type !== "uint8")) {
    throw new VisionError("MODEL_FILE_INVALID", `"${port.name}" takes neither float32 nor uint8. ${offers}`);
  }
  const { width, height, layout } = wanted;
  const shape = layout === "NCHW" ? [1, 3, height, width] : [1, height, width, 3];
  const fits =
    port.shape.length === 4 && shape.every((length, axis) => isFree(port.shape[axis]) || port.shape[axis] === length);
  if (!fits) {
    throw new VisionError(
      "MODEL_FILE_INVALID",
      `"${port.name}" does not take ${layout} [${shape.join(", ")}]. ${offers}`,
    );
  }
  return { name: port.name, dtype: port.type };
}

/** The output that is read. Throws MODEL_FILE_INVALID, saying what the network offers. */
export function findOutput(session: InferenceSession, outputName: string | undefined): string {
  const offers = `The network's outputs: ${describePorts(session.outputMetadata)}.`;
  const port = session.outputMetadata.find(({ name }) => name === (outputName ?? name));
  if (!port) throw new VisionError("MODEL_FILE_INVALID", `No output is named "${outputName}". ${offers}`);
  if (port.isTensor && port.type === "float32") return port.name;
  throw new VisionError("MODEL_FILE_INVALID", `"${port.name}" does not give float32. ${offers}`);
}

/** A symbolic or unknown length takes any. */
function isFree(length: number | string | undefined): boolean {
  return typeof length !== "number";
}

function describePorts(ports: readonly InferenceSession.ValueMetadata[]): string {
  return ports
    .map((port) =>
      port.isTensor ? `"${port.name}" ${port.type} [${port.shape.join(", ")}]` : `"${port.name}" (no tensor)`,
    )
    .join("; ");
}
