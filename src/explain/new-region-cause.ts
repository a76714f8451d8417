import type { Cause } from "../core/assessment.ts";
import { leadingClass } from "./class-causes.ts";
import type { Evidence } from "./evidence.ts";
import { unaccountedRatio } from "./statistic-cause.ts";
import { statisticShift } from "./statistic-shift.ts";
import { percent } from "./wording.ts";

/** Images that are like no class of the reference. Their share is what reconstruction error and single images prove at least. */
export function newRegionCause(evidence: Evidence): Cause | undefined {
  const { newContent, input } = evidence;
  if (!newContent) return undefined;
  const { images } = input.window;
  const changed =
    statisticShift(images.reconstructionError, input.reference.images.reconstructionError)?.changedRatio ?? 0;
  const unusual = images.count > 0 ? images.unusualCount / images.count : 0;
  const mostly = leadingClass(evidence);
  const among = mostly ? `, mostly among those predicted as ${mostly}` : "";
  return {
    kind: "new_region",
    subject: mostly ?? "",
    sentence: `New content: at least ${percent(Math.max(changed, unusual))} of the images are unlike any reference class${among}. Look at them in the gallery; if they belong, label some and build a new reference.`,
    shareRatio: Math.max(unaccountedRatio(evidence), evidence.leftRatio / 2),
  };
}
