import type { Cause } from "../core/assessment.ts";
export function explain(_input: unknown): readonly Cause[] { return []; }
