import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Redis, type RedisOptions } from "iovalkey";
import type { Clock } from "../core/clock.ts";
import { VisionError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { SharedStoreError, type SharedStoreFault } from "../core/shared-store.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";

export interface ValkeyOptions {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  /** Read again for each connection, so that a changed password needs no restart. */
  readonly passwordFile?: string;
  readonly database: number;
  readonly tls: boolean;
  /** Certificates to trust instead of the well-known ones. */
  readonly caFile?: string;
  /** Of one command. */
  readonly timeoutSeconds: number;
}

/** A key gets a value for so long, or is deleted. */
export interface ValkeyWrite {
  readonly key: string;
  readonly value?: string;
  readonly milliseconds: number;
}

/** A value that a decision rests on; undefined: the key is absent. */
export interface ValkeyRead {
  readonly key: string;
  readonly value: string | undefined;
}

const RECONNECT_MILLISECONDS = { first: 100, longest: 5_000 } as const;
/** A server that stopped answers no command; its connection is given up after so many time limits. */
const TIMEOUTS_PER_CONNECTION = 10;

/** ARGV: number of values read, those values ("" for absent), then value ("" to delete) and milliseconds of each write. */
const COMPARE_AND_SET = `
local reads = tonumber(ARGV[1])
for i = 1, reads do
  local found = redis.call('GET', KEYS[i])
  if (found or '') ~= ARGV[i + 1] then return 0 end
end
for i = reads + 1, #KEYS do
  local at = reads + 2 * (i - reads)
  if ARGV[at] == '' then redis.call('DEL', KEYS[i])
  else redis.call('SET', KEYS[i], ARGV[at], 'PX', ARGV[at + 1]) end
end
return 1`;
const SCRIPT_NAME = createHash("sha1").update(COMPARE_AND_SET).digest("hex");

const FAULTS: readonly (readonly [SharedStoreFault, RegExp])[] = [
  ["timeout", /timed out/],
  ["disconnected", /isn't writeable|onnection is closed|onnection close|max retries|Socket timeout|ECONN|EPIPE/],
  ["out_of_memory", /\bOOM\b/],
  ["wrong_type", /\bWRONGTYPE\b/],
  ["denied", /\b(NOAUTH|WRONGPASS|NOPERM|invalid password)\b/],
  ["not_primary", /\b(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|NOREPLICAS|MISCONF)\b/],
];
/** The server works: nothing to leave it alone for. */
const OF_ONE_KEY: readonly SharedStoreFault[] = ["wrong_type", "disconnected"];

/**
 * One connection to a Valkey or Redis server that keeps trying. A command has an answer, or a SharedStoreError with its reason, within the
 * time limit; without a connection at once, and nothing is queued for later.
 */
export class ValkeyClient {
  readonly #redis: Redis;
  readonly #breaker: CircuitBreaker;
  /** Whether the last attempt to connect failed for its password; such a connection is open for a moment each time. */
  #denied = false;

  /** Throws CONFIG_INVALID when a file cannot be read. */
  constructor(options: ValkeyOptions, clock: Clock, random: Random) {
    this.#breaker = new CircuitBreaker(() => clock.monotonicSeconds(), random);
    const redis: Redis = new Redis(connection(options, random, () => redis));
    redis.on("error", ({ message }: Error) => {
      this.#denied = reasonOf(message) === "denied";
    });
    this.#redis = redis;
  }

  get available(): boolean {
    return this.#redis.status === "ready" && this.#breaker.trusting && !this.#denied;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#run(() => this.#redis.get(key))) ?? undefined;
  }

  /** Writes all or nothing: nothing, and false, when a value is no longer what was read. */
  async compareAndSet(reads: readonly ValkeyRead[], writes: readonly ValkeyWrite[]): Promise<boolean> {
    const keys = [...reads, ...writes].map(({ key }) => key);
    const values = [
      String(reads.length),
      ...reads.map(({ value }) => value ?? ""),
      ...writes.flatMap(({ value, milliseconds }) => [value ?? "", String(milliseconds)]),
    ];
    return (await this.#run(() => this.#script(keys, values))) === 1;
  }

  /** Tries a write at a key of its own, so that a server that works again is noticed without traffic. */
  async check(key: string): Promise<void> {
    await this.compareAndSet([], [{ key, value: "1", milliseconds: 1_000 }]).catch(() => undefined);
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #script(keys: readonly string[], values: readonly string[]): Promise<unknown> {
    try {
      return await this.#redis.evalsha(SCRIPT_NAME, keys.length, ...keys, ...values);
    } catch (error) {
      if (!/\bNOSCRIPT\b/.test((error as Error).message)) throw error;
      return this.#redis.eval(COMPARE_AND_SET, keys.length, ...keys, ...values);
    }
  }

  /** Commands of one turn leave in one write: a fifth of what a join costs. */
  #gather(): void {
    const { stream } = this.#redis;
    if (stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  async #run<T>(command: () => Promise<T>): Promise<T> {
    if (this.#redis.status !== "ready") throw new SharedStoreError(this.#denied ? "denied" : "disconnected");
    if (!this.#breaker.allows()) throw new SharedStoreError("backing_off");
    this.#gather();
    try {
      const answer = await command();
      this.#breaker.succeeded();
      this.#denied = false;
      return answer;
    } catch (error) {
      const { message } = error as Error;
      const reason = reasonOf(message);
      if (!OF_ONE_KEY.includes(reason)) this.#breaker.failed();
      throw new SharedStoreError(reason, message);
    }
  }
}

function reasonOf(message: string): SharedStoreFault {
  return FAULTS.find(([, pattern]) => pattern.test(message))?.[0] ?? "other";
}

function connection(options: ValkeyOptions, random: Random, client: () => Redis): RedisOptions {
  const { host, port, username, database, tls, caFile, timeoutSeconds } = options;
  const milliseconds = timeoutSeconds * 1_000;
  const password = passwordOf(options);
  return {
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    db: database,
    ...(tls && { tls: caFile === undefined ? {} : { ca: read("labels.shared.caFile", caFile) } }),
    connectionName: "vision-exporter",
    commandTimeout: milliseconds,
    socketTimeout: TIMEOUTS_PER_CONNECTION * milliseconds,
    connectTimeout: TIMEOUTS_PER_CONNECTION * milliseconds,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // A former primary stays connected as a replica; its name may lead to the new one.
    reconnectOnError: ({ message }) => /\b(READONLY|NOAUTH)\b/.test(message),
    retryStrategy: (attempt) => {
      refreshPassword(client(), options);
      const { first, longest } = RECONNECT_MILLISECONDS;
      return Math.min(longest, first * 2 ** Math.min(attempt, 10)) * (1 - random.next() / 2);
    },
  };
}

/** A file that cannot be read just now, since it is being replaced, leaves the password as it was. */
function refreshPassword({ options: inForce }: Redis, options: ValkeyOptions): void {
  try {
    const password = passwordOf(options);
    if (password !== undefined) inForce.password = password;
  } catch {}
}

function passwordOf({ password, passwordFile }: ValkeyOptions): string | undefined {
  return passwordFile === undefined ? password : read("labels.shared.passwordFile", passwordFile).trim();
}

function read(key: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new VisionError("CONFIG_INVALID", `${key}: ${path}: ${(cause as Error).message}`, { cause });
  }
}
