import { z } from "zod";
import { text } from "./values.ts";

/** What a client certificate is for, in the words of the Prometheus exporter-toolkit (and of Go's crypto/tls). */
const CLIENT_AUTH_TYPES = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** Their names in OpenSSL. Only suites with forward secrecy and authenticated encryption. */
export const CIPHER_SUITES = {
  TLS_AES_128_GCM_SHA256: "TLS_AES_128_GCM_SHA256",
  TLS_AES_256_GCM_SHA384: "TLS_AES_256_GCM_SHA384",
  TLS_CHACHA20_POLY1305_SHA256: "TLS_CHACHA20_POLY1305_SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
} as const;
export const CURVES = { CurveP256: "P-256", CurveP384: "P-384", CurveP521: "P-521", X25519: "X25519" } as const;
export const VERSIONS = { TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;

export interface TlsSection {
  readonly cert_file: string;
  readonly key_file: string;
  readonly client_auth_type: ClientAuthType;
  readonly client_ca_file?: string;
  readonly client_allowed_sans: readonly string[];
  readonly min_version: keyof typeof VERSIONS;
  readonly max_version: keyof typeof VERSIONS;
  readonly cipher_suites: readonly (keyof typeof CIPHER_SUITES)[];
  readonly prefer_server_cipher_suites: boolean;
  readonly curve_preferences: readonly (keyof typeof CURVES)[];
}

export interface WebFile {
  readonly tls_server_config?: TlsSection;
  readonly http_server_config: { readonly http2?: boolean; readonly headers: Readonly<Record<string, string>> };
  /** bcrypt hashes by name. */
  readonly basic_auth_users: Readonly<Record<string, string>>;
}

const keysOf = <Key extends string>(record: Readonly<Record<Key, string>>): Key[] => Object.keys(record) as Key[];
const version = (): z.ZodEnum<{ TLS12: "TLS12"; TLS13: "TLS13" }> => z.enum(["TLS12", "TLS13"]);

const tls: z.ZodType<TlsSection, unknown> = z.strictObject({
  cert_file: text(4096),
  key_file: text(4096),
  client_auth_type: z.enum(CLIENT_AUTH_TYPES).default("NoClientCert"),
  client_ca_file: text(4096).exactOptional(),
  client_allowed_sans: z.array(text(256)).max(100).default([]),
  min_version: version().default("TLS12"),
  max_version: version().default("TLS13"),
  cipher_suites: z
    .array(z.enum(keysOf(CIPHER_SUITES)))
    .max(20)
    .default([]),
  prefer_server_cipher_suites: z.boolean().default(true),
  curve_preferences: z
    .array(z.enum(keysOf(CURVES)))
    .max(10)
    .default([]),
});

const header = (): z.ZodString =>
  z
    .string()
    .regex(/^[\t\x20-\x7e]{1,4096}$/)
    .meta({ accepts: "1 to 4096 printable ASCII characters" });

const http: z.ZodType<WebFile["http_server_config"], unknown> = z.strictObject({
  http2: z.boolean().exactOptional(),
  headers: z
    .strictObject({
      "Content-Security-Policy": header().exactOptional(),
      "Strict-Transport-Security": header().exactOptional(),
      "X-Content-Type-Options": z.enum(["nosniff"]).exactOptional(),
      "X-Frame-Options": z.enum(["deny", "sameorigin"]).exactOptional(),
      "X-XSS-Protection": header().exactOptional(),
    })
    .prefault({})
    .transform((headers) => headers as Readonly<Record<string, string>>),
});

const MOST_COST = 14;
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** A check of cost 10 takes some 60 ms, and twice that for each further one: 14 is the most that a log-in may ask for. */
const bcryptHash = z
  .string()
  .refine((hash) => {
    const cost = Number(BCRYPT.exec(hash)?.[1]);
    return cost >= 4 && cost <= MOST_COST;
  })
  .meta({ secret: true, accepts: `a bcrypt hash ($2b$…) of a cost from 4 to ${MOST_COST}` });

const userName = z
  .string()
  .regex(/^[^:\p{Cc}]{1,128}$/u)
  .meta({ accepts: "user names of 1 to 128 characters without a colon" });

/** The web configuration file of the Prometheus exporter-toolkit, key for key. */
export const webSchema: z.ZodType<WebFile, unknown> = z.strictObject({
  tls_server_config: tls.exactOptional(),
  http_server_config: http.prefault({}),
  basic_auth_users: z.record(userName, bcryptHash).prefault({}),
});
