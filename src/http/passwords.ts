import { createHmac, randomBytes } from "node:crypto";
import { compare, encodeBase64 } from "bcryptjs";
import { Slots } from "./slots.ts";

export interface PlainUser {
  readonly name: string;
  readonly password: string;
}

/** busy: too many wait for an answer already. */
export type PasswordVerdict = "right" | "wrong" | "busy";

/** How long a wrong password keeps the next one waiting, at least. */
const PAUSE_MILLISECONDS = 100;
/** bcrypt is computed here and not in a thread, in pieces of 100 ms at most: one guess costs this many times its own duration in rest. */
const REST = 4;
const MOST_WAITING = 32;

/**
 * Names and passwords of HTTP Basic. One check at a time, with a rest after a wrong one, so guessing takes at most a fifth of a processor.
 * An unknown name costs as much as a wrong password. What was right is remembered under a keyed hash, because a page of fifty pictures is
 * fifty requests.
 */
export class Passwords {
  readonly #hashes: ReadonlyMap<string, string>;
  readonly #nobody: string;
  readonly #plain: string | undefined;
  readonly #key = randomBytes(32);
  readonly #right = new Set<string>();
  readonly #checks = new Slots(1, MOST_WAITING);
  readonly #pause: (milliseconds: number, then: () => void) => void;

  /**
   * @param hashes bcrypt, by name.
   * @param plain a user whose password stands in the configuration: hashing it slowly would protect nothing.
   */
  constructor(
    hashes: ReadonlyMap<string, string>,
    plain?: PlainUser,
    pause: (milliseconds: number, then: () => void) => void = (milliseconds, then) =>
      void setTimeout(then, milliseconds).unref(),
  ) {
    this.#hashes = hashes;
    this.#nobody = unknowable(Math.max(4, ...[...hashes.values()].map(costOf)));
    this.#plain = plain && this.#digest(plain.name, plain.password);
    this.#pause = pause;
  }

  get size(): number {
    return this.#hashes.size + (this.#plain === undefined ? 0 : 1);
  }

  /** @param header the value of Authorization, of the scheme Basic. */
  async check(header: string): Promise<PasswordVerdict> {
    const credentials = parseHeader(header);
    if (credentials === undefined) return "wrong";
    const digest = this.#digest(credentials.name, credentials.password);
    // Digests under a key that nobody knows: how long a comparison takes says nothing about what it compares.
    if (digest === this.#plain || this.#right.has(digest)) return "right";
    const release = await this.#checks.take();
    if (release === undefined) return "busy";
    const start = performance.now();
    const right = await this.#isRight(credentials);
    if (right) this.#remember(digest);
    if (right) release();
    else this.#pause(Math.max(PAUSE_MILLISECONDS, REST * (performance.now() - start)), release);
    return right ? "right" : "wrong";
  }

  async #isRight({ name, password }: PlainUser): Promise<boolean> {
    if (this.#hashes.size === 0) return false;
    const stored = this.#hashes.get(name);
    const same = await compare(password, stored ?? this.#nobody);
    return same && stored !== undefined;
  }

  #remember(digest: string): void {
    if (this.#right.size >= this.#hashes.size * 2) this.#right.clear();
    this.#right.add(digest);
  }

  #digest(name: string, password: string): string {
    return createHmac("sha256", this.#key).update(`${name}:${password}`).digest("base64");
  }
}

function parseHeader(header: string): PlainUser | undefined {
  const encoded = /^basic +([a-z0-9+/]+=*)$/i.exec(header)?.[1];
  const text = encoded && Buffer.from(encoded, "base64").toString("utf8");
  const colon = text ? text.indexOf(":") : -1;
  return text && colon > 0 ? { name: text.slice(0, colon), password: text.slice(colon + 1) } : undefined;
}

function costOf(hash: string): number {
  return Number(hash.slice(4, 6));
}

/** A hash of no password that anybody has. */
function unknowable(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$${encodeBase64(randomBytes(16), 16)}${encodeBase64(randomBytes(23), 23)}`;
}
