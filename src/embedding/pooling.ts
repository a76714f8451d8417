/** What makes a vector of a network's output. `auto`: mean for a feature map or a sequence of tokens, none otherwise. */
export type Pooling = "auto" | "mean" | "none";

/**
 * A vector of the output's values for one image (its first axis is the batch, of length 1).
 * mean: over the positions of [1, D, h, w] (NCHW), [1, h, w, D] (NHWC) or [1, tokens, D]. none: all values in their order.
 */
export function pool(
  values: Float32Array,
  shape: readonly number[],
  pooling: Pooling,
  layout: "NCHW" | "NHWC",
): Float32Array {
  const positional = shape.length === 3 || shape.length === 4;
  if (pooling === "none" || !positional) return values;
  const channelsFirst = shape.length === 4 && layout === "NCHW";
  const dimensions = (channelsFirst ? shape[1] : shape[shape.length - 1]) as number;
  const positions = values.length / dimensions;
  const [channelStep, positionStep] = channelsFirst ? [positions, 1] : [1, dimensions];
  return Float32Array.from({ length: dimensions }, (_, channel) => {
    let sum = 0;
    for (let position = 0; position < positions; position++) {
      sum += values[channel * channelStep + position * positionStep]!;
    }
    return sum / positions;
  });
}
