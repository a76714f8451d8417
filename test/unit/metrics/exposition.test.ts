import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Exposition } from "../../../src/metrics/exposition.ts";
import type { Scrape } from "../../../src/metrics/scrape.ts";
import { busyScrape, DEFAULTS, idleScrape, names, OPTIONS, SMALL, USUAL } from "./scenario.ts";

const PROMTOOL = spawnSync("promtool", ["--version"]).status === 0;

async function samples(scrape: Scrape, options = OPTIONS): Promise<Map<string, number>> {
  return parse((await new Exposition(options).render(scrape, "")).body);
}

/** Series → value; fails on a line that is not one. */
function parse(body: string): Map<string, number> {
  const lines = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const found = new Map(
    lines.map((line) => /^([a-z0-9_]+(?:\{.*\})?) (\S+)$/.exec(line)!.slice(1) as [string, string]),
  );
  expect(found.size).toBe(lines.length);
  return new Map([...found].map(([series, value]) => [series, Number(value.replace("Inf", "Infinity"))]));
}

describe("/metrics", () => {
  it.runIf(PROMTOOL)("passes promtool, busy and idle", async () => {
    for (const scrape of [busyScrape(USUAL), idleScrape(USUAL)]) {
      const { body } = await new Exposition(OPTIONS).render(scrape, "");
      expect(execFileSync("promtool", ["check", "metrics"], { input: body, encoding: "utf8" })).toBe("");
    }
  });

  it("answers in the format that was asked for, again and again", async () => {
    const exposition = new Exposition(OPTIONS);
    const scrape = busyScrape(SMALL);
    const formats = [];
    for (const accept of ["", "application/openmetrics-text", "text/plain"])
      formats.push(await exposition.render(scrape, accept));
    expect(formats.map(({ contentType }) => contentType)).toEqual([
      "text/plain; version=0.0.4; charset=utf-8",
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    expect(formats[1]?.body).toMatch(/# EOF\n$/);
    const ours = (body = ""): string => body.slice(0, body.indexOf("# HELP process_"));
    expect(ours(formats[2]?.body)).toBe(ours(formats[0]?.body));
  });

  it("has every counter at zero in the first scrape that a busy process has", async () => {
    const counters = (found: Map<string, number>): string[] =>
      [...found.keys()].filter((series) => /^vision_\w+_(total|bucket)/.test(series));
    const idle = await samples(idleScrape(SMALL));
    const busy = await samples(busyScrape(SMALL));
    expect(counters(idle).map((series) => series.replace("{", '{model_version="7",')).length).toBe(
      counters(busy).length,
    );
    for (const series of counters(idle)) if (!series.includes("_build_")) expect(idle.get(series), series).toBe(0);
  });

  it("never shows NaN, whatever the assessment holds", async () => {
    const scrape = busyScrape(SMALL);
    const broken = JSON.parse(JSON.stringify(scrape.assessment), (_, value) =>
      typeof value === "number" ? Number.NaN : value,
    );
    for (const [series, value] of await samples({ ...scrape, assessment: broken })) expect(value, series).not.toBeNaN();
  });

  it("tells a verdict as 1 among zeros", async () => {
    const found = await samples(busyScrape(SMALL));
    const verdicts = [...found].filter(
      ([series]) => series.startsWith("vision_window_verdict") && series.includes('window="1h"'),
    );
    expect(verdicts).toHaveLength(5);
    expect(verdicts.filter(([, value]) => value === 1).map(([series]) => series)).toEqual([
      'vision_window_verdict{model="land-cover",window="1h",verdict="drifting"}',
    ]);
  });

  it("shows an estimate that is not trusted as a state, not as a number", async () => {
    const found = await samples(busyScrape(SMALL));
    const labels = 'model="land-cover",model_version="7",window="1h",estimator="cbpe"';
    expect(found.get(`vision_window_estimate_trusted{${labels}}`)).toBe(0);
    expect(found.has(`vision_window_estimated_accuracy_ratio{${labels}}`)).toBe(false);
  });

  it("has no drift series without a reference, and says so", async () => {
    const idle = idleScrape(SMALL);
    const { statisticBins, components, referencePredictions, ...counters } = idle.counters;
    const scrape = {
      ...idle,
      assessment: { ...idle.assessment, reference: { loaded: false, id: "", images: 0, createdSeconds: Number.NaN } },
      counters: { ...counters, statisticBins: [], components: [], referencePredictions: new Map() },
    };
    const found = await samples(scrape);
    expect(found.get('vision_reference_loaded{model="land-cover"}')).toBe(0);
    expect(
      [...found.keys()].filter((series) =>
        /_statistic_|_component_|_drift|reference_(info|images|predictions)[{ ]/.test(series),
      ),
    ).toEqual([]);
  });

  it("has no tap series without a tap, and one that is silent is not connected", async () => {
    const scrape = idleScrape(SMALL);
    expect(
      [...(await samples(scrape, { ...OPTIONS, tap: false })).keys()].filter((series) => series.includes("_tap_")),
    ).toEqual([]);
    expect((await samples(scrape)).get("vision_tap_connected")).toBe(0);
    const { tap } = busyScrape(SMALL).telemetry;
    const reported = { ...scrape, telemetry: { ...scrape.telemetry, tap: { ...tap!, ageSeconds: 10 } } };
    expect((await samples(reported)).get("vision_tap_connected")).toBe(1);
  });

  it("drops the series of a model that has gone", async () => {
    const exposition = new Exposition(OPTIONS);
    await exposition.render(busyScrape(SMALL), "");
    const scrape = busyScrape(SMALL);
    const { body } = await exposition.render({ ...scrape, assessment: { ...scrape.assessment, model: "next" } }, "");
    expect(body).not.toContain("land-cover");
  });
});

describe("the size of a scrape", () => {
  it("stays below 1,100 series for ten classes and three windows as it is configured by default", async () => {
    const { sharedLabels: _, ...usual } = busyScrape(USUAL);
    expect((await samples(usual, DEFAULTS)).size).toBeLessThan(1100);
  });

  it("has the edges of bins only when they are asked for", async () => {
    const edges = async (options = OPTIONS): Promise<string[]> =>
      [...(await samples(busyScrape(SMALL), options)).keys()].filter((series) => series.includes("_bin_upper"));
    expect(await edges()).toHaveLength(18);
    expect(await edges(DEFAULTS)).toEqual([]);
  });

  it("holds its bounds with 10,000 class names, and counts what was folded from the next scrape on", async () => {
    const classes = names("class", 10_000);
    const exposition = new Exposition(OPTIONS);
    const scrape = busyScrape({ ...USUAL, classes });
    const first = parse((await exposition.render(scrape, "")).body);
    const second = parse((await exposition.render(scrape, "")).body);
    const folded = 'vision_series_folded_total{metric="vision_predictions_total"}';
    expect([first.get(folded), second.get(folded)]).toEqual([0, 9950]);
    expect(second.size).toBeLessThanOrEqual(OPTIONS.maxSeries);
    const predictions = [...second].filter(([series]) => series.startsWith("vision_predictions_total"));
    expect(predictions).toHaveLength(51);
    const sum = [...scrape.counters.predictions.values()].reduce((a, b) => a + b);
    expect(predictions.reduce((total, [, value]) => total + value, 0)).toBe(sum);
  });

  it("leaves out the least important series when all of them are too many", async () => {
    const options = { ...OPTIONS, maxSeries: 400 };
    const exposition = new Exposition(options);
    await exposition.render(busyScrape(USUAL), "");
    const found = parse((await exposition.render(busyScrape(USUAL), "")).body);
    expect(found.size).toBeLessThanOrEqual(400);
    expect(found.has('vision_window_verdict{model="land-cover",window="1h",verdict="drifting"}')).toBe(true);
    expect(found.get('vision_series_folded_total{metric="vision_embedding_component_squares_total"}')).toBe(16);
    expect([...found.keys()].some((series) => series.startsWith("process_"))).toBe(true);
  });

  // Measured about 5 ms for 1,300 series; the bound leaves room for a busy machine.
  it("costs at most 25 ms of CPU", async () => {
    const exposition = new Exposition(OPTIONS);
    const scrape = busyScrape(USUAL);
    for (let round = 0; round < 20; round++) await exposition.render(scrape, "");
    const before = process.cpuUsage();
    for (let round = 0; round < 20; round++) await exposition.render(scrape, "");
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 20 / 1000).toBeLessThan(25);
  });
});
