import type { WindowAssessment } from "../core/assessment.ts";
import type { Features } from "../core/features.ts";
import { DriftDirection } from "../drift/drift-direction.ts";
import { embeddingDistance } from "../drift/embedding-distance.ts";
import { AnomalyJudge, type ImageAnomaly } from "../drift/image-anomaly.ts";
import type { Profile } from "../profile/profile.ts";
import type { Projected } from "../profile/projection.ts";
import type { Reference } from "../reference/load.ts";

/** Says of a single image whether it is unusual: by its own numbers, or far along the drift that the last assessment found. */
export class ImageJudge {
  readonly #reference: Reference;
  readonly #anomaly: AnomalyJudge;
  /** Of the shortest window that drifts. */
  #direction: DriftDirection | undefined;

  constructor(reference: Reference) {
    this.#reference = reference;
    this.#anomaly = new AnomalyJudge(reference.profile, reference.recipe.statistics);
  }

  judge(features: Features, projected: Projected): ImageAnomaly {
    const anomaly = this.#anomaly.judge(features, projected);
    const along = this.#direction?.judge(projected);
    if (!along?.beyond) return anomaly;
    const far = "content further along the drift than 99 % of the reference images";
    const reason = anomaly.unusual ? anomaly.reason : far;
    return { score: Math.max(anomaly.score, along.score), unusual: true, reason };
  }

  /** Takes the direction of the first window, the shortest first, whose embedding drift was found; none when no window drifts. */
  follow(windows: readonly { readonly profile: Profile; readonly assessment: WindowAssessment }[]): void {
    const drifting = windows.find(({ assessment }) => embeddingDrifts(assessment));
    const { projection } = this.#reference;
    this.#direction =
      drifting && new DriftDirection(drifting.profile.images.embedding, this.#reference.projected(), projection);
  }
}

function embeddingDrifts({ signals }: WindowAssessment): boolean {
  return signals.some(
    ({ detector, subject, drifting }) => drifting && detector === embeddingDistance.name && subject === "all",
  );
}
