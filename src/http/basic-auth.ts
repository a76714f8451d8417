import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import { VisionError } from "../core/errors.ts";
import { sendFault } from "./fault.ts";
import { Slots } from "./slots.ts";

/**
 * Users of the page, one a line: `name:scrypt$N$r$p$salt$hash`, salt and hash in base64url. scrypt: Percival and Josefsson,
 * RFC 7914. With the default cost N = 2^14, r = 8 a check needs 16 MiB and some 50 ms.
 */
const COST = { N: 2 ** 14, r: 8, p: 1 } as const;
const HASH_BYTES = 32;
/** A users file must not be able to ask for more than 64 MiB a check. */
const MOST_MEMORY_BYTES = 64 * 2 ** 20;

interface StoredPassword {
  readonly cost: { readonly N: number; readonly r: number; readonly p: number };
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export type Users = ReadonlyMap<string, StoredPassword>;

/** What to put after `name:` in the users file. */
export async function hashPassword(password: string, salt: Buffer = randomBytes(16)): Promise<string> {
  const hash = await derive(password, salt, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Throws CONFIG_INVALID with the number of the faulty line, never with its content. Empty lines and `#` comments are skipped. */
export function parseUsers(text: string): Users {
  const users = new Map<string, StoredPassword>();
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    const stored = colon > 0 ? parseStored(line.slice(colon + 1)) : undefined;
    if (stored === undefined) {
      throw new VisionError("CONFIG_INVALID", `line ${index + 1} of the users is not name:scrypt$N$r$p$salt$hash`);
    }
    users.set(line.slice(0, colon), stored);
  }
  return users;
}

/**
 * Asks for a name and password. An unknown name costs as much time as a wrong password; one check that succeeded is remembered under
 * a keyed hash, because a page of fifty pictures is fifty requests; and four checks at a time are all that may run.
 */
export function basicAuth(users: Users): RequestHandler {
  const key = randomBytes(32);
  const nobody: StoredPassword = { cost: COST, salt: randomBytes(16), hash: randomBytes(HASH_BYTES) };
  const passed = new Set<string>();
  const checks = new Slots(4, 32);

  async function isKnown(header: string): Promise<boolean | undefined> {
    const digest = createHmac("sha256", key).update(header).digest("base64");
    if (passed.has(digest)) return true;
    const credentials = parseHeader(header);
    if (credentials === undefined) return false;
    const release = await checks.take();
    if (release === undefined) return undefined;
    try {
      const stored = users.get(credentials.name);
      const right = await matches(credentials.password, stored ?? nobody);
      if (!right || stored === undefined) return false;
      if (passed.size >= users.size * 2) passed.clear();
      passed.add(digest);
      return true;
    } finally {
      release();
    }
  }

  return async (request, response, next) => {
    const known = await isKnown(request.get("Authorization") ?? "");
    if (known === true) return next();
    if (known === undefined) {
      const remedy = "Try again in a second.";
      return sendFault(response.set("Retry-After", "1"), {
        status: 503,
        code: "BUSY",
        message: "Too many log-ins at once.",
        remedy,
      });
    }
    response.set("WWW-Authenticate", 'Basic realm="vision-exporter", charset="UTF-8"');
    const remedy = "Log in as one of the configured users.";
    sendFault(response, { status: 401, code: "UNAUTHENTICATED", message: "A name and a password are needed.", remedy });
  };
}

function parseHeader(header: string): { readonly name: string; readonly password: string } | undefined {
  const encoded = /^basic ([a-z0-9+/]+=*)$/i.exec(header)?.[1];
  const text = encoded && Buffer.from(encoded, "base64").toString("utf8");
  const colon = text ? text.indexOf(":") : -1;
  return text && colon > 0 ? { name: text.slice(0, colon), password: text.slice(colon + 1) } : undefined;
}

function parseStored(text: string): StoredPassword | undefined {
  const [scheme, N, r, p, salt, hash] = text.split("$");
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const wholes = Object.values(cost).every((each) => Number.isInteger(each) && each > 0);
  if (scheme !== "scrypt" || !wholes || !salt || !hash || 128 * cost.N * cost.r > MOST_MEMORY_BYTES) return undefined;
  /* N must be a power of two above 1, or scrypt throws at the first log-in. */
  if (cost.N < 2 || !Number.isInteger(Math.log2(cost.N)) || cost.p > 16) return undefined;
  const stored = { cost, salt: Buffer.from(salt, "base64url"), hash: Buffer.from(hash, "base64url") };
  return stored.hash.length === HASH_BYTES && stored.salt.length >= 8 ? stored : undefined;
}

async function matches(password: string, { cost, salt, hash }: StoredPassword): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, cost), hash);
}

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...cost, maxmem: 2 * MOST_MEMORY_BYTES };
    scrypt(password, salt, HASH_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
