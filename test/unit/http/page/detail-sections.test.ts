import { describe, expect, it } from "vitest";
import type { Html } from "../../../../src/http/html.ts";
import { classesSection } from "../../../../src/http/page/classes.ts";
import { gallerySection } from "../../../../src/http/page/gallery.ts";
import { healthSection } from "../../../../src/http/page/health.ts";
import { signalsSection } from "../../../../src/http/page/signals.ts";
import { statisticsSection } from "../../../../src/http/page/statistics.ts";
import { assessmentOf, exemplarOf, windowOf } from "../literals.ts";
import { count, signal, text } from "./reading.ts";

describe("the gallery", () => {
  const gallery = (drifting: ReturnType<typeof exemplarOf>[]): Html =>
    gallerySection(assessmentOf({ exemplars: { drifting, typical: [], unsure: [] } }), windowOf({ driftingImages: 7 }));

  it("says when nothing drifts", () => {
    expect(text(gallery([]))).toContain("No image has been judged drifting");
    expect(text(gallery([]))).toContain("7 of 100 judged drifting in this window, 1 expected without drift");
  });

  it("shows a live image beside the nearest reference images, and why", () => {
    const markup = gallery([exemplarOf({ nearestReference: ["r1", "r2", "r3", "r4"] })]);
    const sources = [...String(markup).matchAll(/src="([^"]+)"/g)].map((match) => match[1]);
    expect(sources).toEqual([
      "/gallery/live/images/l1",
      "/gallery/reference/images/r1",
      "/gallery/reference/images/r2",
      "/gallery/reference/images/r3",
    ]);
    expect(text(markup)).toContain("sharpness 12, reference 40 to 900");
    expect(text(markup)).toContain("water 90 %");
  });

  it("folds what is beyond two rows", () => {
    const many = Array.from({ length: 20 }, (_, index) => exemplarOf({ key: `l${index}` }));
    expect(text(gallery(many))).toContain("14 more");
    expect(count(gallery(many), /<li class="card" /g)).toBe(20);
  });

  it("without thumbnails says how to enable them and still gives the reasons", () => {
    const markup = gallery([exemplarOf({ hasThumbnail: false })]);
    expect(String(markup)).not.toContain("<img");
    expect(text(markup)).toContain("gallery.enabled: true");
    expect(text(markup)).toContain("sharpness 12");
  });
});

describe("image statistics", () => {
  const summary = (name: string, live: number[], outsideRatio = 0.01) => ({
    name,
    unit: "px",
    reference: [1, 2, 3, 4, 5],
    live,
    outsideRatio,
  });

  it("say when there are none", () => {
    expect(text(statisticsSection(windowOf()))).toContain("No images in this window");
    const statistics = [summary("contrast", [])];
    expect(text(statisticsSection(windowOf({ statistics, imageCount: 0 })))).toContain("No images in this window");
  });

  it("come with the most drifting first, marked in words", () => {
    const statistics = [summary("contrast", [1, 2, 3, 4, 5]), summary("file_size", [6, 7, 8, 9, 10], 0.9)];
    const said = text(
      statisticsSection(windowOf({ statistics, signals: [signal("contrast", 0.2), signal("file_size", 7)] })),
    );
    expect(said.indexOf("file size")).toBeLessThan(said.indexOf("contrast"));
    expect(said).toContain("3 → 8 90 % outside drifting 7.0× threshold");
  });

  it.each([
    ["none", []],
    ["one value", [4, 4, 4, 4, 4]],
    ["no numbers", Array(5).fill(Number.NaN)],
  ])("survive %s", (_what, live) => {
    expect(String(statisticsSection(windowOf({ statistics: [summary("noise", live)] })))).not.toMatch(/NaN|Infinity/);
  });
});

