import type { Label } from "../core/label.ts";
import type { Core, Surroundings } from "./core.ts";
import type { LabelStores } from "./label-join.ts";

/** Labels given to the shared table at a time, so that they hold nothing up. */
const AT_ONCE = 256;

/** What is looked after between labels: a changed key file, and a shared table that works again or no longer. Throws for a faulty key file. */
export function labelCare(
  core: () => Core,
  { shared }: LabelStores,
  { clock, log }: Surroundings,
): () => Promise<void> {
  let available = true;
  return async () => {
    if (core().tokens?.refresh()) log.info("label token keys changed");
    if (!shared) return;
    if (!shared.available) await shared.check(`${core().config.labels.shared?.keyPrefix ?? ""}:check`);
    if (shared.available !== available) {
      available = shared.available;
      if (available) log.info("the shared label table works again");
      else log.warn("the shared label table cannot be used: labels join in the own one");
    }
    if (available) await settleOwed(core(), () => clock.nowSeconds());
  };
}

/** What fails again is owed again, or gone when even the own store fails: its sender was told that it waits, so it counts as lost there. */
async function settleOwed({ fallback, monitor }: Core, nowSeconds: () => number): Promise<void> {
  const owed: readonly Label[] = fallback?.takeOwed() ?? [];
  for (let first = 0; first < owed.length; first += AT_ONCE) {
    const labels = owed.slice(first, first + AT_ONCE);
    await Promise.allSettled(labels.map((label) => monitor.label(label, nowSeconds())));
  }
}
