import { collectDefaultMetrics, Registry } from "prom-client";
import type { Family } from "./sheet.ts";

/** Gauges whose names end in _total, which a gauge's must not: prom-client keeps them for old dashboards. */
const MISNAMED: ReadonlySet<string> = new Set([
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
]);

/** One series per heap space of V8: 27 of them that say nothing of images; nodejs_heap_size_… has their sums. */
const HEAP_SPACES = /^nodejs_heap_space_/;

/** CPU, memory, event loop and garbage collection of this process (process_… and nodejs_…), from prom-client. */
export class DefaultMetrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  async families(): Promise<Family[]> {
    const families = (await this.#registry.getMetricsAsJSON()) as Family[];
    return families.filter(({ name }) => !MISNAMED.has(name) && !HEAP_SPACES.test(name)).map(withoutNaN);
  }
}

/** The lag of an event loop that was not measured yet is NaN. */
function withoutNaN(family: Family): Family {
  return { ...family, values: family.values.filter(({ value }) => !Number.isNaN(value)) };
}
