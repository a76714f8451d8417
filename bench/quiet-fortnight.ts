/**
 * Fourteen days without drift: three replicas in simulated time, their real exposition scraped at every step, the shipped rules evaluated at
 * every step by promtool. How many alerts fire? Run: npm run quiet [-- days [seed [step in minutes]]]
 */
import { simulateFleet } from "./operations/quiet-fleet.ts";
import { replayRules } from "./operations/rule-replay.ts";

const [days = 14, seed = 1, stepMinutes = 5] = process.argv.slice(2).map(Number);
const t0 = Date.now();
const fleet = await simulateFleet({ days, seed, stepMinutes });
console.log((Date.now() - t0) / 1000, process.cpuUsage().user / 1e6, fleet.counts, fleet.input.length);
const fired = await replayRules(fleet.input, { minutes: days * 1440, stepMinutes });
console.log((Date.now() - t0) / 1000, JSON.stringify(fired, null, 1));
