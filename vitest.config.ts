import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = {
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "test/unit/**/*.test.ts",
            "test/properties/**/*.test.ts",
            "test/contracts/**/*.test.ts",
            "test/golden/**/*.test.ts",
            "test/architecture.test.ts",
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["src/**"],
      reporter: [["text", { skipFull: true }], "json-summary"],
      reportOnFailure: true,
      // The commands and the wiring of the analyser run as processes of their own, in test/e2e, where they are not counted.
      thresholds: {
        lines: 88,
        "src/{core,math,sketch,profile,performance}/**": { lines: 98 },
        "src/{config,drift,embedding,explain,http,image,intake,metrics,monitor,state,tap}/**": { lines: 95 },
      },
    },
  },
};

export default config;
