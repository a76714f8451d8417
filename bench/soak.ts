/**
 * A day's traffic in half an hour against the real analyser: does it hold more at the end than when it was warm? Every minute its garbage is collected
 * and what it holds is taken down; a line is fitted through that, by predictions. Ends with exit code 1 when memory grows for certain, when the
 * line says too little, when handles or series grow, or when the analyser ends or falls behind. The table is written to docs/reliability.md.
 * Run: npm run soak [-- --minutes 30 --predictions 2000000 --images 100000]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { machine } from "./machine.ts";
import { writeSection } from "./section.ts";
import { paintLive } from "./soak/pictures.ts";
import { judge, type Look, type SoakPlan, toMarkdown } from "./soak/report.ts";
import { Subject } from "./soak/subject.ts";
import { Traffic } from "./soak/traffic.ts";

const SCRAPE_SECONDS = 15;
/** Whoever is this many times slower than planned has fallen behind. */
const PATIENCE = 3;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    predictions: { type: "string", default: "2000000" },
    images: { type: "string", default: "100000" },
  },
});
const plan: SoakPlan = {
  minutes: Number(values.minutes),
  predictions: Number(values.predictions),
  images: Number(values.images),
  lookSeconds: Math.min(60, Math.round(2 * Number(values.minutes))),
};
const folder = mkdtempSync(join(tmpdir(), "vision-soak-"));
try {
  process.exitCode = await soak();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function soak(): Promise<number> {
  process.stdout.write("· reference, start …\n");
  const subject = await Subject.start(folder);
  const traffic = new Traffic({ apiPort: subject.apiPort, linkPath: subject.linkPath, pictures: await paintLive() });
  try {
    const looks = await push(subject, traffic);
    const { sent } = traffic;
    await traffic.close();
    const exitCode = await subject.stop();
    const faults = judge(looks, plan, sent.predictions, exitCode);
    const text = [`Machine: ${machine()}.`, toMarkdown(looks, plan, sent), ...faults.map((fault) => `**${fault}**`)];
    if (values.predictions === "2000000") writeSection("docs/reliability.md", "npm run soak", text.join("\n\n"));
    process.stdout.write(`${text.join("\n\n")}\n`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await traffic.close();
    if ((await subject.stop()) !== 0) process.stderr.write(`${subject.said}\n`);
  }
}

/** One second's share at a time; what is late is sent without a pause. */
async function push(subject: Subject, traffic: Traffic): Promise<readonly Look[]> {
  const seconds = Math.round(60 * plan.minutes);
  const start = performance.now();
  const looks: Look[] = [];
  for (let second = 0; second < seconds && subject.running; second++) {
    const late = (performance.now() - start) / 1000 - second;
    if (late > (PATIENCE - 1) * seconds) break;
    if (late < 0) await wait(-1000 * late);
    const share = (all: number): number =>
      Math.floor((all * (second + 1)) / seconds) - Math.floor((all * second) / seconds);
    await traffic.send(share(plan.predictions), share(plan.images));
    if ((second + 1) % SCRAPE_SECONDS === 0) await subject.scrape();
    if ((second + 1) % plan.lookSeconds !== 0) continue;
    const look = { predictions: traffic.sent.predictions, ...(await subject.hold()) };
    looks.push(look);
    process.stdout.write(`  ${JSON.stringify(look)}\n`);
  }
  return looks;
}
