// A real API server without nodes: builds kubebox with Go, starts its four parts on free ports of the loopback interface, and plays the kubelet. RBAC and Pod
// Security are on, as in a cluster. No container ever runs.
import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { helm, kubectl, root } from "../helm.mjs";
import { playKubelet } from "./kubelet.mjs";

const SOURCES = ["main.go", "go.mod", "go.sum"].map((name) => join(import.meta.dirname, name));
/** Released by Kubernetes; the module's staging parts carry it as v0.37.2. */
export const VERSION = /k8s\.io\/kubernetes (v\S+)/.exec(readFileSync(SOURCES[1], "utf8"))[1];
const execute = promisify(execFile);

/** Path of the binary. The first build takes 1300 CPU seconds and 3 GB of memory. */
export function buildBox() {
  const hash = createHash("sha256");
  for (const path of SOURCES) hash.update(readFileSync(path));
  const home = join(root, ".cache", "kubebox");
  const binary = join(home, `kubebox-${hash.digest("hex").slice(0, 12)}`);
  if (!existsSync(binary)) {
    mkdirSync(home, { recursive: true });
    const [major, minor] = VERSION.slice(1).split(".");
    const variables = { gitVersion: VERSION, gitMajor: major, gitMinor: minor };
    const flags = Object.entries(variables).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
    const args = ["build", "-trimpath", `-ldflags=-s -w ${flags.join(" ")}`, "-o", binary, "."];
    execFileSync("go", args, { cwd: import.meta.dirname, env: { ...process.env, CGO_ENABLED: "0" }, stdio: "inherit" });
  }
  return binary;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks every half second until `condition` gives something, which it returns. */
export async function waitFor(what, condition, seconds = 60) {
  const end = Date.now() + 1000 * seconds;
  let reason = "";
  while (Date.now() < end) {
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      reason = `: ${error.message}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${what}: not within ${seconds} s${reason}`);
}

export async function startBox(binary, directory) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const path = (name) => join(directory, name);
  const [etcd, peer, api, controllers, scheduler] = await Promise.all(Array.from({ length: 5 }, freePort));
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(path("accounts.key"), privateKey.export({ type: "pkcs1", format: "pem" }));
  const token = randomBytes(16).toString("hex");
  writeFileSync(path("tokens.csv"), `${token},admin,admin,system:masters\n`);
  writeFileSync(path("kubeconfig"), kubeconfig(api, token));

  const parts = [];
  const start = (name, ...args) => {
    const log = openSync(path(`${name}.log`), "w");
    parts.push(spawn(binary, [name, ...args], { cwd: directory, stdio: ["ignore", log, log] }));
  };
  const environment = { ...process.env, KUBECONFIG: path("kubeconfig") };
  const command = async (program, args, input) => {
    const running = execute(program, args, { env: environment, maxBuffer: 2 ** 26 });
    running.child.stdin.end(input);
    return (await running).stdout;
  };
  const box = {
    kubectl: (args, input) => command(kubectl, args, input),
    helm: (...args) => command(helm, args),
    async json(...args) {
      return JSON.parse(await box.kubectl([...args, "--output=json"]));
    },
    async stop() {
      box.kubelet?.stop();
      for (const part of parts.reverse()) await end(part);
    },
  };
  try {
    start("etcd", path("etcd"), `http://127.0.0.1:${etcd}`, `http://127.0.0.1:${peer}`);
    start("kube-apiserver", ...apiServerFlags(etcd, api));
    await waitFor("the API server", () => box.kubectl(["get", "--raw", "/readyz"]), 120);
    const common = ["--kubeconfig=kubeconfig", "--leader-elect=false", "--bind-address=127.0.0.1"];
    // Without nodes that report, their life cycle must be left alone.
    start("kube-controller-manager", ...common, `--secure-port=${controllers}`, "--cert-dir=controllers", "--service-account-private-key-file=accounts.key",
      "--controllers=*,-node-lifecycle-controller,-taint-eviction-controller");
    start("kube-scheduler", ...common, `--secure-port=${scheduler}`, "--cert-dir=scheduler");
    await waitFor("the controllers", () => box.kubectl(["get", "serviceaccount", "default"]), 120);
    box.kubelet = await playKubelet(box);
    return box;
  } catch (error) {
    await box.stop();
    throw error;
  }
}

function apiServerFlags(etcdPort, port) {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", `--secure-port=${port}`, "--cert-dir=certificates",
    "--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC", "--token-auth-file=tokens.csv", "--endpoint-reconciler-type=none",
    "--service-account-issuer=https://kubernetes.default.svc", "--service-account-signing-key-file=accounts.key", "--service-account-key-file=accounts.key",
  ];
}

function kubeconfig(port, token) {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "box", cluster: { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "box", context: { cluster: "box", user: "admin" } }],
    "current-context": "box",
  });
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const deadline = setTimeout(() => child.kill("SIGKILL"), 10_000);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(deadline);
}
