import type { Scenario } from "./scenario.ts";
import { inspection } from "./scenarios/inspection.ts";
import { satellite } from "./scenarios/satellite.ts";
import { sorting } from "./scenarios/sorting.ts";
import { video } from "./scenarios/video.ts";

/** The first is played when none is named. */
export const SCENARIOS: readonly [Scenario, ...Scenario[]] = [satellite, inspection, sorting, video];

/** Throws, naming the known ones, for another name. */
export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found) return found;
  throw new Error(`there is no scenario "${name}"; known: ${SCENARIOS.map((scenario) => scenario.name).join(", ")}`);
}