describe("the classes", () => {
  const named = (name: string, changes = {}) => ({
    name,
    referenceRatio: 0.5,
    liveRatio: 0.5,
    predictions: 10,
    ...changes,
  });

  it("say what to do without predictions and without labels", () => {
    const said = text(classesSection(windowOf()));
    expect(said).toContain("No predictions in this window");
    expect(said).toContain("curl http://HOST:9436/v1/labels");
  });

  it("compare reference and live, in the model's own order", () => {
    const said = text(classesSection(windowOf({ classes: [named("water"), named("desert", { liveRatio: 0.25 })] })));
    expect(said).toContain("water 50.0 % 50.0 % 10 desert 50.0 % 25.0 % 10");
  });

  it("show the estimated share of the true classes beside that of the reference", () => {
    const classes = [named("water", { estimatedRatio: 0.39, referenceTrueRatio: 0.24 }), named("desert")];
    expect(text(classesSection(windowOf({ classes })))).toContain(
      "True, est. n water 50.0 % 50.0 % 39.0 % ref. 24.0 % 10 desert 50.0 % 50.0 % – 10",
    );
  });

  it("say why there is no such share", () => {
    const said = (trusted: boolean): string => {
      const estimates = [{ estimator: "label_fit_transport", accuracy: { value: 0.5, sampleCount: 9 }, trusted }];
      return text(classesSection(windowOf({ classes: [named("water")], estimates })));
    };
    expect(said(false)).toContain("not estimated: new content");
    expect(said(true)).toContain("not estimated: too few images, or no mix");
    expect(text(classesSection(windowOf({ classes: [named("water")] })))).not.toContain("not estimated");
  });

  it("fold a thousand classes, the largest movers first", () => {
    const classes = Array.from({ length: 1000 }, (_, k) => named(`class ${k}`, { liveRatio: k === 777 ? 0.9 : 0.5 }));
    const markup = classesSection(windowOf({ classes }));
    expect(text(markup)).toMatch(/n class 777 /);
    expect(text(markup)).toContain("984 more classes");
    expect(count(markup, /<th scope="row">/g)).toBe(216);
  });

  it("show precision, recall and confusion once there are labels", () => {
    const score = { value: 0.8, lower: 0.7, upper: 0.9, sampleCount: 12 };
    const referenceRecall = { value: 0.93, sampleCount: 100 };
    const classes = [
      named("water", { precision: score, recall: score, referenceRecall, f1Ratio: 0.8 }),
      named("desert"),
    ];
    const realised = {
      accuracy: score,
      estimatedOnLabelled: score,
      confusion: [{ trueClass: "water", predictedClass: "other", count: 12 }],
    };
    const said = text(classesSection(windowOf({ classes, realised })));
    expect(said).toContain("water 80.0 % 70.0 to 90.0 % 80.0 % 70.0 to 90.0 % ref. 93.0 %");
    expect(said).toContain("1 water · · 12");
  });

  it("leave out a confusion table of more than 12 classes", () => {
    const score = { value: 0.8, sampleCount: 12 };
    const classes = Array.from({ length: 13 }, (_, k) => named(`class ${k}`, { recall: score }));
    const confusion = [{ trueClass: "class 1", predictedClass: "class 2", count: 1 }];
    const realised = { accuracy: score, estimatedOnLabelled: score, confusion };
    expect(text(classesSection(windowOf({ classes, realised })))).not.toContain("Confusion");
  });
});

describe("the signals", () => {
  it("say when there are none", () => {
    expect(text(signalsSection(windowOf()))).toContain("No detector has had enough images");
  });

  it("come with the worst first, with p and n", () => {
    const said = text(signalsSection(windowOf({ signals: [signal("contrast", 0.5), signal("class:water", 4)] })));
    expect(said).toContain("kolmogorov smirnov class water 0.4 0.1 4.0× 1×10⁻⁴ 50 drifting");
    expect(said.indexOf("class water")).toBeLessThan(said.indexOf("contrast"));
  });

  it("fold what is beyond fifteen, and show a dash without a threshold", () => {
    const bare = { ...signal("all", 0), score: { value: 1, sampleCount: 3 } };
    const said = text(signalsSection(windowOf({ signals: [...Array(20).fill(signal("x", 0.1)), bare] })));
    expect(said).toContain("6 more");
    expect(said).toContain("all images 1 – –");
  });
});

describe("health", () => {
  it("says that nothing has been counted", () => {
    expect(text(healthSection([]))).toContain("Nothing has been counted yet");
  });

  it("groups what the application reports, and marks what is wrong in words", () => {
    const said = text(
      healthSection([
        { label: "queue", value: "full", state: "critical" },
        { label: "seen", value: "9", state: "ok", group: "Images" },
        { label: "dropped: decode failed", value: "7", state: "warning", group: "Images" },
      ]),
    );
    expect(said).toMatch(/Pipeline queue critical: full Images seen 9 dropped: decode failed warning: 7/);
  });
});
