import type { Cause } from "../core/assessment.ts";
import { leadingClass } from "./class-causes.ts";
import type { Evidence } from "./evidence.ts";
import { statisticShift } from "./statistic-shift.ts";
import { percent } from "./wording.ts";

/** Images that are like no class of the reference: all of the drift that class shares leave over. */
export function newRegionCause(evidence: Evidence): Cause | undefined {
  if (!evidence.newContent) return undefined;
  const mostly = leadingClass(evidence);
  const among = mostly ? `, mostly among those predicted as ${mostly}` : "";
  return {
    kind: "new_region",
    subject: mostly ?? "",
    sentence: `New content: at least ${percent(leastShare(evidence))} of the images are unlike any reference class${among}. Look at them in the gallery; if they belong, label some and build a new reference.`,
    shareRatio: evidence.leftRatio,
  };
}

/** Most that the reconstruction error, single unusual images, or a statistic (less what class shares may have moved) prove. */
function leastShare({ input, groups, leftRatio }: Evidence): number {
  const { images } = input.window;
  const rebuilt = statisticShift(images.reconstructionError, input.reference.images.reconstructionError);
  const unusual = images.count > 0 ? images.unusualCount / images.count : 0;
  return Math.max(rebuilt?.changedRatio ?? 0, unusual, ...groups.map(({ leader }) => leader.changedRatio * leftRatio));
}
