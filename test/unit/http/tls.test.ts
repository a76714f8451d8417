import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { OPEN } from "../../../src/http/access.ts";
import type { ClientAuth, TlsRules } from "../../../src/http/tls.ts";
import { Authority, SERVER_NAMES } from "../../e2e/fixtures/certificates.ts";
import { applicationOf, type Started, start } from "./literals.ts";

const authority = new Authority();
const stranger = new Authority();
const server = authority.sign("server", SERVER_NAMES);
const renewed = authority.sign("renewed", SERVER_NAMES);
const client = authority.sign("client", "DNS:prometheus.example,URI:spiffe://fleet/prometheus");
const foreign = stranger.sign("foreign", "DNS:prometheus.example");
afterAll(() => {
  for (const { folder } of [authority, stranger]) rmSync(folder, { recursive: true });
});

const rulesOf = (clientAuth: ClientAuth, changes: Partial<TlsRules> = {}, own = server): TlsRules => {
  const verifies = clientAuth === "VerifyClientCertIfGiven" || clientAuth === "RequireAndVerifyClientCert";
  const context = {
    cert: readFileSync(own.cert),
    key: readFileSync(own.key),
    minVersion: "TLSv1.2" as const,
    maxVersion: "TLSv1.3" as const,
    ...(verifies && { ca: readFileSync(authority.certificate) }),
  };
  return { context, clientAuth, allowedNames: [], ...changes };
};

let started: Started;
let refusals: string[];
const startWith = async (tls: TlsRules): Promise<Started> => {
  refusals = [];
  started = await start(applicationOf(), { access: { ...OPEN, tls }, refused: (reason) => refusals.push(reason) });
  return started;
};
afterEach(() => started.running.close(0));

type Certificate = { readonly cert: string; readonly key: string };
/** The status that curl sees; 0 when there is no answer. */
async function curl(port: "metrics" | "api" | "page", certificate?: Certificate, ...more: string[]): Promise<number> {
  const url = `${started[port].replace("http", "https").replace("127.0.0.1", "localhost")}/`;
  const own = certificate ? ["--cert", certificate.cert, "--key", certificate.key] : [];
  const args = ["-s", "-o", "-", "-w", "\n%{http_code}", "--cacert", authority.certificate, ...own, ...more, url];
  const run = promisify(execFile)("curl", args).catch((error: { stdout: string }) => error);
  return Number((await run).stdout.split("\n").at(-1));
}

describe("all three servers with a certificate", () => {
  it("answer in TLS and no longer in plain HTTP", async () => {
    await startWith(rulesOf("NoClientCert"));
    expect([await curl("metrics"), await curl("api"), await curl("page")]).toEqual([200, 405, 200]);
    for (const port of ["metrics", "api", "page"] as const) await expect(fetch(started[port])).rejects.toThrow();
    expect(refusals).toEqual(["tls", "tls", "tls"]);
  });

  it.each(["--tls-max 1.1", "--tls-max 1.0"])("refuse %s", async (option) => {
    await startWith(rulesOf("NoClientCert"));
    // The client offers it although its own library would not, so the server is what refuses.
    const args = [...option.split(" "), "--tlsv1.0", "--ciphers", "DEFAULT:@SECLEVEL=0"];
    expect(await curl("metrics", undefined, ...args)).toBe(0);
    expect(refusals).toEqual(["tls"]);
    expect(await curl("metrics", undefined, "--tlsv1.2", "--tls-max", "1.2")).toBe(200);
    expect(await curl("metrics", undefined, "--tlsv1.3")).toBe(200);
    await started.running.close(0);
    const { context } = rulesOf("NoClientCert");
    const old = { ...context, minVersion: "TLSv1" as const, ciphers: "DEFAULT:@SECLEVEL=0" };
    await startWith(rulesOf("NoClientCert", { context: old }));
    expect(await curl("metrics", undefined, ...args)).toBe(200);
  });

  it("speak HTTP/1.1 to a client that would like HTTP/2", async () => {
    await startWith(rulesOf("NoClientCert"));
    expect(await curl("metrics", undefined, "--http2")).toBe(200);
  });

  it("close on a client that says nothing of TLS", async () => {
    await startWith(rulesOf("NoClientCert"));
    expect(
      await curl(
        "metrics",
        undefined,
        "--max-time",
        "5",
        "--proto",
        "=https",
        "--tlsv1.3",
        "--tls13-ciphers",
        "TLS_AES_128_CCM_SHA256",
      ),
    ).toBe(0);
    expect(refusals).toEqual(["tls"]);
  });
});

