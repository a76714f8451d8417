import { type ChildProcess, execFile, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import { eventually } from "../eventually.ts";
import { Authority, SERVER_NAMES } from "./fixtures/certificates.ts";
import { cli, paint, startProgram, stop, until } from "./fixtures/program.ts";

const PASSWORD = "a-password-nobody-guesses";
const TOKEN = "labelling-token-".padEnd(40, "7");
const NEW_TOKEN = "rotated-token-".padEnd(40, "8");
const FORGED = "forged-token-".padEnd(40, "9");

const authority = new Authority();
const { folder } = authority;
const file = (name: string): string => join(folder, name);
let ports: { metrics: number; api: number; page: number; prometheus: number };
let analyser: ChildProcess & { said: () => string };
let prometheus: ChildProcess | undefined;

/** Writes as a careful tool does: beside, then in its place. */
function replace(name: string, text: string | Buffer): void {
  writeFileSync(file(`${name}.new`), text);
  renameSync(file(`${name}.new`), file(name));
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function curl(port: number, path: string, ...more: string[]): Promise<Answer> {
  const args = [
    "-s",
    "-w",
    "\n%{http_code}",
    "--cacert",
    authority.certificate,
    ...more,
    `https://localhost:${port}${path}`,
  ];
  const { stdout } = await promisify(execFile)("curl", args).catch((error: { stdout: string }) => error);
  const at = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, at) };
}
const certificate = ["--cert", file("client.crt"), "--key", file("client.key")];
const user = ["-u", `ann:${PASSWORD}`];
const bearer = (token: string): string[] => ["-H", `Authorization: Bearer ${token}`];
const metric = async (name: string): Promise<number> => {
  const { body } = await curl(ports.metrics, "/metrics", ...certificate, ...user);
  return Number(
    body
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")[1],
  );
};

beforeAll(async () => {
  authority.sign("server", SERVER_NAMES);
  authority.sign("renewed", SERVER_NAMES);
  authority.sign("client", "DNS:prometheus.example");
  copyFileSync(file("server.crt"), file("live.crt"));
  copyFileSync(file("server.key"), file("live.key"));
  const [metrics, api, page, prometheusPort] = (await freePorts(4)) as [number, number, number, number];
  ports = { metrics, api, page, prometheus: prometheusPort };
  writeFileSync(
    file("web.yml"),
    `
tls_server_config:
  cert_file: live.crt
  key_file: live.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
http_server_config:
  headers: { Strict-Transport-Security: max-age=31536000 }
basic_auth_users:
  ann: ${hashSync(PASSWORD, 10)}
`,
  );
  writeFileSync(file("tokens.txt"), `# the labelling tool\n${TOKEN} labels,observations,delete\n`);
  writeFileSync(
    file("vision-exporter.yaml"),
    `
model: { name: colours, classes: [red, green, blue] }
log: { level: debug }
listen:
  metrics: "127.0.0.1:${metrics}"
  api: "127.0.0.1:${api}"
  page: "0.0.0.0:${page}"
  webConfigFile: ${file("web.yml")}
  apiTokensFile: ${file("tokens.txt")}
`,
  );
  analyser = startProgram(["serve", "--config", file("vision-exporter.yaml")]);
  await until(async () => (await curl(ports.metrics, "/-/healthy", ...certificate)).status === 200);
});

afterAll(async () => {
  if (prometheus) await stop(prometheus);
  if (analyser) await stop(analyser);
  rmSync(folder, { recursive: true });
});

