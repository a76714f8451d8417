// `npm run bench`: every benchmark once, beside its peer in the same run, written to docs/benchmarks.md.
import { benchFeatures, toMarkdown as featuresMarkdown } from "./features.ts";
import { machine } from "./machine.ts";
import { benchMonitor, toMarkdown as monitorMarkdown } from "./monitor.ts";
import { writeSection } from "./section.ts";
import { benchSharedLabels, toMarkdown as sharedLabelsMarkdown } from "./shared-labels.ts";
import { benchStore, toMarkdown as storeMarkdown } from "./store.ts";
import { benchMillion, toMarkdown as millionMarkdown } from "./store-million.ts";
import { benchForwarding } from "./tap/forwarding.ts";

const images = Number(process.argv[2] ?? 4000);
process.stdout.write("· image to features …\n");
const features = featuresMarkdown(await benchFeatures(images));
process.stdout.write("· record, assess, scrape …\n");
const monitor = monitorMarkdown(await benchMonitor());
process.stdout.write("· predictions to disk …\n");
const store = storeMarkdown(await benchStore());
process.stdout.write("· labels in a shared table …\n");
const sharedLabels = sharedLabelsMarkdown(await benchSharedLabels());
process.stdout.write("· a million predictions …\n");
const million = millionMarkdown(await benchMillion());
process.stdout.write("· tap beside Envoy …\n");
const tap = await benchForwarding();
const text = [
  `Machine: ${machine()}.`,
  "### Image to features",
  features,
  "### Record, assess, scrape",
  monitor,
  "### Predictions to disk",
  store,
  "### Labels in a shared table",
  sharedLabels,
  million,
  "### Forwarding",
  tap,
];
writeSection("docs/benchmarks.md", "npm run bench", text.join("\n\n"));
process.stdout.write(`${text.join("\n\n")}\n`);
