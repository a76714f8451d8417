// `npm run dashboards:preview`: plays the demo while a real Prometheus scrapes it, asks what Grafana would ask, and draws each dashboard to docs/dashboard-<name>.png.
// Fails when a query is refused or a panel stays empty.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { DASHBOARDS } from "../index.ts";
import { drawDashboard } from "./drawing.ts";
import { DashboardQueries, emptyPanels, prometheusReady, type Shipped } from "./queries.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const METRICS = "127.0.0.1:9435";
const PROMETHEUS = "127.0.0.1:19090";
const SCRAPE_SECONDS = 2;

const { values: options } = parseArgs({ options: { out: { type: "string", default: join(ROOT, "docs") } } });
const folder = mkdtempSync(join(tmpdir(), "vision-dashboards-"));

/** The chart's rules as they are; only looked at more often, because the demo takes minutes. */
function configuration(): string {
  const rules = ["recording", "alerts"].map((name) => {
    const text = readFileSync(join(ROOT, "charts", "vision-exporter", "rules", `${name}.yaml`), "utf8");
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, text.replaceAll(/interval: \w+/g, "interval: 4s"));
    return file;
  });
  return `global: { scrape_interval: ${SCRAPE_SECONDS}s, evaluation_interval: 4s }
rule_files: [${rules.join(", ")}]
scrape_configs:
  - job_name: vision
    static_configs: [{ targets: ["${METRICS}"], labels: { namespace: demo } }]
`;
}

function startPrometheus(): ChildProcess {
  const config = join(folder, "prometheus.yaml");
  writeFileSync(config, configuration());
  const data = `--storage.tsdb.path=${join(folder, "data")}`;
  return spawn("prometheus", [`--config.file=${config}`, data, `--web.listen-address=${PROMETHEUS}`], {
    stdio: "ignore",
  });
}

async function playDemo(): Promise<void> {
  const demo = spawn(process.execPath, [join(ROOT, "dist", "demo", "main.js"), "--once"], { stdio: "inherit" });
  const code = await new Promise((done) => demo.once("exit", done));
  if (code !== 0) throw new Error(`the demo ended with code ${code}`);
}

function draw(name: string, html: string, width: number, height: number): void {
  const page = join(folder, `${name}.html`);
  writeFileSync(page, html);
  const picture = `--screenshot=${join(options.out, `dashboard-${name}.png`)}`;
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    `--window-size=${width},${height}`,
  ];
  execFileSync("chromium", [...flags, picture, `file://${page}`], { stdio: "ignore" });
}

async function preview(startSeconds: number): Promise<string[]> {
  const endSeconds = Date.now() / 1000 - SCRAPE_SECONDS;
  const range = { startSeconds, endSeconds, stepSeconds: Math.max(1, Math.round((endSeconds - startSeconds) / 200)) };
  const queries = new DashboardQueries(`http://${PROMETHEUS}`, range, `${4 * SCRAPE_SECONDS}s`);
  const empty: string[] = [];
  for (const name of Object.keys(DASHBOARDS)) {
    const shipped = JSON.parse(readFileSync(join(ROOT, "dashboards", `${name}.json`), "utf8")) as Shipped;
    const answered = await queries.answer(shipped);
    empty.push(...emptyPanels(answered).map((panel) => `${shipped.title} / ${panel}`));
    const { html, width, height } = drawDashboard(shipped.title, answered);
    draw(name, html, width, height);
    process.stdout.write(`${join(options.out, `dashboard-${name}.png`)}: ${answered.length} panels\n`);
  }
  return empty;
}

mkdirSync(options.out, { recursive: true });
const prometheus = startPrometheus();
try {
  await prometheusReady(`http://${PROMETHEUS}`);
  const startSeconds = Date.now() / 1000;
  await playDemo();
  const empty = await preview(startSeconds);
  for (const panel of empty) process.stderr.write(`empty: ${panel}\n`);
  process.exitCode = empty.length > 0 ? 1 : 0;
} finally {
  prometheus.kill();
  rmSync(folder, { recursive: true, force: true });
}
