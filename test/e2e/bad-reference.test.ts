import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { syntheticArtefact } from "../../bench/synthetic.ts";
import { defaultNetworkOptions } from "../../src/embedding/default-network.ts";
import { openOnnxEmbedder } from "../../src/embedding/onnx.ts";
import { encodeArtefact } from "../../src/reference/artefact.ts";
import { type Analyser, startAnalyser } from "./fixtures/analyser.ts";
import { paint, until } from "./fixtures/program.ts";

const FAULTS = ["that was made with another network", "in which a bit has changed", "that was cut"] as const;
const ID = /^vision_reference_info\{.*reference="(\w+)"/m;
const DRIFT = /^vision_(online_drift_|embedding_|window_\w*(distance|error|ratio_threshold|drifting\b))/m;
/** Counters stand at 0 from the start; what is measured does not. */
const SCORE = /^vision_(online_drift_ratio|online_drift_alarming|window_\w*(distance|_error|threshold)\w*)\{/m;
const CONFIG = (path: string): string =>
  `model: { name: colours, classes: [a, b] }\nreference: { path: ${path} }\ndrift: { assessEvery: 1s }\nsampling: { imagesRatio: 1 }`;

let folder: string;
let good: Uint8Array;
let bad: Readonly<Record<(typeof FAULTS)[number], Uint8Array>>;
let analyser: Analyser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bad-reference-"));
  const embedder = await openOnnxEmbedder(defaultNetworkOptions());
  const artefact = syntheticArtefact(200, { classes: ["a", "b"], dimensions: embedder.dimensions }, 1);
  good = encodeArtefact({ ...artefact, recipe: { ...artefact.recipe, embedderId: embedder.id } });
  await embedder.close();
  const flipped = Uint8Array.from(good);
  flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] as number) ^ 1;
  bad = {
    "that was made with another network": encodeArtefact(artefact),
    "in which a bit has changed": flipped,
    "that was cut": good.subarray(0, good.length >> 1),
  };
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => analyser.stop());

/** Scrapes are cached for a second; one that was rendered anew differs in the processor time of the process. */
async function freshScrape(): Promise<string> {
  const known = await analyser.scrape();
  return until(async () => {
    const scrape = await analyser.scrape();
    return scrape !== known && scrape;
  });
}

describe("a reload with a reference file", () => {
  it("keeps the one before, says so to the sender and in a metric, until the file is good again", async () => {
    const path = join(folder, "reloaded.vxref");
    writeFileSync(path, good);
    analyser = await startAnalyser(CONFIG(path));
    const id = ID.exec(await freshScrape())?.[1];
    expect(id, analyser.child.said()).toBeDefined();
    const reload = (): Promise<Response> => fetch(`${analyser.metrics}/-/reload`, { method: "POST" });
    for (const fault of FAULTS) {
      writeFileSync(path, bad[fault]);
      const refused = await reload();
      expect(refused.status, fault).toBe(500);
      expect(((await refused.json()) as { code: string }).code).toMatch(/^REFERENCE_(UNREADABLE|MISMATCH)$/);
      const scrape = await freshScrape();
      expect(scrape).toMatch(/^vision_config_last_reload_successful 0$/m);
      expect(scrape).toMatch(/^vision_reference_loaded\{.*\} 1$/m);
      expect(ID.exec(scrape)?.[1]).toBe(id);
      expect(scrape).toMatch(DRIFT);
    }
    writeFileSync(path, good);
    expect((await reload()).status).toBe(200);
    await until(async () => /^vision_config_last_reload_successful 1$/m.test(await freshScrape()));
  });
});

describe("a start with a good reference file and a network that cannot be used", () => {
  it("has no score of drift, and joins labels all the same", async () => {
    const path = join(folder, "good.vxref");
    writeFileSync(path, good);
    const network = join(folder, "broken.onnx");
    writeFileSync(network, "no network");
    analyser = await startAnalyser(`${CONFIG(path)}\nembedding: { path: ${network} }`);
    const observed = await analyser.observe(await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => paint(0, seed))), "a");
    const { items } = (await observed.json()) as { items: readonly { id: string }[] };
    const labels = items.map(({ id }) => ({ id, label: "a" }));
    const headers = { "content-type": "application/json" };
    await fetch(`${analyser.api}/v1/labels`, { method: "POST", headers, body: JSON.stringify(labels) });
    const scrape = await freshScrape();
    expect(scrape).toMatch(/^vision_embedder_up\{.*\} 0$/m);
    expect(scrape).toMatch(/^vision_labelled_predictions_total\{.*\} 6$/m);
    expect(scrape).not.toMatch(SCORE);
  });
});

describe("a start with a reference file", () => {
  it.each(FAULTS)("%s goes without: no score of drift at all, and the page says why", async (fault) => {
    const path = join(folder, "started.vxref");
    writeFileSync(path, bad[fault]);
    analyser = await startAnalyser(CONFIG(path));
    await analyser.observe(await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => paint(0, seed))), "a");
    await until(async () => /^vision_images_analysed_total\{.*\} 6$/m.test(await freshScrape()));
    const scrape = await freshScrape();
    expect(scrape).toMatch(/^vision_reference_loaded\{.*\} 0$/m);
    expect(scrape).not.toMatch(DRIFT);
    expect(readFileSync(path)).toEqual(Buffer.from(bad[fault]));
    const page = await (await fetch(analyser.page)).text();
    expect(page).toContain("Cannot be used");
    expect(page).toContain(path);
  });
});