describe("an analyser with a web configuration file and API tokens", () => {
  it("is found without faults by `config check`", () => {
    expect(cli(["config", "check", "--config", file("vision-exporter.yaml")])).toMatchObject({ status: 0, stderr: "" });
  });

  it("lets nobody in without a certificate, on any port", async () => {
    const statuses = await Promise.all(
      Object.values(ports)
        .slice(0, 3)
        .map(async (port) => (await curl(port, "/", ...user)).status),
    );
    expect(statuses).toEqual([0, 0, 0]);
  });

  it("asks for a password behind the certificate, except for health", async () => {
    const { metrics, api, page } = ports;
    for (const [port, path] of [
      [metrics, "/metrics"],
      [api, "/v1/assessment"],
      [page, "/"],
    ] as const) {
      expect((await curl(port, path, ...certificate)).status).toBe(401);
      expect((await curl(port, path, ...certificate, "-u", "ann:wrong")).status).toBe(401);
      expect((await curl(port, path, ...certificate, ...user)).status).toBe(200);
    }
    expect((await curl(metrics, "/-/healthy", ...certificate)).status).toBe(200);
    expect((await curl(metrics, "/-/ready", "-i", ...certificate)).body).toContain(
      "Strict-Transport-Security: max-age=31536000",
    );
  });

  it("is scraped by Prometheus with certificate and password, and by no other", async () => {
    mkdirSync(file("prometheus"));
    const job = (name: string, more: string): string => `
  - job_name: ${name}
    scheme: https
    static_configs: [{ targets: ["localhost:${ports.metrics}"] }]
    ${more}`;
    const tls = `ca_file: ${authority.certificate}`;
    const own = `cert_file: ${file("client.crt")}, key_file: ${file("client.key")}`;
    writeFileSync(
      file("prometheus/prometheus.yml"),
      `global: { scrape_interval: 3s, scrape_timeout: 3s }
scrape_configs:${[
        job("right", `tls_config: { ${tls}, ${own} }\n    basic_auth: { username: ann, password: ${PASSWORD} }`),
        job("no-certificate", `tls_config: { ${tls} }\n    basic_auth: { username: ann, password: ${PASSWORD} }`),
        job("no-password", `tls_config: { ${tls}, ${own} }`),
      ].join("")}
`,
    );
    prometheus = spawn(
      "prometheus",
      [
        `--config.file=${file("prometheus/prometheus.yml")}`,
        `--storage.tsdb.path=${file("prometheus/data")}`,
        `--web.listen-address=127.0.0.1:${ports.prometheus}`,
      ],
      { stdio: "ignore" },
    );
    await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${ports.prometheus}/api/v1/targets`);
      const { data } = (await answer.json()) as {
        data: { activeTargets: { scrapePool: string; health: string; lastError: string }[] };
      };
      const seen = data.activeTargets.map(({ scrapePool, health, lastError }) => [scrapePool, [health, lastError]]);
      expect(Object.fromEntries(seen)).toEqual({
        right: ["up", ""],
        "no-certificate": ["down", expect.stringContaining("certificate required")],
        "no-password": ["down", expect.stringContaining("401")],
      });
    });
  });

  it("takes labels and forgets images for a token, and nothing else for it", async () => {
    const image = (await paint(0, 1)).toString("base64");
    const observation = JSON.stringify({ id: "the-subject", prediction: { label: "red" }, image });
    const json = ["-H", "Content-Type: application/json"];
    const write = (path: string, token: string, body: string): Promise<Answer> =>
      curl(ports.api, path, ...certificate, ...bearer(token), ...json, "-d", body);
    expect((await write("/v1/observations", TOKEN, observation)).body).toContain('"accepted":1');
    expect((await write("/v1/labels", FORGED, "{}")).status).toBe(401);
    expect((await curl(ports.api, "/v1/assessment", ...certificate, ...bearer(TOKEN))).status).toBe(403);
    expect((await curl(ports.page, "/", ...certificate, ...bearer(TOKEN))).status).toBe(401);
    const forget = (): Promise<Answer> =>
      curl(ports.api, "/v1/predictions/the-subject", "-X", "DELETE", ...certificate, ...bearer(TOKEN));
    expect(JSON.parse((await forget()).body)).toMatchObject({ removed: { predictions: 1 } });
    expect((await forget()).status).toBe(404);
    const label = JSON.stringify({ id: "the-subject", label: "red" });
    expect((await write("/v1/labels", TOKEN, label)).body).toContain('"result":"pending"');
  });

  it("takes up other tokens from the file as it runs", async () => {
    replace("tokens.txt", `${NEW_TOKEN}\n`);
    const status = (token: string): Promise<number> =>
      curl(ports.api, "/v1/assessment", ...certificate, ...bearer(token)).then((answer) => answer.status);
    await until(async () => (await status(NEW_TOKEN)) === 200);
    expect(await status(TOKEN)).toBe(401);
  });

  it("shows a renewed certificate to new connections while an old one lives, and stays with the old one while the files do not fit together", async () => {
    const agent = new Agent({
      keepAlive: true,
      maxSockets: 1,
      ca: readFileSync(authority.certificate),
      cert: readFileSync(file("client.crt")),
      key: readFileSync(file("client.key")),
    });
    const first = await nameSeen(agent);
    replace("live.crt", readFileSync(file("renewed.crt")));
    await until(async () => (await metric("vision_access_last_reload_successful")) === 0);
    expect(await nameSeen(agent)).toEqual(first);
    expect((await curl(ports.metrics, "/-/healthy", ...certificate)).status).toBe(200);
    replace("live.key", readFileSync(file("renewed.key")));
    await until(async () => (await metric("vision_access_last_reload_successful")) === 1);
    const renewed = await nameSeen(new Agent({ ...agent.options, keepAlive: false }));
    expect([first.name, renewed.name]).toEqual(["server", "renewed"]);
    expect(await nameSeen(agent)).toEqual(first);
    agent.destroy();
    expect(await metric("vision_access_reload_failures_total")).toBe(1);
    expect(analyser.said().match(/were not taken up/g)).toHaveLength(1);
    expect(analyser.said()).toContain("tls_server_config.key_file: it is not the key of cert_file");
    expect(await metric("vision_tls_certificate_expiry_timestamp_seconds")).toBeGreaterThan(Date.now() / 1000);
  });

  it("counted whom it turned away by reason, and wrote none of their secrets", async () => {
    const { body } = await curl(ports.metrics, "/metrics", ...certificate, ...user);
    for (const reason of ["tls", "no_credentials", "wrong_credentials", "wrong_scope"]) {
      expect(
        Number(new RegExp(`vision_http_refused_total\\{reason="${reason}"\\} (\\d+)`).exec(body)?.[1]),
      ).toBeGreaterThan(0);
    }
    for (const secret of [PASSWORD, TOKEN, NEW_TOKEN, FORGED, "the-subject"])
      expect(analyser.said()).not.toContain(secret);
  });
});

/** The name in the certificate, and the local port, by which one connection is known. */
function nameSeen(agent: Agent): Promise<{ name: string; localPort: number | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "localhost", port: ports.metrics, agent, path: "/-/healthy" }, (answer) => {
      const socket = answer.socket as TLSSocket;
      const seen = { name: String(socket.getPeerCertificate().subject.CN), localPort: socket.localPort };
      answer.resume().on("end", () => resolve(seen));
    });
    sent.on("error", reject).end();
  });
}
