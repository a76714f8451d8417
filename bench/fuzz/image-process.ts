import { fork } from "node:child_process";
import { join, resolve } from "node:path";
import type { FuzzBox, FuzzResult } from "./fuzz-target.ts";
import type { ImageFormat } from "./image-files.ts";

export type ImageQuestion =
  | { readonly kind: "mutants"; readonly format: ImageFormat; readonly box: FuzzBox }
  | { readonly kind: "file"; readonly bytes: Uint8Array };

export interface ImageAnswer extends FuzzResult {
  readonly outcomes: readonly (readonly [string, number])[];
  /** How far the largest resident memory rose. */
  readonly growthBytes: number;
  /** Of the one file. */
  readonly cpuMilliseconds: number;
}

/** The built child, whether this runs from its source or built. */
const CHILD = import.meta.filename.endsWith(".ts")
  ? resolve(import.meta.dirname, "../../dist/bench/fuzz/image-child.js")
  : join(import.meta.dirname, "image-child.js");

/** Asks a fresh process; one that ends without an answer crashed, one that gives none in time is stuck. */
export function askImageProcess(question: ImageQuestion, limitSeconds: number): Promise<ImageAnswer> {
  const child = fork(CHILD, { serialization: "advanced" });
  return new Promise((resolveAnswer) => {
    const failed = (fault: Partial<FuzzResult>): void =>
      resolveAnswer({
        ...{ runs: 1, crashes: 0, stuck: 0, note: "", outcomes: [], growthBytes: Number.NaN },
        ...{ cpuMilliseconds: Number.NaN },
        ...fault,
      });
    const timer = setTimeout(() => {
      failed({ stuck: 1, note: `no answer in ${limitSeconds} s` });
      child.kill("SIGKILL");
    }, limitSeconds * 1000);
    child.once("message", (answer: ImageAnswer) => resolveAnswer(answer));
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      failed({ crashes: 1, note: `the process ended with ${signal ?? code}` });
    });
    child.send(question);
  });
}
