import type { Config } from "../config/config.ts";
import { WatchedFiles } from "../config/watched-files.ts";
import { loadWebConfig, type WebConfig } from "../config/web-config.ts";
import { VisionError } from "../core/errors.ts";
import { type AccessRules, OPEN } from "../http/access.ts";
import { ApiTokens } from "../http/api-tokens.ts";
import type { Logger } from "../log.ts";
import type { Telemetry } from "../metrics/self.ts";

export interface Access {
  readonly rules: AccessRules;
  /** Unix time; absent without TLS. */
  readonly certificateEndsSeconds?: number;
}

/** What `listen` says of who may come in, from the files it names. Throws CONFIG_INVALID with the faults of all of them. */
export function readAccess({ listen }: Config, files: WatchedFiles = new WatchedFiles()): Access {
  const faults: string[] = [];
  const attempt = <T>(key: string, path: string | undefined, load: (path: string) => T): T | undefined => {
    try {
      return path === undefined ? undefined : load(path);
    } catch (error) {
      faults.push(`${key}: ${(error as Error).message}`);
      return undefined;
    }
  };
  const web = attempt("listen.webConfigFile", listen.webConfigFile, (path) => loadWebConfig(path, files));
  const tokens = attempt(
    "listen.apiTokensFile",
    listen.apiTokensFile,
    (path) => new ApiTokens(files.read(path).toString("utf8"), path),
  );
  if (faults.length > 0) throw new VisionError("CONFIG_INVALID", faults.join("\n"));
  return { rules: { ...rulesOf(web), tokens }, ...endOf(web) };
}

function rulesOf(web: WebConfig | undefined): AccessRules {
  return web ? { tls: web.tls, headers: web.headers, users: web.users } : OPEN;
}

function endOf(web: WebConfig | undefined): Pick<Access, "certificateEndsSeconds"> {
  return web?.tls ? { certificateEndsSeconds: web.tls.expiresSeconds } : {};
}

/** Follows the files while the servers run. What is faulty is counted, logged once, and changes nothing. */
export class AccessFiles {
  readonly #config: Config;
  readonly #parts: { readonly telemetry: Telemetry; readonly log: Logger };
  readonly #files = new WatchedFiles();

  constructor(config: Config, parts: { readonly telemetry: Telemetry; readonly log: Logger }) {
    this.#config = config;
    this.#parts = parts;
  }

  /** Throws CONFIG_INVALID: at the start there is nothing to fall back on. */
  first(): AccessRules {
    const { rules, certificateEndsSeconds } = readAccess(this.#config, this.#files);
    this.#parts.telemetry.accessRead(certificateEndsSeconds);
    return rules;
  }

  /** Reads the files again when one has changed; `use` may throw for what it cannot take up. */
  refresh(use: (rules: AccessRules) => void): void {
    if (!this.#files.changed()) return;
    const { telemetry, log } = this.#parts;
    this.#files.forget();
    try {
      const { rules, certificateEndsSeconds } = readAccess(this.#config, this.#files);
      use(rules);
      telemetry.accessRead(certificateEndsSeconds);
      log.info("certificates, users and tokens were read again");
    } catch (error) {
      telemetry.accessRefused();
      log.error("changed certificates, users or tokens were not taken up", { error });
    }
  }
}