describe("client certificates", () => {
  it.each<[ClientAuth, none: number, own: number, foreign: number]>([
    ["NoClientCert", 200, 200, 200],
    ["RequestClientCert", 200, 200, 200],
    ["RequireAnyClientCert", 0, 200, 200],
    ["VerifyClientCertIfGiven", 200, 200, 0],
    ["RequireAndVerifyClientCert", 0, 200, 0],
  ])("with %s: none %i, a good one %i, one of another authority %i", async (clientAuth, ...expected) => {
    await startWith(rulesOf(clientAuth));
    expect([await curl("metrics"), await curl("metrics", client), await curl("metrics", foreign)]).toEqual(expected);
    expect(refusals).toEqual(expected.filter((status) => status === 0).map(() => "tls"));
  });

  it.each<[names: string[], status: number]>([
    [["prometheus.example"], 200],
    [["spiffe://fleet/prometheus"], 200],
    [["other.example", "prometheus.example"], 200],
    [["other.example"], 0],
    [["example"], 0],
  ])("with the names %j allowed: %i", async (allowedNames, status) => {
    await startWith(rulesOf("RequireAndVerifyClientCert", { allowedNames }));
    expect(await curl("metrics", client)).toBe(status);
  });

  it("with a name that only looks like a list of others, are refused", async () => {
    const odd = authority.sign("odd", '@names\n[names]\nURI.1 = "http://x, DNS:prometheus.example, DNS:y"');
    await startWith(rulesOf("RequireAndVerifyClientCert", { allowedNames: ["prometheus.example"] }));
    expect(await curl("metrics", odd)).toBe(0);
  });

  it("open the page to other names than localhost, as they guard it", async () => {
    const tls = rulesOf("RequireAndVerifyClientCert");
    started = await start(applicationOf(), {
      access: { ...OPEN, tls },
      page: { host: "0.0.0.0", port: 0, refreshSeconds: 30 },
    });
    expect(await curl("page", client, "-H", "Host: vision.example")).toBe(200);
    expect(await curl("page")).toBe(0);
  });

  it("that are not asked for, or not of everybody, do not guard the page", async () => {
    const page = { host: "0.0.0.0", port: 0, refreshSeconds: 30 };
    for (const clientAuth of ["NoClientCert", "VerifyClientCertIfGiven"] as const) {
      const open = start(applicationOf(), { access: { ...OPEN, tls: rulesOf(clientAuth) }, page });
      await expect(open).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    }
    await startWith(rulesOf("NoClientCert"));
    expect(await curl("page", undefined, "-H", "Host: vision.example")).toBe(403);
  });
});

describe("a certificate that is renewed", () => {
  it("is shown to new connections, while one that lives goes on", async () => {
    const { running } = await startWith(rulesOf("NoClientCert"));
    const kept = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(authority.certificate) });
    const first = await ask(kept);
    running.useAccess({ ...OPEN, tls: rulesOf("NoClientCert", {}, renewed) });
    const second = await ask(kept);
    const other = await ask(new Agent({ ca: readFileSync(authority.certificate) }));
    expect([first.name, second.name, other.name]).toEqual(["server", "server", "renewed"]);
    expect(second.socket).toBe(first.socket);
    kept.destroy();
  });

  it("brings its new authority: clients of the old one are refused, also with a session that they keep", async () => {
    const { running } = await startWith(rulesOf("RequireAndVerifyClientCert"));
    expect(await answered(client, await sessionOf(client))).toBe(true);
    const session = await sessionOf(client);
    const moved = rulesOf("RequireAndVerifyClientCert");
    running.useAccess({
      ...OPEN,
      tls: { ...moved, context: { ...moved.context, ca: readFileSync(stranger.certificate) } },
    });
    expect(await curl("metrics", client)).toBe(0);
    expect(await curl("metrics", foreign)).toBe(200);
    expect(await answered(client, session)).toBe(false);
  });

  it("cannot bring TLS where there was none, nor another client_auth_type: both take a restart", async () => {
    const { running } = await startWith(rulesOf("NoClientCert"));
    expect(() => running.useAccess(OPEN)).toThrow(/listen\.webConfigFile: TLS switched on or off takes a restart/);
    const stricter = { ...OPEN, tls: rulesOf("RequireAndVerifyClientCert") };
    expect(() => running.useAccess(stricter)).toThrow(/another client_auth_type takes a restart/);
    expect(await curl("metrics")).toBe(200);
  });
});

function ask(agent: Agent): Promise<{ name: string; socket: unknown }> {
  const { port } = started.running.addresses.metrics;
  return new Promise((resolve, reject) => {
    const sent = request({ host: "localhost", port, agent, path: "/-/healthy" }, (answer) => {
      const socket = answer.socket as TLSSocket;
      const name = socket.getPeerCertificate().subject.CN;
      answer.resume().on("end", () => resolve({ name: String(name), socket }));
    });
    sent.on("error", reject).end();
  });
}

const clientOptions = ({ cert, key }: Certificate) => ({
  host: "localhost",
  port: started.running.addresses.metrics.port,
  ca: readFileSync(authority.certificate),
  cert: readFileSync(cert),
  key: readFileSync(key),
});

/** A ticket with which the client could begin where it ended. */
function sessionOf(certificate: Certificate): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(clientOptions(certificate), () =>
      socket.write("GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    );
    socket.once("session", (session) => {
      socket.destroy();
      resolve(session);
    });
    socket.on("error", reject);
  });
}

function answered(certificate: Certificate, session: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...clientOptions(certificate), session }, () =>
      socket.write("GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    );
    let said = "";
    socket.on("data", (bytes) => {
      said += bytes;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(said.includes("200 OK")));
  });
}
