// `npm run bench`: every benchmark once, beside its peer in the same run, written to docs/benchmarks.md.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { benchFeatures, toMarkdown as featuresMarkdown } from "./features.ts";
import { benchMonitor, toMarkdown as monitorMarkdown } from "./monitor.ts";
import { benchStore, toMarkdown as storeMarkdown } from "./store.ts";
import { benchTap, toMarkdown as tapMarkdown } from "./tap.ts";

const PAGE = "docs/benchmarks.md";
const START = "<!-- start: npm run bench -->";
const END = "<!-- end: npm run bench -->";

function machine(): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model}, Node.js ${process.versions.node}, commit ${commit}`;
}

const images = Number(process.argv[2] ?? 4000);
process.stdout.write("· image to features …\n");
const features = featuresMarkdown(await benchFeatures(images));
process.stdout.write("· record, assess, scrape …\n");
const monitor = monitorMarkdown(await benchMonitor());
process.stdout.write("· predictions to disk …\n");
const store = storeMarkdown(await benchStore());
process.stdout.write("· tap beside Envoy …\n");
const tap = tapMarkdown(await benchTap());
const text = [
  `Machine: ${machine()}.`,
  "### Image to features",
  features,
  "### Record, assess, scrape",
  monitor,
  "### Predictions to disk",
  store,
  "### Forwarding",
  tap,
];
const page = readFileSync(PAGE, "utf8");
const [before] = page.split(START);
const [, after] = page.split(END);
writeFileSync(PAGE, `${before}${START}\n\n${text.join("\n\n")}\n\n${END}${after}`);
process.stdout.write(`${text.join("\n\n")}\n`);
