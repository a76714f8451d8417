/**
 * Nodes and weights with which Σ w_i·f(x_i) is ∫₀¹ f exactly for polynomials of degree below 2·count (Press et al. 2007,
 * section 4.6): the roots of the Legendre polynomial by Newton's method.
 * Worked number: two nodes are 1/2 ∓ 1/(2√3) = 0.2113 and 0.7887, both of weight 1/2.
 */
export function gaussLegendre(count: number): { readonly nodes: Float64Array; readonly weights: Float64Array } {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let { value, slope } = legendre(count, x);
    for (let step = 0; step < 100 && Math.abs(value / slope) > 1e-15; step++) {
      x -= value / slope;
      ({ value, slope } = legendre(count, x));
    }
    nodes[i] = (1 + x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

function legendre(degree: number, x: number): { value: number; slope: number } {
  let before = 0;
  let value = 1;
  for (let j = 0; j < degree; j++) [before, value] = [value, ((2 * j + 1) * x * value - j * before) / (j + 1)];
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) };
}
