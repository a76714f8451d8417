/**
 * A day's traffic in half an hour against the real analyser: does it hold more at the end than when it was warm? Every minute its garbage is collected
 * and what it holds is taken down; a line is fitted through that, by predictions. Ends with exit code 1 when memory grows for certain, when the
 * line says too little, when handles or series grow, or when the analyser ends or falls behind. The table is written to docs/reliability.md.
 * With --leak so many bytes are kept in it for each prediction, to see that this is noticed.
 * Run: npm run soak [-- --minutes 30 --predictions 2000000 --images 100000 --leak 0]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { machine } from "./machine.ts";
import { writeSection } from "./section.ts";
import { paintLive } from "./soak/pictures.ts";
import { enoughImages, judge, type Look, type SoakPlan, toMarkdown } from "./soak/report.ts";
import { Subject } from "./soak/subject.ts";
import { Traffic } from "./soak/traffic.ts";

const SCRAPE_SECONDS = 15;
/** Before a look, so that what is under way does not count. */
const QUIET_SECONDS = 3;
/** Whoever takes this many times as long as planned cannot take it. */
const PATIENCE = 4 / 3;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    predictions: { type: "string", default: "2000000" },
    images: { type: "string", default: "100000" },
    leak: { type: "string", default: "0" },
  },
});
const plan: SoakPlan = {
  minutes: Number(values.minutes),
  predictions: Number(values.predictions),
  images: Number(values.images),
  lookSeconds: Math.min(60, Math.round(2 * Number(values.minutes))),
  leakBytes: Number(values.leak),
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
    const faults = judge(looks, plan, sent, exitCode);
    const text = [`Machine: ${machine()}.`, toMarkdown(looks, plan, sent), ...faults.map((fault) => `**${fault}**`)];
    if (plan.predictions === 2_000_000 && plan.leakBytes === 0)
      writeSection("docs/reliability.md", "npm run soak", text.join("\n\n"));
    process.stdout.write(`${text.join("\n\n")}\n`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await traffic.close();
    if ((await subject.stop()) !== 0) process.stderr.write(`${subject.said}\n`);
  }
}

/**
 * One second's share at a time; what is late is sent without a pause. Goes on beyond the planned time until so many pictures were analysed: without
 * cores for all of them an analyser leaves some out.
 */
async function push(subject: Subject, traffic: Traffic): Promise<readonly Look[]> {
  const seconds = Math.round(60 * plan.minutes);
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const looks: Look[] = [];
  const done = (): boolean => traffic.sent.predictions >= plan.predictions && enoughImages(looks, plan);
  for (let second = 0; subject.running && !done() && elapsed() < PATIENCE * seconds; second++) {
    await wait(Math.max(0, 1000 * (second - elapsed())));
    const share = (all: number): number =>
      Math.floor((all * (second + 1)) / seconds) - Math.floor((all * second) / seconds);
    await traffic.send(share(plan.predictions), share(plan.images));
    if ((second + 1) % SCRAPE_SECONDS === 0) await subject.scrape();
    if ((second + 1) % plan.lookSeconds !== 0) continue;
    await wait(1000 * QUIET_SECONDS);
    const { predictions } = traffic.sent;
    const leakBytes = plan.leakBytes * (predictions - (looks.at(-1)?.predictions ?? 0));
    const look = { seconds: elapsed(), predictions, ...(await subject.hold(leakBytes)) };
    looks.push(look);
    process.stdout.write(`  ${JSON.stringify(look)}\n`);
  }
  return looks;
}
