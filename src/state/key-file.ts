import { readFileSync } from "node:fs";
import { VisionError } from "../core/errors.ts";

const LEAST_BYTES = 32;
const MOST_KEYS = 2;

/** One or two secrets, one a line. The first one signs; the second is the one before it, or the one to come. */
export class KeyFile {
  readonly #path: string;
  #text: string | undefined;
  #keys: readonly Uint8Array[];

  /** Throws CONFIG_INVALID, naming the file, when it cannot be read or its keys are too short or too many. */
  constructor(path: string) {
    this.#path = path;
    this.#keys = this.#read() ?? [];
  }

  get keys(): readonly Uint8Array[] {
    return this.#keys;
  }

  /** Takes up a changed file: true when it did. Throws CONFIG_INVALID for a faulty one; the keys then stay as they were. */
  refresh(): boolean {
    const keys = this.#read();
    if (!keys) return false;
    this.#keys = keys;
    return true;
  }

  /** undefined when the file is as it was. */
  #read(): readonly Uint8Array[] | undefined {
    const text = this.#contents();
    if (text === this.#text) return undefined;
    const keys = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .map((line) => Buffer.from(line));
    if (keys.length === 0 || keys.length > MOST_KEYS) throw this.#fault(`it has ${keys.length} keys, not one or two`);
    const short = keys.findIndex(({ length }) => length < LEAST_BYTES);
    if (short >= 0) throw this.#fault(`key ${short + 1} has less than ${LEAST_BYTES} characters`);
    this.#text = text;
    return keys;
  }

  #contents(): string {
    try {
      return readFileSync(this.#path, "utf8");
    } catch (cause) {
      throw this.#fault((cause as Error).message);
    }
  }

  #fault(problem: string): VisionError {
    const remedy =
      "Write a key to the file with `openssl rand -base64 32`; while keys change, the new one first and the old one below it.";
    return new VisionError("CONFIG_INVALID", `labels.token.keyFile: ${this.#path}: ${problem}`, { remedy });
  }
}
