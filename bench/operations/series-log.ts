import type { Family } from "../../src/metrics/sheet.ts";

export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** Samples of one series by step, in promtool's notation, with runs of equal values and of gaps drawn together. */
class SampleRun {
  readonly #parts: string[] = [];
  #token = "";
  #repeats = 0;
  #steps = 0;

  add(step: number, token: string): void {
    if (step > this.#steps) this.#append("_", step - this.#steps);
    this.#append(token, 1);
  }

  get text(): string {
    return [...this.#parts, written(this.#token, this.#repeats)].join(" ");
  }

  #append(token: string, times: number): void {
    this.#steps += times;
    if (token === this.#token) {
      this.#repeats += times;
      return;
    }
    if (this.#repeats > 0) this.#parts.push(written(this.#token, this.#repeats));
    this.#token = token;
    this.#repeats = times;
  }
}

function written(token: string, times: number): string {
  if (times === 1 || token === "stale") return token;
  return token === "_" ? `_x${times}` : `${token}+0x${times - 1}`;
}

/**
 * What a Prometheus would store that scrapes in equal steps, as input of `promtool test rules`. A series that is not there any more, and every
 * series of a target that does not answer, gets a staleness marker, as from a real server.
 */
export class SeriesLog {
  readonly #wanted: (metric: string) => boolean;
  readonly #targetLabels: string;
  readonly #runs = new Map<string, SampleRun>();
  #present = new Set<string>();

  /** @param wanted metrics to keep; the rules read a part of /metrics only */
  constructor(targetLabels: Readonly<Record<string, string>>, wanted: (metric: string) => boolean) {
    this.#targetLabels = pairs(targetLabels);
    this.#wanted = wanted;
  }

  scraped(step: number, families: readonly Family[]): void {
    const present = new Set<string>();
    this.#add(step, `up{${this.#targetLabels}}`, "1");
    for (const { name, values } of families) {
      if (!this.#wanted(name)) continue;
      for (const { labels, value } of values) {
        const series = `${name}{${this.#targetLabels},${pairs(labels as Record<string, string>)}}`;
        present.add(series);
        this.#add(step, series, String(value));
      }
    }
    this.#markStale(step, present);
  }

  failed(step: number): void {
    this.#add(step, `up{${this.#targetLabels}}`, "0");
    this.#markStale(step, new Set());
  }

  /** The target is not known to Prometheus any more: no `up` either. */
  gone(step: number): void {
    this.#add(step, `up{${this.#targetLabels}}`, "stale");
    this.#markStale(step, new Set());
  }

  input(): InputSeries[] {
    return [...this.#runs].map(([series, run]) => ({ series, values: run.text }));
  }

  #markStale(step: number, present: Set<string>): void {
    for (const series of this.#present) if (!present.has(series)) this.#add(step, series, "stale");
    this.#present = present;
  }

  #add(step: number, series: string, token: string): void {
    let run = this.#runs.get(series);
    if (!run) {
      run = new SampleRun();
      this.#runs.set(series, run);
    }
    run.add(step, token);
  }
}

function pairs(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");
}
