import { Random } from "../random.ts";
import { softmax } from "./class-scores.ts";
import { backThrough, biasName, layerCount, layerWidths, type Mlp, mlpForward, passOutput, weightName } from "./mlp.ts";
import { multiply } from "./multiply.ts";
import type { ParamTree } from "./tree.ts";

/** Whose label the expectation is over; only `empirical` needs labels, and it is a different object from the Fisher. */
export type FisherLabels = "exact" | "sampled" | "empirical";

export interface FisherOptions {
  /**
   * `exact`: every class, weighted by the model's probability. `sampled`: labels drawn from the model's distribution.
   * `empirical`: the given `targets`, in place of the model's own distribution.
   */
  labels?: FisherLabels;
  /** One class an example, for `empirical`. */
  targets?: ArrayLike<number>;
  /** Draws an example for `sampled`. */
  samples?: number;
  /** Seed for `sampled`. */
  seed?: number;
  /** Examples computed at once; changes memory, not the result. */
  batch?: number;
}

/** Squares below this are set to 0: they are far under any floor, and subnormal numbers are slow. */
const tiny = 1e-30;

/** Weight of every (example, class) pair in the expectation over labels; rows sum to 1. Shape count × classes. */
export function labelWeights(
  probabilities: Float32Array,
  classes: number,
  { labels = "exact", targets, samples = 1 }: FisherOptions,
  random: Random,
  offset = 0,
): Float32Array {
  if (labels === "exact") return probabilities;
  const weights = new Float32Array(probabilities.length);
  for (let n = 0; n * classes < weights.length; n++) {
    const at = n * classes;
    if (labels === "sampled") {
      const row = probabilities.subarray(at, at + classes);
      for (let s = 0; s < samples; s++) {
        const drawn = at + random.weighted(row);
        weights[drawn] = (weights[drawn] as number) + 1 / samples;
      }
    } else {
      const label = targets?.[offset + n];
      if (label === undefined || !(label >= 0 && label < classes)) {
        throw new RangeError(`the empirical Fisher needs a label below ${classes} for example ${offset + n}`);
      }
      weights[at + label] = 1;
    }
  }
  return weights;
}

/**
 * Exact diagonal Fisher information of an MLP classifier, without a loop over examples.
 *
 * With $a_n$ what enters a layer and $\delta_{n,c} = \partial \log p_c(x_n) / \partial z$ at what leaves it, the squared
 * gradient of one weight is $a_{n,i}^2\,\delta_{n,c,o}^2$, so
 *
 * $$F_W = \frac1N \sum_n (a_n^2)^\top \Big( \sum_c p_{n,c}\, \delta_{n,c}^2 \Big), \qquad
 *   F_b = \frac1N \sum_n \sum_c p_{n,c}\, \delta_{n,c}^2 .$$
 *
 * The sum over classes is taken before the product with the activations: one matrix product a layer, whatever the number
 * of classes, and one backward pass a class. Sums over batches are kept in double precision.
 */
export function mlpFisher(
  net: Mlp,
  params: ParamTree,
  inputs: Float32Array,
  count: number,
  options: FisherOptions = {},
): ParamTree {
  const { batch = 256, seed = 0 } = options;
  if (count < 1) throw new RangeError("the Fisher information needs at least one example");
  const random = new Random(seed).fork("fisher");
  const width = net.sizes[0] ?? 0;
  const classes = net.sizes[layerCount(net)] ?? 0;
  const sums = Array.from({ length: layerCount(net) }, (_, layer) => {
    const { inputs: rows, outputs } = layerWidths(net, layer);
    return { weight: new Float64Array(rows * outputs), bias: new Float64Array(outputs) };
  });
  for (let at = 0; at < count; at += batch) {
    const size = Math.min(batch, count - at);
    const pass = mlpForward(net, params, inputs.subarray(at * width, (at + size) * width), size);
    const p = softmax(passOutput(pass), classes);
    const weights = labelWeights(p, classes, options, random, at);
    const squares = squaredDeltas(net, params, pass.values, p, weights, size);
    for (const [layer, sum] of sums.entries())
      addLayer(sum, pass.values[layer] as Float32Array, squares[layer] as Float32Array, size);
  }
  const tree: ParamTree = {};
  for (const [layer, sum] of sums.entries()) {
    const { inputs: rows, outputs } = layerWidths(net, layer);
    tree[weightName(layer)] = { data: Float32Array.from(sum.weight, (x) => x / count), shape: [rows, outputs] };
    tree[biasName(layer)] = { data: Float32Array.from(sum.bias, (x) => x / count), shape: [outputs] };
  }
  return tree;
}

/** For every layer $S_{n,o} = \sum_c w_{n,c}\,\delta_{n,c,o}^2$ (count × outputs). */
function squaredDeltas(
  net: Mlp,
  params: ParamTree,
  values: Float32Array[],
  p: Float32Array,
  weights: Float32Array,
  count: number,
): Float32Array[] {
  const classes = p.length / count;
  const layers = layerCount(net);
  const squares = Array.from({ length: layers }, (_, l) => new Float32Array(count * layerWidths(net, l).outputs));
  for (let c = 0; c < classes; c++) {
    let delta = new Float32Array(count * classes);
    for (let n = 0; n < count; n++) {
      for (let k = 0; k < classes; k++) delta[n * classes + k] = (k === c ? 1 : 0) - (p[n * classes + k] as number);
    }
    for (let layer = layers - 1; layer >= 0; layer--) {
      const square = squares[layer] as Float32Array;
      const outputs = layerWidths(net, layer).outputs;
      for (let n = 0, at = 0; n < count; n++) {
        const weight = weights[n * classes + c] as number;
        for (let o = 0; o < outputs; o++, at++) {
          const add = weight * (delta[at] as number) ** 2;
          if (add > tiny) square[at] = (square[at] as number) + add;
        }
      }
      if (layer > 0) delta = backThrough(net, params, { count, values }, delta, layer);
    }
  }
  return squares;
}

function addLayer(
  sum: { weight: Float64Array; bias: Float64Array },
  entering: Float32Array,
  squares: Float32Array,
  count: number,
): void {
  const outputs = sum.bias.length;
  const inputs = sum.weight.length / outputs;
  const squared = new Float32Array(count * inputs);
  for (let i = 0; i < squared.length; i++) squared[i] = (entering[i] as number) ** 2;
  const product = new Float32Array(inputs * outputs);
  multiply(product, squared, squares, inputs, outputs, count, { transposeA: true });
  for (let i = 0; i < product.length; i++) sum.weight[i] = (sum.weight[i] as number) + (product[i] as number);
  for (let n = 0, at = 0; n < count; n++) {
    for (let o = 0; o < outputs; o++, at++) sum.bias[o] = (sum.bias[o] as number) + (squares[at] as number);
  }
}
