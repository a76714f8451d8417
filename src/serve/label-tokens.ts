import type { Config } from "../config/config.ts";
import { WatchedFiles } from "../config/watched-files.ts";
import { VisionError } from "../core/errors.ts";
import {
  signToken,
  type TokenFault,
  type TokenKey,
  tokenAudience,
  tokenKey,
  verifyToken,
} from "../monitor/join-token.ts";
import type { PendingPrediction, ProvenPrediction } from "../monitor/label-join.ts";

const LEAST_KEY_BYTES = 32;
const MOST_KEYS = 2;

/** Signs what the answers to observations say of their predictions, and checks what labels bring back. */
export class LabelTokens {
  readonly #path: string;
  readonly #file = new WatchedFiles();
  readonly #audience: Uint8Array;
  readonly #keepSeconds: number;
  #keys: readonly TokenKey[];

  /** undefined without `labels.token`. Throws CONFIG_INVALID, naming the key file. */
  static of({ labels, model }: Config, classes: readonly string[]): LabelTokens | undefined {
    return labels.token && new LabelTokens(labels.token, tokenAudience(model.name, classes));
  }

  private constructor({ keyFile, keep }: NonNullable<Config["labels"]["token"]>, audience: Uint8Array) {
    this.#path = keyFile;
    this.#audience = audience;
    this.#keepSeconds = keep;
    this.#keys = this.#read();
  }

  sign(prediction: PendingPrediction): string {
    const [first] = this.#keys;
    const expiresAtSeconds = prediction.timeSeconds + this.#keepSeconds;
    return signToken({ prediction, expiresAtSeconds }, this.#audience, first as TokenKey);
  }

  verify(token: string, nowSeconds: number): ProvenPrediction | TokenFault {
    return verifyToken(token, this.#audience, this.#keys, nowSeconds);
  }

  /** Takes up a changed key file: true when it did. Throws CONFIG_INVALID for a faulty one; the old keys stay in force. */
  refresh(): boolean {
    if (!this.#file.changed()) return false;
    this.#keys = this.#read();
    return true;
  }

  #read(): readonly TokenKey[] {
    try {
      return parseKeys(this.#file.read(this.#path).toString("utf8")).map(tokenKey);
    } catch (cause) {
      const remedy =
        "Write a key to the file with `openssl rand -base64 32`; while keys change, the new one first and the old one below it.";
      const message = `labels.token.keyFile: ${this.#path}: ${(cause as Error).message}`;
      throw new VisionError("CONFIG_INVALID", message, { remedy, cause });
    }
  }
}

/** One or two secrets, one a line. The first one signs; the second is the one before it, or the one to come. Throws a RangeError. */
function parseKeys(text: string): readonly Uint8Array[] {
  const keys = text
    .split("\n")
    .map((line) => Buffer.from(line.trim()))
    .filter(({ length }) => length > 0);
  if (keys.length === 0 || keys.length > MOST_KEYS) throw new RangeError(`it has ${keys.length} keys, not one or two`);
  const short = keys.findIndex(({ length }) => length < LEAST_KEY_BYTES);
  if (short >= 0) throw new RangeError(`key ${short + 1} has less than ${LEAST_KEY_BYTES} characters`);
  return keys;
}
