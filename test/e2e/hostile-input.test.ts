import { describe, expect, it } from "vitest";
import { fuzzHttp } from "../../bench/fuzz/http-streams.ts";
import { fuzzImages } from "../../bench/fuzz/images.ts";

const SEED = 20261124;

describe("damaged input at real processes", () => {
  it("never ends, holds up or swells the process that decodes it: 10,000 images of six formats", async () => {
    const { runs, crashes, stuck, note } = await fuzzImages({ seed: SEED, runs: 10_000 });
    expect({ crashes, stuck, note }).toEqual({ crashes: 0, stuck: 0, note });
    expect(runs).toBeGreaterThanOrEqual(10_000);
    expect(note).toMatch(/decoded \d{2}/);
  });

  it("leaves the three servers answering and nothing open: 5,000 streams of bytes", async () => {
    const { runs, crashes, stuck, note } = await fuzzHttp({ seed: SEED, runs: 5_000 });
    expect({ crashes, stuck, note }).toEqual({ crashes: 0, stuck: 0, note });
    expect(runs).toBe(5_000);
  });
});
