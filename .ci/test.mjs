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
const LINES_OF_FAILURE = 25;
const counts = { passed: 0, failed: 0 };
/** Said again at the end, where whoever sees only the last page of the output looks for them. */
const failures = [];

function fail(name, message) {
  failures.push(`${name}\n${message.split("\n").slice(0, LINES_OF_FAILURE).join("\n")}`);
}

function check(name, step) {
  const start = Date.now();
  say(`· ${name} …`);
  try {
    step();
    counts.passed += 1;
    say(`  ${name}: ok, ${((Date.now() - start) / 1000).toFixed(1)} s`);
  } catch (error) {
    counts.failed += 1;
    fail(name, error.message);
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
  const results = existsSync(report)
    ? JSON.parse(readFileSync(report, "utf8"))
    : { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  counts.passed += results.numPassedTests;
  counts.failed += results.numFailedTests;
  for (const file of results.testResults) {
    const failed = file.assertionResults.filter(({ status }) => status === "failed");
    for (const test of failed) fail(`${file.name}: ${test.fullName}`, test.failureMessages.join("\n"));
    if (file.status === "failed" && failed.length === 0) fail(file.name, file.message); // in a hook, or at its import
  }
  if (results.numPassedTests > 0 && (!failure || results.numFailedTests > 0)) return;
  counts.failed += 1;
  fail("tests", failure?.message ?? "no test ran");
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
for (const failure of failures) say(`FAILED: ${failure}`);
say(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
