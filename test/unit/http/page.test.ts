import { describe, expect, it } from "vitest";
import type { Assessment } from "../../../src/core/assessment.ts";
import { seededRandom } from "../../../src/core/random.ts";
import { renderPage } from "../../../src/http/page.ts";
import { parseLabels } from "../../../src/intake/labels.ts";
import { parseObservations } from "../../../src/intake/observations.ts";
import { assessmentOf, exemplarOf, NOW, windowOf } from "./literals.ts";

const page = (changes: Partial<Assessment> = {}): string =>
  String(renderPage({ assessment: assessmentOf(changes), health: [], refreshSeconds: 30, styleVersion: "1" }));

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

/** Wherever a string of the traffic, the model or the configuration can appear. */
const HOSTILE = `"'><img src=x onerror=alert(1)><!--`;

function hostile(): Partial<Assessment> {
  const score = { value: 0.5, lower: 0.4, upper: 0.6, threshold: 0.1, sampleCount: 9 };
  return {
    model: HOSTILE,
    modelVersion: HOSTILE,
    reference: { loaded: true, id: HOSTILE, images: 1, createdSeconds: NOW },
    exemplars: {
      drifting: [
        exemplarOf({
          key: HOSTILE,
          id: HOSTILE,
          predictedClass: HOSTILE,
          reason: HOSTILE,
          nearestReference: [HOSTILE],
        }),
      ],
      typical: [exemplarOf({ id: HOSTILE, hasThumbnail: false })],
      unsure: [],
    },
    history: [0, 1, 2].map((index) => ({
      timeSeconds: NOW + index,
      window: HOSTILE,
      verdict: "drifting",
      imageCount: 1,
      driftRatios: { [HOSTILE]: 2 },
    })),
    windows: [
      windowOf({
        window: HOSTILE,
        verdict: "drifting",
        endSeconds: NOW,
        sentence: HOSTILE,
        causes: [{ kind: "statistic", subject: HOSTILE, sentence: HOSTILE, shareRatio: 0.5 }],
        signals: [{ detector: HOSTILE, subject: HOSTILE, score, pValue: 0, drifting: true }],
        statistics: [
          { name: HOSTILE, unit: HOSTILE, reference: [1, 2, 3, 4, 5], live: [1, 2, 3, 4, 5], outsideRatio: 0 },
        ],
        classes: [
          { name: HOSTILE, referenceRatio: 0.5, liveRatio: 0.5, predictions: 1, precision: score, recall: score },
        ],
        estimates: [1, 2].map(() => ({ estimator: HOSTILE, accuracy: score, trusted: true })),
        realised: {
          accuracy: score,
          estimatedOnLabelled: score,
          confusion: [{ trueClass: HOSTILE, predictedClass: HOSTILE, count: 1 }],
        },
      }),
    ],
  };
}

describe("the page", () => {
  it("carries no markup of hostile names, ids and reasons", () => {
    const markup = page(hostile());
    expect(markup).not.toContain("<img src=x");
    expect(markup).not.toContain("<!--");
    expect(markup.match(/&lt;img src=x onerror=alert\(1\)&gt;/g)?.length).toBeGreaterThan(15);
    const attributes = markup.replace(/="[^"]*"/g, "").match(/<[a-z][^>]*>/gi) ?? [];
    expect(attributes.filter((tag) => /onerror|=/.test(tag))).toEqual([]);
  });

  it("names verdict and model in the title of the tab", () => {
    expect(page()).toContain("<title>OK · tiles</title>");
  });

  it("tells a new user to build a reference, and still counts classes", () => {
    const none = { loaded: false, id: "", images: 0, createdSeconds: Number.NaN };
    const markup = page({ reference: none, windows: [windowOf({ predictionCount: 5, verdict: "not_enough_data" })] });
    expect(markup).toContain("No reference yet");
    expect(markup).toContain("vision-exporter reference build");
    expect(markup).toContain('id="classes"');
    expect(page({ reference: none, windows: [] })).not.toContain('id="classes"');
  });

  it("tells how traffic comes in when there has been none", () => {
    expect(page({ windows: [] })).toContain("No traffic yet");
    expect(page({ windows: [windowOf({ predictionCount: 0, imageCount: 0 })] })).toContain("No traffic yet");
  });

  it("shows examples of requests that intake understands", async () => {
    const shown = [page(), page({ windows: [] })].join("").replaceAll("&quot;", '"').replaceAll("&#39;", "'");
    const label = /-d '(.+?)'/.exec(shown)?.[1] ?? "";
    expect(parseLabels("application/json", Buffer.from(label))).toEqual([
      { item: { id: "REQUEST-ID", label: "CLASS" } },
    ]);
    const form = new FormData();
    form.set("image", new Blob([PNG]), "tile.png");
    form.set("about", /-F 'about=(.+?)'/.exec(shown)?.[1] ?? "");
    const sent = new Response(form);
    const [observation] = await parseObservations(
      sent.headers.get("content-type") ?? "",
      new Uint8Array(await sent.arrayBuffer()),
      { maxBodyBytes: 1e6, maxItems: 10, nowSeconds: NOW, random: seededRandom(1) },
    );
    expect(observation).toMatchObject({
      item: { ids: ["tile-1"], image: { kind: "encoded" }, prediction: { kind: "ranked" } },
    });
  });

  it("has one section for every link of its contents", () => {
    const markup = page();
    const targets = [...markup.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    expect(targets).toHaveLength(6);
    for (const target of targets) expect(markup.split(`id="${target}"`)).toHaveLength(2);
  });
});
