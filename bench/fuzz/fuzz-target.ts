import { type Random, seededRandom } from "../../src/core/random.ts";

export interface FuzzResult {
  readonly runs: number;
  readonly crashes: number;
  /** Inputs that took more than a second of processor time. */
  readonly stuck: number;
  readonly note: string;
}

/** One input out of chance, given to the code under test; resolves to what became of it in one word. A throw is a crash. */
export type FuzzCase = (random: Random) => Promise<string>;

/** Ends after so many runs or seconds, whichever is given. Run k of a seed is the same whatever came before it. */
export interface FuzzBox {
  readonly seed: number;
  readonly runs?: number;
  readonly seconds?: number;
}

export interface Fuzzed extends FuzzResult {
  readonly outcomes: ReadonlyMap<string, number>;
}

const STUCK_MILLISECONDS = 1000;
const SEED_STEP = 1_000_003;

export async function fuzz(
  one: FuzzCase,
  { seed, runs: most = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY }: FuzzBox,
): Promise<Fuzzed> {
  const end = performance.now() + seconds * 1000;
  const outcomes = new Map<string, number>();
  const faults: string[] = [];
  let runs = 0;
  let crashes = 0;
  let stuck = 0;
  for (; runs < most && performance.now() < end; runs++) {
    const before = process.cpuUsage();
    const attempt = async (): Promise<string> => one(seededRandom(seed * SEED_STEP + runs));
    const outcome = await attempt().catch((error: unknown) => {
      crashes++;
      faults.push(`run ${runs}: ${String(error)}`);
      return "crash";
    });
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 > STUCK_MILLISECONDS) {
      stuck++;
      faults.push(`run ${runs}: ${Math.round((user + system) / 1000)} ms`);
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return { runs, crashes, stuck, outcomes, note: noteOf(outcomes, faults) };
}

function noteOf(outcomes: ReadonlyMap<string, number>, faults: readonly string[]): string {
  const ranked = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome} ${count}`);
  return [...faults.slice(0, 3), ranked.slice(0, 8).join(", ")].join("; ");
}

/** Several kinds of input, one after the other, as one result. */
export async function fuzzEach(
  cases: Readonly<Record<string, FuzzCase>>,
  seconds: number,
  seed: number,
): Promise<FuzzResult> {
  const names = Object.keys(cases);
  const results: FuzzResult[] = [];
  for (const name of names)
    results.push(await fuzz(cases[name] as FuzzCase, { seed, seconds: seconds / names.length }));
  return {
    runs: results.reduce((sum, { runs }) => sum + runs, 0),
    crashes: results.reduce((sum, { crashes }) => sum + crashes, 0),
    stuck: results.reduce((sum, { stuck }) => sum + stuck, 0),
    note: results.map(({ runs, note }, index) => `${names[index]}, ${runs}: ${note}`).join(". "),
  };
}
