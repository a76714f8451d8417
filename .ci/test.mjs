// `npm test`: installs what the tests need, runs every check, and ends with 'N passed, N failed'.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, installDebianPackages, installPackages, root, run, say } from "./bootstrap.mjs";

// Without a font Chromium draws boxes, and the page tests measure text.
const DEBIAN = {
  prometheus: ["prometheus"],
  promtool: ["prometheus"],
  amtool: ["prometheus-alertmanager"],
  chromium: ["chromium", "fonts-dejavu-core", "fonts-liberation"],
  unzip: ["unzip"],
  pip3: ["python3-pip"],
  "redis-server": ["redis-server"],
  nginx: ["nginx-light"],
  openssl: ["openssl"],
  chrt: ["util-linux"],
  curl: ["curl"],
  go: ["golang-go"],
  python3: ["python3"],
};
const bin = (name) => join("node_modules", ".bin", name);
const counts = { passed: 0, failed: 0 };

function check(name, step) {
  const start = Date.now();
  say(`· ${name} …`);
  try {
    step();
    counts.passed += 1;
    say(`  ${name}: ok, ${((Date.now() - start) / 1000).toFixed(1)} s`);
  } catch (error) {
    counts.failed += 1;
    say(`  ${name}: FAILED\n${error.message}`);
  }
}

/** Counts its tests one by one; a failure without a failed test (a coverage threshold, a crash) counts as one more. */
function runTests() {
  const report = join(root, "coverage", "tests.json");
  rmSync(report, { force: true });
  say("· tests …");
  let failure;
  try {
    run(bin("vitest"), ["run", "--coverage", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
  } catch (error) {
    failure = error;
  }
  const { numPassedTests, numFailedTests } = existsSync(report)
    ? JSON.parse(readFileSync(report, "utf8"))
    : { numPassedTests: 0, numFailedTests: 0 };
  counts.passed += numPassedTests;
  counts.failed += numFailedTests;
  if (numPassedTests > 0 && (!failure || numFailedTests > 0)) return;
  counts.failed += 1;
  say(`  tests: FAILED\n${failure?.message ?? "no test ran"}`);
}

installPackages();
installDebianPackages(DEBIAN);
check("lint and format", () =>
  run(bin("biome"), ["ci", "--error-on-warnings", "."], { remedy: "run: npm run format" }),
);
check("types", () => run(bin("tsc"), ["--noEmit", "-p", "."]));
check("build", build);
runTests();
check("chart", () => run("node", [join("charts", "check.mjs")], { quiet: true, remedy: "run: node charts/check.mjs" }));
check("unused code and packages", () => run(bin("knip"), [], { remedy: "delete what is named above" }));
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
