/** A non-decreasing curve: linear between its knots, constant outside them. Both arrays ascend. */
export interface MonotoneCurve {
  readonly inputs: Float64Array;
  readonly outputs: Float64Array;
}

interface Block {
  readonly first: number;
  readonly last: number;
  readonly weight: number;
  readonly mean: number;
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955): among non-decreasing curves the one of least Σ w·(y − f(x))².
 * Equal inputs are one point. A pooled block is flat from its first to its last input, so a block gives at most two knots.
 * `weights` are positive; 1 each without them. Time n·log n.
 * Worked number: x = 1, 2, 3 with y = 0, 1, 0 gives f = 0, ½, ½.
 */
export function isotonicRegression(
  inputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  weights?: ArrayLike<number>,
): MonotoneCurve {
  const order = Array.from({ length: inputs.length }, (_, index) => index).sort((a, b) => inputs[a]! - inputs[b]!);
  const blocks: Block[] = [];
  for (const index of order) {
    const x = inputs[index]!;
    const point = { first: x, last: x, weight: weights?.[index] ?? 1, mean: targets[index]! };
    const before = blocks.at(-1);
    blocks.push(before?.last === x ? pool(blocks.pop() as Block, point) : point);
    poolViolators(blocks);
  }
  const knots = blocks.flatMap(({ first, last, mean }) =>
    first === last
      ? [[first, mean]]
      : [
          [first, mean],
          [last, mean],
        ],
  );
  return {
    inputs: Float64Array.from(knots, ([input]) => input!),
    outputs: Float64Array.from(knots, ([, output]) => output!),
  };
}

/** NaN for a curve without knots. */
export function readCurve({ inputs, outputs }: MonotoneCurve, x: number): number {
  const next = firstAbove(inputs, x);
  if (next === 0) return outputs[0] ?? Number.NaN;
  if (next === inputs.length) return outputs[next - 1]!;
  const share = (x - inputs[next - 1]!) / (inputs[next]! - inputs[next - 1]!);
  return outputs[next - 1]! + share * (outputs[next]! - outputs[next - 1]!);
}

function poolViolators(blocks: Block[]): void {
  while (blocks.length > 1 && blocks.at(-2)!.mean >= blocks.at(-1)!.mean) {
    const last = blocks.pop() as Block;
    blocks.push(pool(blocks.pop() as Block, last));
  }
}

function pool(a: Block, b: Block): Block {
  const weight = a.weight + b.weight;
  return { first: a.first, last: b.last, weight, mean: (a.weight * a.mean + b.weight * b.mean) / weight };
}

function firstAbove(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
