import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { freePorts } from "../../bench/free-ports.ts";
import { ALERTS } from "../unit/charts/rule-files.ts";
import { answers, ROOT, stop, until } from "./fixtures/program.ts";

const EXAMPLE = join(ROOT, "charts/vision-exporter/alertmanager-example.yaml");
const severityOf = new Map(ALERTS.map(({ alert, labels }) => [alert, labels["severity"] as string]));

interface Route {
  group_wait?: string;
  routes?: Route[];
}
interface Example {
  route: Route;
  receivers: { name: string; webhook_configs?: { url: string }[] }[];
  inhibit_rules: { source_matchers: string[]; target_matchers: string[] }[];
}
interface Notification {
  receiver: string;
  status: string;
  groupLabels: Record<string, string>;
  alerts: { labels: Record<string, string> }[];
}

let folder: string;
let alertmanager: ChildProcess;
let listener: Server;
let url: string;
const notifications: Notification[] = [];

/** The shipped example with the listener as its receivers; groups wait a second instead of half a minute. */
function configuration(port: number): Example {
  const example = parse(readFileSync(EXAMPLE, "utf8")) as Example;
  const quicken = (route: Route): void => {
    if (route.group_wait) route.group_wait = "1s";
    for (const child of route.routes ?? []) quicken(child);
  };
  quicken(example.route);
  for (const receiver of example.receivers)
    for (const webhook of receiver.webhook_configs ?? []) webhook.url = `http://127.0.0.1:${port}/${receiver.name}`;
  return example;
}

async function fire(model: string, names: readonly (readonly [string, Record<string, string>?])[]): Promise<void> {
  const alerts = names.map(([alertname, labels = {}]) => {
    const severity = severityOf.get(alertname);
    if (!severity) throw new Error(`no alert ${alertname}`);
    return { labels: { alertname, severity, namespace: "orbit", job: "vision", model, ...labels } };
  });
  const body = JSON.stringify(alerts);
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  expect(response.status).toBe(200);
}

const of = (model: string): Notification[] => notifications.filter(({ groupLabels }) => groupLabels["model"] === model);
const namesIn = (list: readonly Notification[]): string[] =>
  list.flatMap(({ alerts }) => alerts.map(({ labels }) => labels["alertname"] as string));

beforeAll(async () => {
  const [web, cluster, webhook] = (await freePorts(3)) as [number, number, number];
  folder = mkdtempSync(join(tmpdir(), "vision-alertmanager-"));
  writeFileSync(join(folder, "alertmanager.yaml"), stringify(configuration(webhook)));
  listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      notifications.push(JSON.parse(Buffer.concat(chunks).toString()) as Notification);
      response.end();
    });
  }).listen(webhook, "127.0.0.1");
  url = `http://127.0.0.1:${web}`;
  alertmanager = spawn("prometheus-alertmanager", [
    `--config.file=${join(folder, "alertmanager.yaml")}`,
    `--storage.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${web}`,
    `--cluster.listen-address=127.0.0.1:${cluster}`,
    "--cluster.settle-timeout=0s",
  ]);
  await until(() => answers(`${url}/-/ready`));
});

afterAll(async () => {
  await stop(alertmanager);
  listener.close();
  rmSync(folder, { recursive: true });
});

describe("the example for Alertmanager", () => {
  it("is valid, and sends by severity", () => {
    expect(execFileSync("amtool", ["check-config", EXAMPLE], { encoding: "utf8" })).toContain("SUCCESS");
    const receiver = (...labels: string[]): string =>
      execFileSync("amtool", ["config", "routes", "test", `--config.file=${EXAMPLE}`, ...labels], {
        encoding: "utf8",
      }).trim();
    expect(receiver("alertname=VisionImageDriftSevere", "severity=critical")).toBe("pager");
    expect(receiver("alertname=VisionImageDrift", "severity=warning")).toBe("tickets");
    expect(receiver("alertname=VisionMonitorReferenceOld", "severity=info")).toBe("nobody");
    expect(receiver("alertname=KubePodCrashLooping", "severity=critical")).toBe("nobody");
  });

  it("names only alerts that exist", () => {
    const { inhibit_rules } = parse(readFileSync(EXAMPLE, "utf8")) as Example;
    const named = inhibit_rules
      .flatMap(({ source_matchers, target_matchers }) => [...source_matchers, ...target_matchers])
      .flatMap((matcher) => matcher.match(/Vision\w+/g) ?? []);
    expect(named.length).toBeGreaterThan(20);
    for (const name of named) expect(severityOf.has(name), name).toBe(true);
  });

  it("makes one notification of a camera failure, and leaves the neighbour's alone", async () => {
    const window = { window: "1h", reference: "r1" };
    await fire("line-1", [
      ["VisionImageDriftSevere", window],
      ...["sharpness", "noise", "contrast", "entropy", "brightness"].map(
        (statistic) => ["VisionImageDrift", { ...window, statistic }] as const,
      ),
      ["VisionEmbeddingDrift", window],
      ["VisionDriftingImagesHigh", window],
      ["VisionPredictionMixDrift", window],
      ["VisionModelNewContent"],
      ["VisionModelEstimatedAccuracyBelowFloor", { window: "1h", model_version: "7" }],
      ["VisionOnlineDrift", { reference: "r1" }],
    ]);
    await until(async () => of("line-1").length > 0);
    // Whatever else line-1 would send is due before this one, which comes later and waits as long.
    await fire("line-2", [["VisionImageDrift", { ...window, statistic: "sharpness" }]]);
    await until(async () => of("line-2").length > 0);
    expect(namesIn(of("line-1"))).toEqual(["VisionImageDriftSevere"]);
    expect(of("line-1")).toMatchObject([{ receiver: "pager", status: "firing" }]);
    expect(namesIn(of("line-2"))).toEqual(["VisionImageDrift"]);
  });

  it("groups what a model has to say into one ticket, and lets proof of a wrong model through", async () => {
    await fire("line-3", [
      ["VisionImageDrift", { window: "1h", statistic: "sharpness" }],
      ["VisionImageDrift", { window: "1h", statistic: "noise" }],
      ["VisionMonitorLabelsStale"],
    ]);
    await fire("line-4", [
      ["VisionImageDriftSevere", { window: "1h" }],
      ["VisionModelAccuracyBelowFloor", { window: "1h", model_version: "7" }],
      ["VisionModelAccuracyDropped", { window: "1h", model_version: "7" }],
    ]);
    await until(async () => of("line-3").length > 0 && of("line-4").length > 0);
    expect(of("line-3")).toMatchObject([{ receiver: "tickets" }]);
    expect(namesIn(of("line-3")).sort()).toEqual(["VisionImageDrift", "VisionImageDrift", "VisionMonitorLabelsStale"]);
    expect(namesIn(of("line-4")).sort()).toEqual(["VisionImageDriftSevere", "VisionModelAccuracyBelowFloor"]);
  });
});
