import type { Config } from "../config/config.ts";
import {
  signToken,
  type TokenFault,
  type TokenKey,
  tokenAudience,
  tokenKey,
  verifyToken,
} from "../monitor/join-token.ts";
import type { PendingPrediction, ProvenPrediction } from "../monitor/label-join.ts";
import { KeyFile } from "../state/key-file.ts";

/** Signs what the answers to observations say of their predictions, and checks what labels bring back. */
export class LabelTokens {
  readonly #file: KeyFile;
  readonly #audience: Uint8Array;
  readonly #keepSeconds: number;
  #keys: readonly TokenKey[];

  /** undefined without `labels.token`. Throws CONFIG_INVALID, naming the key file. */
  static of({ labels, model }: Config, classes: readonly string[]): LabelTokens | undefined {
    return labels.token && new LabelTokens(labels.token, tokenAudience(model.name, classes));
  }

  private constructor({ keyFile, keep }: NonNullable<Config["labels"]["token"]>, audience: Uint8Array) {
    this.#file = new KeyFile(keyFile);
    this.#audience = audience;
    this.#keepSeconds = keep;
    this.#keys = this.#file.keys.map(tokenKey);
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
    if (!this.#file.refresh()) return false;
    this.#keys = this.#file.keys.map(tokenKey);
    return true;
  }
}
