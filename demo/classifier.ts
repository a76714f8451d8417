/** The model under watch: softmax regression on the default network's features. */
export interface Classifier {
  readonly classes: readonly string[];
  /** Standardisation of each feature. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** One row of weights per class, the bias last. */
  readonly weights: readonly (readonly number[])[];
}

export interface TrainingExample {
  readonly features: Float32Array;
  readonly classIndex: number;
}

const STEPS = 300;
const LEARNING_RATE = 0.05;
const WEIGHT_DECAY = 3e-3;

/** Full-batch gradient descent with momentum on the cross-entropy plus an L2 penalty. */
export function trainClassifier(examples: readonly TrainingExample[], classes: readonly string[]): Classifier {
  const { means, deviations } = standardisation(examples);
  const inputs = examples.map(({ features }) => standardised(features, means, deviations));
  const width = means.length + 1;
  const weights = classes.map(() => new Float64Array(width));
  const velocity = classes.map(() => new Float64Array(width));
  for (let step = 0; step < STEPS; step++) {
    const gradient = classes.map((_, k) =>
      weights[k]!.map((weight, j) => (j === width - 1 ? 0 : WEIGHT_DECAY * weight)),
    );
    for (const [row, input] of inputs.entries()) {
      const probabilities = softmax(logits(input, weights));
      for (const [k, probability] of probabilities.entries()) {
        const error = (probability - (examples[row]!.classIndex === k ? 1 : 0)) / inputs.length;
        for (let j = 0; j < width; j++) gradient[k]![j]! += error * input[j]!;
      }
    }
    for (const [k, row] of weights.entries()) {
      for (let j = 0; j < width; j++) {
        velocity[k]![j] = 0.9 * velocity[k]![j]! - LEARNING_RATE * gradient[k]![j]!;
        row[j]! += velocity[k]![j]!;
      }
    }
  }
  return { classes, means: [...means], deviations: [...deviations], weights: weights.map((row) => [...row]) };
}

/** Class probabilities, in the order of `classifier.classes`. */
export function classify(classifier: Classifier, features: Float32Array): number[] {
  return softmax(logits(standardised(features, classifier.means, classifier.deviations), classifier.weights));
}

function standardisation(examples: readonly TrainingExample[]): { means: Float64Array; deviations: Float64Array } {
  const width = examples[0]!.features.length;
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  for (const { features } of examples) for (let j = 0; j < width; j++) means[j]! += features[j]! / examples.length;
  for (const { features } of examples)
    for (let j = 0; j < width; j++) deviations[j]! += (features[j]! - means[j]!) ** 2 / examples.length;
  return { means, deviations: deviations.map((variance) => Math.sqrt(variance) + 1e-3) };
}

/** The feature vector on the training set's scale, with a 1 for the bias. */
function standardised(features: Float32Array, means: ArrayLike<number>, deviations: ArrayLike<number>): Float64Array {
  const input = new Float64Array(features.length + 1);
  // √width keeps the logits of a wide vector in the range where gradient descent moves.
  const scale = 1 / Math.sqrt(features.length);
  for (let j = 0; j < features.length; j++) input[j] = ((features[j]! - means[j]!) / deviations[j]!) * scale * 4;
  input[features.length] = 1;
  return input;
}

function logits(input: Float64Array, weights: readonly ArrayLike<number>[]): number[] {
  return weights.map((row) => {
    let sum = 0;
    for (let j = 0; j < input.length; j++) sum += row[j]! * input[j]!;
    return sum;
  });
}

function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}
