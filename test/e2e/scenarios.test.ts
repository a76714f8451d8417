import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import { alarmWithin, correctedFollows } from "../../demo/expectations.ts";
import type { Imagery } from "../../demo/imagery.ts";
import { play } from "../../demo/play.ts";
import type { Expectation, JudgedResult, Scenario } from "../../demo/scenario.ts";
import { SCENARIOS, scenarioNamed } from "../../demo/scenarios.ts";
import { Stage } from "../../demo/stage.ts";
import { renderTable } from "../../demo/table.ts";
import { paintImagery } from "./fixtures/painted-imagery.ts";
import { cli, ROOT } from "./fixtures/program.ts";

/** Windows are counted in images, so that a slow machine takes longer and sees the same. */
const REQUESTS_PER_SECOND = 24;
const PHASE_SECONDS = 5;
const WINDOW = { name: "last", images: 80 };
const SEED = 7;

interface Hurry {
  /** Names of those that are played; all when it is left out. */
  readonly phases?: readonly string[];
  /** Of the phases that differ from PHASE_SECONDS. */
  readonly seconds?: Readonly<Record<string, number>>;
  readonly windows?: readonly object[];
  /** What painted pictures or so few of them cannot show. */
  readonly without?: readonly Expectation[];
  /** Of phases of which so short a window shows less. */
  readonly expected?: Readonly<Record<string, readonly Expectation[]>>;
}

let imagery: Imagery;
let cacheDirectory: string;

/** Plays the same story faster, on painted pictures. Throws the table when something did not come out as it must. */
async function playFast(
  name: string,
  { phases, seconds = {}, windows = [WINDOW], without = [], expected = {} }: Hurry,
): Promise<JudgedResult[]> {
  const shipped = scenarioNamed(name);
  const scenario: Scenario = {
    ...shipped,
    requestsPerSecond: REQUESTS_PER_SECOND,
    phases: shipped.phases
      .filter((phase) => phases?.includes(phase.name) ?? true)
      .map((phase) => ({
        ...phase,
        seconds: seconds[phase.name] ?? PHASE_SECONDS,
        expected: expected[phase.name] ?? phase.expected.filter((expectation) => !without.includes(expectation)),
      })),
  };
  const [model, tap, metrics, api, page] = (await freePorts(5)) as [number, number, number, number, number];
  const stage = new Stage(scenario, {
    root: ROOT,
    cacheDirectory,
    imagery,
    deal: { trainingPerClass: 30, reference: 240 },
    ports: { model, tap, metrics, api, page },
    seed: SEED,
    verbose: false,
    settings: {
      windows,
      sampling: { imagesRatio: 1, imagesPerSecond: 1000 },
      image: { queueLength: 1000 },
      chunk: { duration: "1s", images: 10 },
      drift: { assessEvery: "1s" },
    },
  });
  try {
    await stage.set();
    const results = await play(
      scenario,
      stage,
      () => false,
      () => {},
    );
    expect(stage.traffic.failures).toBe(0);
    if (results.some(({ faults }) => faults.length > 0)) throw new Error(renderTable(scenario.columns, results));
    return results;
  } finally {
    await stage.strike();
  }
}

beforeAll(() => {
  imagery = paintImagery(SEED);
  cacheDirectory = mkdtempSync(join(tmpdir(), "scenarios-"));
});

afterAll(() => rmSync(cacheDirectory, { recursive: true }));

/** For a machine that is busy with other things: a scenario takes half a minute. */
const TIMEOUT_MS = 300_000;

describe("the demo's scenarios", { timeout: TIMEOUT_MS }, () => {
  it("satellite: names the fog, follows the accuracy down, and is quiet before and after", async () => {
    expect(await playFast("satellite", { phases: ["normal", "fog", "normal again"] })).toHaveLength(3);
  });

  it("inspection: labels of the doubtful parts alone mislead, and the estimate from them is right in normal traffic", async () => {
    const results = await playFast("inspection", {
      phases: ["normal", "lens mists"],
      seconds: { normal: 10, "lens mists": 10 },
      windows: [{ name: "last", images: 200 }],
      without: [correctedFollows],
    });
    expect(correctedFollows(results[0] as JudgedResult, [])).toBeUndefined();
    for (const { window } of results) expect(window.labelCount / window.predictionCount).toBeLessThan(0.45);
  });

  it("sorting: late labels find their predictions after the sidecar was killed", async () => {
    const results = await playFast("sorting", { windows: [WINDOW, { name: "30d", duration: "30d" }] });
    expect(results.at(-1)?.window.labelCount).toBeGreaterThan(200);
  });

  it("video: the online alarm is quiet while frames look alike and speaks when the lens fogs", async () => {
    // How soon is asked by the shipped scenario, in `npm run demo`; a busy machine only has to speak before the fog is over.
    const fogSeconds = 60;
    const [, fog] = await playFast("video", {
      seconds: { quiet: 75, fog: fogSeconds },
      expected: { fog: [alarmWithin(fogSeconds)] },
    });
    expect(fog?.assessment.online?.stepImages).toBeGreaterThan(1);
  });
});

describe("the demo's command line", () => {
  const demo = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [join(ROOT, "dist", "demo", "main.js"), ...args], { encoding: "utf8" });

  it("lists the scenarios", () => {
    const { status, stdout } = demo("--list");
    expect(status).toBe(0);
    for (const { name, story } of SCENARIOS) expect(stdout).toMatch(new RegExp(`^${name} +${story}$`, "m"));
  });

  it("names the known scenarios when it is asked for another", () => {
    const { status, stderr } = demo("--scenario", "lidar");
    expect(status).toBe(1);
    expect(stderr).toContain(`"lidar"; known: ${SCENARIOS.map(({ name }) => name).join(", ")}`);
  });
});

describe("docs/scenarios.md", () => {
  const page = readFileSync(join(ROOT, "docs", "scenarios.md"), "utf8");

  it("has a command for every scenario", () => {
    for (const { name } of SCENARIOS.slice(1)) expect(page).toContain(`--scenario ${name}`);
  });

  it.each([...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml], index) => [index + 1, yaml as string] as const))(
    "shows a configuration that is accepted: number %i",
    (_, yaml) => {
      const file = join(cacheDirectory, "vision-exporter.yaml");
      writeFileSync(file, yaml);
      expect(cli(["config", "check", "--config", file]).stderr).toBe("");
    },
  );
});
