import { createHash, createHmac, randomBytes } from "node:crypto";
import { VisionError } from "../core/errors.ts";

/** What a token is for. `observations` covers CloudEvents. */
export const SCOPES = ["labels", "observations", "read", "delete", "reload"] as const;
export type Scope = (typeof SCOPES)[number];

const TOKEN = /^[A-Za-z0-9\-._~+/]{32,512}=*$/;
const HASH = /^sha256:([0-9a-fA-F]{64})$/;
const MOST_TOKENS = 1000;

/** Who may use the API. Tokens are kept and looked up as digests under a key of this process, so no comparison tells anything of one. */
export class ApiTokens {
  readonly #key = randomBytes(32);
  readonly #scopes = new Map<string, ReadonlySet<Scope>>();

  /**
   * One token a line, or the SHA-256 of one as `sha256:` and 64 hexadecimal digits; after a space the scopes it is limited to, with commas.
   * Empty lines and lines from `#` are skipped. Throws CONFIG_INVALID with the number of every faulty line, never with its content.
   */
  constructor(text: string, name: string) {
    const faults: string[] = [];
    for (const [index, raw] of text.split("\n").entries()) {
      const line = raw.trim();
      if (line === "" || line.startsWith("#")) continue;
      const fault = this.#add(line);
      if (fault) faults.push(`  line ${index + 1}: ${fault}`);
    }
    if (faults.length === 0 && this.#scopes.size === 0) faults.push("  there is no token in it");
    if (this.#scopes.size > MOST_TOKENS) faults.push(`  more than ${MOST_TOKENS} tokens`);
    if (faults.length > 0) throw new VisionError("CONFIG_INVALID", `${name} has faults:\n${faults.join("\n")}`);
  }

  /** What a token may do; undefined for an unknown one. */
  scopesOf(token: string): ReadonlySet<Scope> | undefined {
    return this.#scopes.get(this.#digest(sha256(token)));
  }

  #add(line: string): string | undefined {
    const [secret = "", list, ...rest] = line.split(/\s+/);
    const hash = HASH.exec(secret)?.[1]?.toLowerCase() ?? (TOKEN.test(secret) ? sha256(secret) : undefined);
    if (hash === undefined || rest.length > 0)
      return "accepted: a token of 32 to 512 characters (letters, digits, -._~+/), or sha256: and 64 hexadecimal digits";
    const scopes = list === undefined ? SCOPES : list.split(",");
    if (!scopes.every((scope): scope is Scope => (SCOPES as readonly string[]).includes(scope)))
      return `accepted after the token: some of ${SCOPES.join(",")}`;
    this.#scopes.set(this.#digest(hash), new Set(scopes));
    return undefined;
  }

  #digest(hash: string): string {
    return createHmac("sha256", this.#key).update(hash).digest("base64");
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
