import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningServers } from "../../src/http/listen.ts";
import { applicationOf, serve } from "./fixtures/page-application.ts";
import { type Look, measure, screenshot } from "./fixtures/page-browser.ts";
import { SCENARIOS, type Scenario } from "./fixtures/page-scenarios.ts";

/** What an engineer must be able to read without scrolling, per scenario. */
const SAID: Readonly<Record<Scenario, readonly string[]>> = {
  ok: ["OK", "as accurate as it was proven to be", "94.3 %"],
  fog: ["Drifting", "since 01:22 UTC (1 h 50 min)", "Images are blurred: median sharpness 62, reference 381.", "6.8×"],
  "new-content": [
    "New content",
    "138 images lie where no reference image is near",
    "not to be trusted",
    "estimate withheld",
  ],
  "class-mix": ["Drifting", '"desert" is predicted for 44.8 %', "9.6×"],
  "below-floor": ["Accuracy below floor", "Images are dark", "surely below the floor of 85 %"],
  "no-labels": ["OK", "no labels yet", "POST /v1/labels"],
  extremes: ["Accuracy below floor", "900× detector 0"],
  "no-traffic": ["No traffic yet", "2,000 images"],
  "no-reference": ["No reference yet", "vision-exporter reference build"],
};

const LOOKS: readonly Look[] = [
  { width: 1280, dark: false },
  { width: 390, dark: false },
];

/** Set it to keep the pictures. */
const kept = process.env["PAGE_SCREENSHOTS"];

describe.skipIf(!existsSync("/usr/bin/chromium"))("the page in a browser", () => {
  let folder: string;
  beforeAll(async () => {
    folder = kept ?? (await mkdtemp(join(tmpdir(), "page-screenshots-")));
    await mkdir(folder, { recursive: true });
  });
  afterAll(async () => {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  });

  describe.each(SCENARIOS)("for %s", (scenario) => {
    let running: RunningServers;
    let origin: string;
    beforeAll(async () => {
      running = await serve(await applicationOf(scenario));
      origin = `http://127.0.0.1:${running.addresses.page?.port}`;
    });
    afterAll(() => running.close(0));

    it.each(LOOKS)("fits $width px, says what matters and shows its pictures", async (look) => {
      const { text, scrollWidth, outside, brokenImages } = await measure(origin, look);
      for (const said of SAID[scenario]) expect(text.replace(/\s+/g, " ")).toContain(said);
      expect(scrollWidth).toBeLessThanOrEqual(look.width);
      expect(outside).toEqual([]);
      expect(brokenImages).toBe(0);
    });

    it.runIf(kept !== undefined || scenario === "fog").each([false, true])(
      "follows the reader's colour scheme (dark: %s)",
      async (dark) => {
        for (const width of [1280, 390] as const) {
          const file = join(folder, `${scenario}-${width}-${dark ? "dark" : "light"}.png`);
          await screenshot(origin, { width, dark }, file);
          const corner = await sharp(file).extract({ left: 2, top: 2, width: 4, height: 4 }).stats();
          expect(corner.channels[0]?.mean).toSatisfy((level: number) => (dark ? level < 60 : level > 200));
        }
      },
    );
  });
});
