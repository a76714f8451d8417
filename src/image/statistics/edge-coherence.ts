// Formula: √((Jxx − Jyy)² + 4 Jxy²) / (Jxx + Jyy), J = Σ ∇Y ∇Yᵀ over the image; 0 without edges. Motion blur wipes out the gradients along
// the motion and leaves those across it. Source: coherence of the structure tensor, Bigün & Granlund 1987; Jähne, "Digital Image
// Processing", section 13.3. Worked number: vertical stripes → 1.
import type { ImageStatistic } from "./statistic.ts";

export const edgeCoherence: ImageStatistic = {
  name: "edge_coherence",
  unit: "ratio",
  help: "How far edges share one direction: 0 is all directions alike, 1 is one direction only. Motion blur raises it.",
  low: "less streaked",
  high: "streaked in one direction",
  compute({ neighbours: { gradientXX, gradientYY, gradientXY } }) {
    const energy = gradientXX + gradientYY;
    return energy === 0 ? 0 : Math.hypot(gradientXX - gradientYY, 2 * gradientXY) / energy;
  },
};
