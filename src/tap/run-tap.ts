import type { AddressInfo } from "node:net";
import type { Clock } from "../core/clock.ts";
import type { Random } from "../core/random.ts";
import { CaptureBudget } from "./capture-budget.ts";
import { ExchangeSampling } from "./exchange-sampling.ts";
import { Http1Observer } from "./http1-observer.ts";
import { Link } from "./link.ts";
import { newTapCounters, type TapCounters } from "./tap-counters.ts";
import { Tee } from "./tee.ts";

export interface TapOptions {
  readonly listenHost: string;
  /** 0 takes any free port. */
  readonly listenPort: number;
  readonly upstreamHost: string;
  readonly upstreamPort: number;
  /** Unix socket of the analyser. */
  readonly linkPath: string;
  /** Share of exchanges handed to the analyser, 0 to 1. */
  readonly ratio: number;
  /** Request header with the id, looked at before the usual ones. */
  readonly idHeader?: string;
  /** Most bytes of one captured body. */
  readonly messageBytes: number;
  /** Most bytes held for exchanges that are not whole yet. */
  readonly totalBytes: number;
  /** Most bytes that wait for the analyser; comes on top of `totalBytes`. */
  readonly linkBytes: number;
  readonly drainSeconds: number;
}

export interface RunningTap {
  readonly address: AddressInfo;
  /** A copy. */
  counters(): TapCounters;
  /** A fault in this process that nothing else caught. */
  countFault(): void;
  /** Stops listening, lets open connections finish for at most `drainSeconds`, then closes the link. */
  drain(): Promise<void>;
}

const LINK_CLOSE_SECONDS = 1;

/** Starts the forwarding process's work. Throws PORT_IN_USE. Neither the model server nor the analyser need be there. */
export async function startTap(
  options: TapOptions,
  parts: { readonly clock: Clock; readonly random: Random },
): Promise<RunningTap> {
  const counters = newTapCounters();
  const budget = new CaptureBudget(options, counters);
  const link = new Link({ path: options.linkPath, linkBytes: options.linkBytes }, counters);
  const observation = {
    budget,
    counters,
    clock: parts.clock,
    sampling: new ExchangeSampling(options, parts.random),
    onExchange: link.send.bind(link),
  };
  const tee = new Tee(options, () => new Http1Observer(observation), counters, parts.clock);
  const address = await tee.listen();
  link.open();
  return {
    address,
    counters: () => structuredClone(counters),
    countFault: () => {
      counters.faults++;
    },
    drain: async () => {
      await tee.drain(options.drainSeconds);
      await link.close(LINK_CLOSE_SECONDS);
    },
  };
}
