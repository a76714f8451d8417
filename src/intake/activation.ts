/**
 * How scores become probabilities. auto: rows that sum to 1 are probabilities; otherwise, if any value is outside 0 to 1, they are
 * logits; what is left (sigmoids of a multi-label head) cannot be told and is refused until it is configured.
 */
export type Activation = "auto" | "softmax" | "sigmoid" | "none";

/** Half-precision outputs of 1,000 classes sum to 1 within this. */
export const SUM_TOLERANCE = 1e-3;

/** Probabilities that sum to 1; undefined when the scores cannot be read that way. Scores must be finite and at least one. */
export function activate(scores: Float64Array, activation: Activation): Float64Array | undefined {
  switch (activation) {
    case "softmax":
      return softmax(scores);
    case "sigmoid":
      return normalise(scores.map((score) => 1 / (1 + Math.exp(-score))));
    case "none":
      return isDistribution(scores) ? normalise(scores) : undefined;
    case "auto":
      if (isDistribution(scores)) return normalise(scores);
      return scores.some((score) => score < 0 || score > 1) ? softmax(scores) : undefined;
  }
}

/** Values a rounding error below 0 or above 1 still count. */
function isDistribution(scores: Float64Array): boolean {
  const sum = scores.reduce((total, score) => total + score, 0);
  return (
    Math.abs(sum - 1) <= SUM_TOLERANCE && scores.every((score) => score >= -SUM_TOLERANCE && score <= 1 + SUM_TOLERANCE)
  );
}

/** exp(xᵢ − max) / Σ exp(xⱼ − max). Worked number: (0, ln 3) gives (0.25, 0.75). */
function softmax(scores: Float64Array): Float64Array | undefined {
  const max = scores.reduce((largest, score) => Math.max(largest, score), Number.NEGATIVE_INFINITY);
  return normalise(scores.map((score) => Math.exp(score - max)));
}

function normalise(values: Float64Array): Float64Array | undefined {
  const clipped = values.map((value) => Math.max(0, value));
  const sum = clipped.reduce((total, value) => total + value, 0);
  return sum > 0 && Number.isFinite(sum) ? clipped.map((value) => value / sum) : undefined;
}
