import { chmodSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { WatchedFiles } from "../../../src/config/watched-files.ts";
import { loadWebConfig } from "../../../src/config/web-config.ts";
import type { VisionError } from "../../../src/core/errors.ts";
import { Authority, SERVER_NAMES } from "../../e2e/fixtures/certificates.ts";

const authority = new Authority();
const { folder } = authority;
authority.sign("server", SERVER_NAMES);
authority.sign("other", SERVER_NAMES);
afterAll(() => rmSync(folder, { recursive: true }));

const HASH = `$2b$10$${"a".repeat(53)}`;
const path = join(folder, "web.yml");
const load = (text: string) => {
  writeFileSync(path, text);
  return loadWebConfig(path, new WatchedFiles());
};
const faultOf = (text: string): VisionError => {
  try {
    load(text);
  } catch (error) {
    return error as VisionError;
  }
  return expect.fail("the file is accepted");
};
const tls = (...lines: string[]): string =>
  ["tls_server_config:", "cert_file: server.crt", "key_file: server.key", ...lines].join("\n  ");

describe("a web configuration file", () => {
  it("asks for nothing when it is empty", () => {
    expect(load("")).toEqual({ headers: {}, users: new Map() });
  });

  it("finds certificates beside itself, with the defaults of the toolkit", () => {
    const { tls: read } = load(tls());
    expect(read).toMatchObject({
      clientAuth: "NoClientCert",
      allowedNames: [],
      context: { minVersion: "TLSv1.2", maxVersion: "TLSv1.3", honorCipherOrder: true },
    });
    expect(read?.expiresSeconds).toBeGreaterThan(Date.now() / 1000);
  });

  it("takes suites and curves by their names in Go, and leaves TLS 1.3 on", () => {
    const suite = "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]";
    const { tls: read } = load(tls(suite, "curve_preferences: [CurveP384, X25519]"));
    expect(read?.context.ciphers).toMatch(/^TLS_AES_128_GCM_SHA256:.*:ECDHE-ECDSA-AES256-GCM-SHA384$/);
    expect(read?.context.ecdhCurve).toBe("P-384:X25519");
  });

  it("takes users, headers, and http2, of which nothing comes", () => {
    const text = `http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\nbasic_auth_users:\n  ann: ${HASH}\n`;
    expect(load(text)).toEqual({ headers: { "X-Frame-Options": "deny" }, users: new Map([["ann", HASH]]) });
  });

  it.each<[fault: string, text: string, ...places: string[]]>([
    ["an unknown section", "tls_config: {}", "line 1, tls_config: unknown key (known keys here: tls_server_config, "],
    ["an unknown key", tls("cert: x"), "line 4, tls_server_config.cert: unknown key"],
    ["no key", "tls_server_config:\n  cert_file: server.crt", "tls_server_config.key_file: missing"],
    [
      "a missing file",
      tls("client_auth_type: NoClientCert").replace("server.crt", "none.crt"),
      "line 2, tls_server_config.cert_file: ",
      "none.crt",
    ],
    [
      "a key as certificate",
      tls().replace("server.crt", "server.key"),
      "line 2, tls_server_config.cert_file: ",
      "no certificate",
    ],
    ["a certificate as key", tls().replace("server.key", "server.crt"), "line 3, tls_server_config.key_file: "],
    [
      "the key of another",
      tls().replace("server.key", "other.key"),
      "line 3, tls_server_config.key_file: it is not the key of cert_file",
    ],
    [
      "an unknown client_auth_type",
      tls("client_auth_type: Required"),
      "client_auth_type",
      "RequireAndVerifyClientCert",
    ],
    ["nothing to verify against", tls("client_auth_type: RequireAndVerifyClientCert"), "client_ca_file: missing"],
    [
      "an authority that verifies nothing",
      tls("client_ca_file: ca.crt"),
      "line 4, tls_server_config.client_ca_file: NoClientCert verifies nothing",
    ],
    ["names of nobody", tls("client_allowed_sans: [a.example]"), "line 4, tls_server_config.client_allowed_sans: "],
    [
      "versions the wrong way round",
      tls("min_version: TLS13", "max_version: TLS12"),
      "line 5, tls_server_config.max_version: ",
    ],
    ["TLS 1.1", tls("min_version: TLS11"), "line 4, tls_server_config.min_version: ", '"TLS12", "TLS13"'],
    ["a weak suite", tls("cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]"), "tls_server_config.cipher_suites[0]: "],
    ["a curve that is not there", tls("curve_preferences: [X448]"), "tls_server_config.curve_preferences[0]: "],
    [
      "a header that is not on the list",
      "http_server_config:\n  headers:\n    Set-Cookie: a",
      "http_server_config.headers.Set-Cookie: unknown key",
    ],
    [
      "a header with a line break",
      'http_server_config:\n  headers:\n    X-XSS-Protection: "a\\r\\nb"',
      "http_server_config.headers.X-XSS-Protection: ",
    ],
    ["a user with a colon", `basic_auth_users:\n  "a:b": ${HASH}`, "basic_auth_users.a:b"],
    ["a list of users", "basic_auth_users: [ann]", "basic_auth_users: "],
  ])("is refused with %s, where it stands", (_fault, text, ...places) => {
    const { code, message } = faultOf(text);
    expect(code).toBe("CONFIG_INVALID");
    expect(message).toMatch(/web\.yml has 1 fault:\n[^\n]+$/);
    for (const place of places) expect(message).toContain(place);
  });

  it.each(["in plain text", `$2b$15$${"a".repeat(53)}`, `$2b$03$${"a".repeat(53)}`, "$2b$10$short", `$1$${HASH}`])(
    "is refused with the password %j, which it does not repeat",
    (password) => {
      const { message } = faultOf(`basic_auth_users:\n  ann: ${password}\n`);
      expect(message).toContain("line 2, basic_auth_users.ann: the value is not accepted; accepted: a bcrypt hash");
      expect(message).not.toContain(password);
    },
  );

  it("is refused with all its faults at once", () => {
    const text = tls("client_auth_type: VerifyClientCertIfGiven", "min_version: TLS13", "max_version: TLS12").replace(
      "server.key",
      "none.key",
    );
    expect(
      faultOf(text)
        .message.split("\n")
        .map((line) => /(\w+): /.exec(line)?.[1]),
    ).toEqual([undefined, "client_ca_file", "max_version", "key_file"]);
  });

  it("does not repeat a piece of itself when it is not YAML", () => {
    const { code, message } = faultOf("basic_auth_users:\n  ann: secretpassword\n bob: x\n");
    expect([code, message.includes("secretpassword"), message.includes("line 3")]).toEqual([
      "CONFIG_UNREADABLE",
      false,
      true,
    ]);
  });

  it("is refused when it is over 1 MiB or not there", () => {
    expect(faultOf(`#${"x".repeat(2 ** 20)}`).code).toBe("CONFIG_UNREADABLE");
    expect(() => loadWebConfig(join(folder, "none.yml"), new WatchedFiles())).toThrow(/none\.yml/);
  });
});

describe("watched files", () => {
  const file = join(folder, "watched.txt");
  const watch = (): WatchedFiles => {
    const files = new WatchedFiles();
    files.read(file);
    return files;
  };

  it("have not changed while nothing was read or nothing was written", () => {
    writeFileSync(file, "one");
    expect([new WatchedFiles().changed(), watch().changed()]).toEqual([false, false]);
  });

  it.each<[change: string, make: () => void]>([
    ["another size", () => writeFileSync(file, "three")],
    ["another time and the same size", () => utimesSync(file, 1, 1)],
    [
      "another file of the same time and size",
      () => {
        writeFileSync(`${file}.new`, "one");
        utimesSync(`${file}.new`, 5, 5);
        renameSync(`${file}.new`, file);
      },
    ],
    ["no file", () => rmSync(file)],
  ])("have changed with %s", (_change, make) => {
    writeFileSync(file, "one");
    utimesSync(file, 5, 5);
    const files = watch();
    make();
    expect(files.changed()).toBe(true);
  });

  it("are watched also when they were not there, or could not be read", () => {
    const files = new WatchedFiles();
    const late = join(folder, "late.txt");
    expect(() => files.read(late)).toThrow(/ENOENT/);
    expect(files.changed()).toBe(false);
    writeFileSync(late, "");
    expect(files.changed()).toBe(true);
    mkdirSync(join(folder, "sub"), { recursive: true });
    chmodSync(join(folder, "sub"), 0o700);
    expect(() => files.read(join(folder, "sub"))).toThrow();
  });
});
