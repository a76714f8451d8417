declare module "tdigest" {
  export interface Centroid {
    readonly mean: number;
    readonly n: number;
  }
  export class TDigest {
    constructor(delta?: number | false, K?: number, CX?: number);
    readonly centroids: { each(visit: (centroid: Centroid) => void): void };
    push(x: number | number[], n?: number): void;
    size(): number;
  }
}
