import { createPrivateKey, X509Certificate } from "node:crypto";
import { dirname, resolve } from "node:path";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { z } from "zod";
import { VisionError } from "../core/errors.ts";
import { parseYaml } from "./document.ts";
import { type Fault, faultsOf } from "./faults.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { WatchedFiles } from "./watched-files.ts";
import { CIPHER_SUITES, type ClientAuthType, CURVES, type TlsSection, VERSIONS, webSchema } from "./web-schema.ts";

/** A web configuration file with all that it names. */
export interface WebConfig {
  readonly tls?: TlsConfig;
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user name. */
  readonly users: ReadonlyMap<string, string>;
}

export interface TlsConfig {
  readonly context: SecureContextOptions;
  readonly clientAuth: ClientAuthType;
  /** Subject alternative names; one of them must be in a client's certificate. Empty: any will do. */
  readonly allowedNames: readonly string[];
  /** When the certificate ends, Unix time. */
  readonly expiresSeconds: number;
}

/** Throws CONFIG_UNREADABLE, or CONFIG_INVALID with every fault of the file and of the files it names. */
export function loadWebConfig(path: string, files: WatchedFiles): WebConfig {
  const file = parseYaml(read(path, files), path);
  const parsed = webSchema.safeParse(file.value);
  if (!parsed.success) {
    const root = z.toJSONSchema(webSchema, { io: "input" }) as JsonSchema;
    throw file.refusal(faultsOf(parsed.error.issues, file.value, root));
  }
  const { tls_server_config: section, http_server_config, basic_auth_users } = parsed.data;
  const { headers } = http_server_config;
  const users = new Map(Object.entries(basic_auth_users));
  if (!section) return { headers, users };
  const faults: Fault[] = [...contradictions(section)];
  const material = new TlsMaterial(dirname(path), files, faults);
  const tls = material.load(section);
  if (!tls || faults.length > 0) throw file.refusal(faults);
  return { tls, headers, users };
}

function read(path: string, files: WatchedFiles): string {
  try {
    return files.read(path).toString("utf8");
  } catch (error) {
    throw new VisionError("CONFIG_UNREADABLE", `${path}: ${(error as Error).message}`);
  }
}

function fault(key: keyof TlsSection, problem: string, remedy: string): Fault {
  return { path: ["tls_server_config", key], problem, remedy };
}

function contradictions(section: TlsSection): Fault[] {
  const { client_auth_type: type, client_ca_file, client_allowed_sans, min_version, max_version } = section;
  const verifies = type === "VerifyClientCertIfGiven" || type === "RequireAndVerifyClientCert";
  const faults: Fault[] = [];
  if (verifies && client_ca_file === undefined) {
    faults.push(fault("client_ca_file", `missing, and ${type} verifies against it`, "name the file of the authority"));
  }
  if (!verifies && client_ca_file !== undefined) {
    const remedy = "set client_auth_type to RequireAndVerifyClientCert, or remove the key";
    faults.push(fault("client_ca_file", `${type} verifies nothing`, remedy));
  }
  if (!verifies && client_allowed_sans.length > 0) {
    const remedy = "set client_auth_type to RequireAndVerifyClientCert, or remove the key";
    faults.push(fault("client_allowed_sans", `${type} does not verify who a client is`, remedy));
  }
  if (min_version === "TLS13" && max_version === "TLS12") {
    faults.push(fault("max_version", "TLS12 is below min_version, TLS13", "raise it, or lower min_version"));
  }
  return faults;
}

/** Reads certificate, key and authorities, and says of each what is wrong with it. */
class TlsMaterial {
  readonly #folder: string;
  readonly #files: WatchedFiles;
  readonly #faults: Fault[];

  constructor(folder: string, files: WatchedFiles, faults: Fault[]) {
    this.#folder = folder;
    this.#files = files;
    this.#faults = faults;
  }

  load(section: TlsSection): TlsConfig | undefined {
    const cert = this.#part("cert_file", section.cert_file, certificates);
    const key = this.#part("key_file", section.key_file, createPrivateKey);
    const ca = section.client_ca_file && this.#part("client_ca_file", section.client_ca_file, certificates);
    const [leaf] = cert?.parsed ?? [];
    if (!cert || !leaf || !key) return undefined;
    if (!leaf.checkPrivateKey(key.parsed)) {
      this.#faults.push(fault("key_file", "it is not the key of cert_file", "put the two that belong together"));
      return undefined;
    }
    const context = {
      cert: cert.bytes,
      key: key.bytes,
      ...(ca && { ca: ca.bytes }),
      minVersion: VERSIONS[section.min_version],
      maxVersion: VERSIONS[section.max_version],
      honorCipherOrder: section.prefer_server_cipher_suites,
      ...ciphersOf(section),
    };
    if (!this.#isUsable(context)) return undefined;
    return {
      context,
      clientAuth: section.client_auth_type,
      allowedNames: section.client_allowed_sans,
      expiresSeconds: Date.parse(leaf.validTo) / 1000,
    };
  }

  #part<T>(key: keyof TlsSection, name: string, parse: (bytes: Buffer) => T): { bytes: Buffer; parsed: T } | undefined {
    const path = resolve(this.#folder, name);
    try {
      const bytes = this.#files.read(path);
      return { bytes, parsed: parse(bytes) };
    } catch (error) {
      const remedy = key === "key_file" ? "give an unencrypted key in PEM" : "give certificates in PEM";
      this.#faults.push(fault(key, `${path} cannot be used: ${(error as Error).message}`, remedy));
      return undefined;
    }
  }

  /** What only OpenSSL knows, such as a key that is too short. */
  #isUsable(context: SecureContextOptions): boolean {
    try {
      createSecureContext(context);
      return true;
    } catch (error) {
      this.#faults.push(fault("cert_file", `OpenSSL refuses it: ${(error as Error).message}`, "make another one"));
      return false;
    }
  }
}

/** All of a PEM file, the server's own first. */
function certificates(bytes: Buffer): readonly X509Certificate[] {
  const blocks = bytes.toString("latin1").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error("there is no certificate in it");
  return blocks.map((block) => new X509Certificate(block));
}

/** TLS 1.3 stays on unless max_version says otherwise, as in Go, which lets nobody choose its suites. */
function ciphersOf({ cipher_suites, curve_preferences }: TlsSection): SecureContextOptions {
  const chosen = cipher_suites.map((name) => CIPHER_SUITES[name]);
  const modern = Object.values(CIPHER_SUITES).filter((name) => name.startsWith("TLS_"));
  const ciphers = chosen.some((name) => name.startsWith("TLS_")) ? chosen : [...modern, ...chosen];
  return {
    ...(chosen.length > 0 && { ciphers: ciphers.join(":") }),
    ...(curve_preferences.length > 0 && { ecdhCurve: curve_preferences.map((name) => CURVES[name]).join(":") }),
  };
}
