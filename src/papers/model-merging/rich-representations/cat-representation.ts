import { checkNets, featureWidth, inputWidth, type Net, netFeatures } from "./networks.ts";

/** Mean and standard deviation of every feature, on the rows they were measured on. */
export interface FeatureScaling {
  mean: Float64Array;
  sd: Float64Array;
}

export interface CatOptions {
  /** Rows (count × inputs) on which every feature is brought to mean 0 and deviation 1; without them features stay raw. */
  standardize?: { inputs: Float32Array; count: number };
}

/**
 * CATₙ (paper, section on concatenation): the frozen features of n networks side by side,
 * $\varphi(x) = [\varphi_1(x), \dots, \varphi_n(x)]$. With one network it is that network's features. The networks are never
 * changed; they may differ in shape as long as they take the same rows.
 */
export class CatRepresentation {
  readonly nets: readonly Net[];
  /** Values a row of the inputs has. */
  readonly inputs: number;
  /** Number of features, $\sum_k d_k$. */
  readonly dim: number;
  readonly #scaling: FeatureScaling | undefined;

  constructor(nets: readonly Net[], { standardize }: CatOptions = {}) {
    checkNets(nets);
    this.nets = nets;
    this.inputs = inputWidth(nets[0] as Net); // checked
    this.dim = nets.reduce((sum, net) => sum + featureWidth(net), 0);
    if (standardize) this.#scaling = featureScaling(this.transform(standardize.inputs), this.dim);
  }

  /** Features (count × dim) of rows (count × inputs). */
  transform(inputs: Float32Array): Float32Array<ArrayBuffer> {
    const count = inputs.length / this.inputs;
    if (!Number.isInteger(count)) throw new RangeError(`${inputs.length} values do not make rows of ${this.inputs}`);
    const out = new Float32Array(count * this.dim);
    let column = 0;
    for (const net of this.nets) {
      const width = featureWidth(net);
      const features = netFeatures(net, inputs, count);
      for (let n = 0; n < count; n++) {
        out.set(features.subarray(n * width, (n + 1) * width), n * this.dim + column);
      }
      column += width;
    }
    if (this.#scaling) applyScaling(out, this.#scaling);
    return out;
  }
}

/** Columns' means and standard deviations; a constant column gets deviation 1, so that scaling makes it 0. */
export function featureScaling(features: Float32Array, width: number): FeatureScaling {
  const count = features.length / width;
  const [mean, square] = [new Float64Array(width), new Float64Array(width)];
  for (let at = 0; at < features.length; at++) {
    const i = at % width;
    mean[i] = (mean[i] as number) + (features[at] as number) / count;
  }
  for (let at = 0; at < features.length; at++) {
    const i = at % width;
    square[i] = (square[i] as number) + ((features[at] as number) - (mean[i] as number)) ** 2 / count;
  }
  const sd = square.map((value, i) => {
    const deviation = Math.sqrt(value);
    return deviation > 1e-6 * Math.max(1, Math.abs(mean[i] as number)) ? deviation : 1;
  });
  return { mean, sd };
}

/** Brings features to the scale in place. */
export function applyScaling(features: Float32Array, { mean, sd }: FeatureScaling): void {
  const width = mean.length;
  for (let at = 0; at < features.length; at++) {
    const i = at % width;
    features[at] = ((features[at] as number) - (mean[i] as number)) / (sd[i] as number);
  }
}

/**
 * Linear CKA of two sets of features of the same rows,
 * $\lVert A^\top B\rVert_F^2 / (\lVert A^\top A\rVert_F\,\lVert B^\top B\rVert_F)$ with centred columns: 1 when one is a rotated
 * and scaled copy of the other, near 0 when they share nothing. NaN when one of them is constant.
 */
export function representationOverlap(a: Float32Array, b: Float32Array, count: number): number {
  const [left, right] = [centred(a, count), centred(b, count)];
  const shared = crossSquare(left, right, count);
  return shared / Math.sqrt(crossSquare(left, left, count) * crossSquare(right, right, count));
}

function centred(features: Float32Array, count: number): Float64Array {
  const width = features.length / count;
  if (!(Number.isInteger(width) && width > 0)) {
    throw new RangeError(`${features.length} values do not make ${count} rows`);
  }
  const { mean } = featureScaling(features, width);
  return Float64Array.from(features, (value, at) => value - (mean[at % width] as number));
}

/** $\lVert A^\top B\rVert_F^2$. */
function crossSquare(a: Float64Array, b: Float64Array, count: number): number {
  const [p, q] = [a.length / count, b.length / count];
  const product = new Float64Array(p * q);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < p; i++) {
      const value = a[n * p + i] as number;
      if (value === 0) continue;
      for (let j = 0; j < q; j++)
        product[i * q + j] = (product[i * q + j] as number) + value * (b[n * q + j] as number);
    }
  }
  return product.reduce((sum, value) => sum + value * value, 0);
}
