import type { Board } from "./dashboard.ts";
import { FLEET } from "./fleet.ts";
import { MODEL } from "./model.ts";
import { PIPELINE } from "./pipeline.ts";

/** By file name. */
export const DASHBOARDS: Readonly<Record<string, Board>> = { fleet: FLEET, model: MODEL, pipeline: PIPELINE };
