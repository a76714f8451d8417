/**
 * Fourteen days without drift: three replicas in simulated time, their real exposition scraped at every step, the shipped rules evaluated at
 * every step by promtool. How many alerts fire? The result is written to docs/quiet-fortnight.md.
 * Run: npm run quiet [-- days [seed [step in minutes]]]
 */

import { machine } from "./machine.ts";
import { QUIET_FLEET, simulateFleet } from "./operations/quiet-fleet.ts";
import { type FiredAlert, promtoolVersion, replayRules } from "./operations/rule-replay.ts";
import { writeSection } from "./section.ts";

const ALLOWED = 1;
const [days = 14, seed = 1, stepMinutes = 5] = process.argv.slice(2).map(Number);

function toLine({ alertname, labels, firstMinute, minutes }: FiredAlert): string {
  const which = [labels["window"], labels["statistic"], labels["class"]].filter(Boolean).join(" ");
  const [day, minute] = [Math.floor(firstMinute / 1_440) + 1, firstMinute % 1_440];
  const clock = [Math.floor(minute / 60), minute % 60].map((value) => String(value).padStart(2, "0")).join(":");
  return `| ${alertname} | ${which || "–"} | day ${day}, ${clock} | ${minutes} min |`;
}

process.stdout.write(`· ${days} days of ${QUIET_FLEET.replicas} replicas …\n`);
const { input, counts } = await simulateFleet({ days, seed, stepMinutes });
process.stdout.write(`· ${counts.images} images; evaluating the rules over ${input.length} series …\n`);
const fired = await replayRules(input, { minutes: days * 1_440, stepMinutes });
const alerts = fired.filter(({ labels }) => labels["severity"] !== "info");
const table = [
  "| days | replicas | images | labels | scrapes | lost scrapes | restarts | step | alerts (critical, warning) | notes (info) |",
  "|---|---|---|---|---|---|---|---|---|---|",
  `| ${[days, QUIET_FLEET.replicas, counts.images, counts.labels, counts.scrapes, counts.lostScrapes, counts.restarts, `${stepMinutes} min`, alerts.length, fired.length - alerts.length].join(" | ")} |`,
  "",
  ...(fired.length === 0
    ? ["Nothing fired."]
    : ["| alert | of | began | lasted |", "|---|---|---|---|", ...fired.map(toLine)]),
].join("\n");
process.stdout.write(`${table}\n`);
if (days === 14)
  writeSection(
    "docs/quiet-fortnight.md",
    "npm run quiet",
    `Seed ${seed}, ${machine()}, ${promtoolVersion()}.

${table}`,
  );
process.exitCode = fired.length <= ALLOWED ? 0 : 1;
