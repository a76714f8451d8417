import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import {
  DashboardQueries,
  emptyPanels,
  prometheusReady,
  type Shipped,
} from "../../charts/dashboards/preview/queries.ts";
import { Exposition } from "../../src/metrics/exposition.ts";
import { eventually } from "../eventually.ts";
import { busyScrape, OPTIONS, SMALL } from "../unit/metrics/scenario.ts";

const CHART = resolve(import.meta.dirname, "../../charts/vision-exporter");
/** Rates and recorded rules need some scrapes each, a second apart; a busy machine misses some. */
const FULL_WITHIN_SECONDS = 90;

/** What an exposition says at its n-th scrape: every counter has grown by what it held at the first. */
function grown(text: string, scrape: number): string {
  let counter = false;
  const lines = text.split("\n").map((line) => {
    if (line.startsWith("# TYPE")) counter = /(counter|histogram)$/.test(line);
    const [, series = "", value = "", exemplar = ""] = /^(\S.*?) ([\d.e+-]+)( # .*)?$/.exec(line) ?? [];
    return line.startsWith("#") || !counter || series === "" ? line : `${series} ${Number(value) * scrape}${exemplar}`;
  });
  return lines.join("\n");
}

describe("the dashboards on a real Prometheus that scrapes our exposition and evaluates our rules", () => {
  const folder = mkdtempSync(join(tmpdir(), "vision-dashboards-"));
  let exporter: Server;
  let prometheus: ChildProcess;
  let address: string;
  let startSeconds: number;

  beforeAll(async () => {
    const exposition = new Exposition(OPTIONS);
    let scrape = 0;
    exporter = createServer(async ({ headers }, response) => {
      scrape += 1;
      const { contentType, body } = await exposition.render(busyScrape(SMALL), headers.accept ?? "");
      response.setHeader("content-type", contentType).end(grown(body, scrape));
    }).listen(0, "127.0.0.1");
    await new Promise((listening) => exporter.once("listening", listening));
    const rules = ["recording", "alerts"].map((name) => {
      const file = join(folder, `${name}.yaml`);
      writeFileSync(
        file,
        readFileSync(join(CHART, "rules", `${name}.yaml`), "utf8").replaceAll(/interval: \w+/g, "interval: 1s"),
      );
      return file;
    });
    const config = join(folder, "prometheus.yaml");
    const target = `127.0.0.1:${(exporter.address() as AddressInfo).port}`;
    writeFileSync(
      config,
      `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${rules.join(", ")}]
scrape_configs: [{ job_name: vision, static_configs: [{ targets: ["${target}"] }] }]
`,
    );
    address = `127.0.0.1:${(await freePorts(1))[0]}`;
    startSeconds = Date.now() / 1000;
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      "--enable-feature=exemplar-storage",
    ];
    prometheus = spawn("prometheus", flags, { stdio: "ignore" });
    await prometheusReady(`http://${address}`);
  }, 60_000);

  afterAll(async () => {
    prometheus.kill();
    await new Promise((ended) => prometheus.once("exit", ended));
    exporter.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(readdirSync(join(CHART, "dashboards")))(
    "%s has no query that fails and no panel that stays empty",
    async (file) => {
      const board = JSON.parse(readFileSync(join(CHART, "dashboards", file), "utf8")) as Shipped;
      await eventually(async () => {
        const range = { startSeconds, endSeconds: Date.now() / 1000, stepSeconds: 1 };
        const answered = await new DashboardQueries(`http://${address}`, range, "4s").answer(board);
        expect(answered.length).toBeGreaterThan(10);
        expect(emptyPanels(answered)).toEqual([]);
      }, FULL_WITHIN_SECONDS);
    },
  );

  it("a point of a curve leads to its image", async () => {
    const query = "sum(rate(vision_drifting_images_total[4s]))";
    await eventually(async () => {
      const range = new URLSearchParams({ query, start: "1700000000", end: String(Date.now() / 1000) });
      const answer = await fetch(`http://${address}/api/v1/query_exemplars?${range}`);
      const { data } = (await answer.json()) as { data: { exemplars: { labels: Record<string, string> }[] }[] };
      expect(data[0]?.exemplars[0]?.labels).toEqual({ image_id: "req-00042" });
    });
  });

  it("a wrong name is found as an empty panel, and a wrong function as a failure", async () => {
    const range = { startSeconds, endSeconds: Date.now() / 1000, stepSeconds: 1 };
    const queries = new DashboardQueries(`http://${address}`, range, "4s");
    const board = (expr: string): Shipped => ({
      uid: "x",
      title: "planted",
      templating: { list: [] },
      annotations: { list: [] },
      panels: [
        {
          type: "stat",
          title: "fault",
          gridPos: { x: 0, y: 0, w: 1, h: 1 },
          targets: [{ expr, legendFormat: "a", instant: true }],
        },
      ],
    });
    expect(emptyPanels(await queries.answer(board("vision_imaginary")))).toEqual(["fault: a"]);
    await expect(queries.answer(board("ratee(up[1m])"))).rejects.toThrow(/planted \/ fault: .*unknown function/);
  });
});
