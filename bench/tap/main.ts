// `npm run bench:tap [-- --quick]`: what the tap adds to a request, beside what else forwards HTTP, all in one run; about 9 minutes.
// `--quick` measures a tenth as long and writes nothing to docs/benchmarks.md.
import { machine } from "../machine.ts";
import { writeSection } from "../section.ts";
import { compare, type Effort } from "./comparison.ts";
import { toMarkdown } from "./report.ts";

const COMPLETE: Effort = {
  paired: { warmUpRounds: 3000, rounds: 3000 },
  openLoop: { repeats: 9, perSecond: 100, seconds: 4 },
  closedLoop: { repeats: 5, connections: 8, seconds: 1.5 },
  saturation: { repeats: 5, perSecond: 200, seconds: 4 },
};
const QUICK: Effort = {
  paired: { warmUpRounds: 500, rounds: 500 },
  openLoop: { repeats: 2, perSecond: 100, seconds: 1 },
  closedLoop: { repeats: 2, connections: 8, seconds: 0.5 },
  saturation: { repeats: 2, perSecond: 200, seconds: 2 },
};

const quick = process.argv.includes("--quick");
const comparison = await compare(quick ? QUICK : COMPLETE, (what) => process.stdout.write(`· ${what} …\n`));
const text = [`Machine: ${machine()}.`, toMarkdown(comparison)].join("\n\n");
if (!quick) writeSection("docs/benchmarks.md", "npm run bench:tap", text);
process.stdout.write(`${text}\n`);
