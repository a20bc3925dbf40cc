import { softmax } from "../../../kit/nets/class-scores.ts";
import { type FisherOptions, labelWeights } from "../../../kit/nets/fisher.ts";
import { elementCount, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { type Architecture, type PlannedLayer, planLayers } from "../network/architecture.ts";
import { type Operation, operationOf } from "../network/operations.ts";

/** A small network read from a checkpoint: forward passes and its exact Fisher, one example at a time. */
export interface Sequential {
  inputs: number;
  classes: number;
  /** Logits (count × classes). */
  logits(inputs: Float32Array, count: number): Float32Array;
  fisher(inputs: Float32Array, count: number, options?: FisherOptions, onExample?: OnExample): Promise<ParamTree>;
}

/** Called after every example; may pause. */
export type OnExample = (done: number, of: number) => void | Promise<void>;

/** Joins an architecture and the parameters of one model; whatever does not fit is refused by layer. */
export function sequential(architecture: Architecture, params: ParamTree, file: string): Sequential {
  const layers = planLayers(architecture, params, file);
  const operations = layers.map((layer) => operationOf(layer, params, architecture.weights));
  const inputs = elementCount(architecture.input);
  const classes = layers.at(-1)?.output[0] ?? 0;
  const forward = (x: Float32Array): Float32Array[] => {
    const values = [x];
    for (const operation of operations) values.push(operation.forward(values[values.length - 1] as Float32Array));
    return values;
  };
  return {
    inputs,
    classes,
    logits(rows, count) {
      const out = new Float32Array(count * classes);
      for (let n = 0; n < count; n++) {
        out.set(forward(rows.subarray(n * inputs, (n + 1) * inputs)).at(-1) ?? [], n * classes);
      }
      return out;
    },
    async fisher(rows, count, options = {}, onExample = () => {}) {
      const random = new Random(options.seed ?? 0).fork("fisher");
      const sums = fisherSums(layers, params);
      for (let n = 0; n < count; n++) {
        const values = forward(rows.subarray(n * inputs, (n + 1) * inputs));
        const p = softmax(values.at(-1) ?? new Float32Array(), classes);
        const weights = labelWeights(p, classes, options, random, n);
        addExample(layers, operations, values, p, weights, sums, architecture.weights === "in-out");
        await onExample(n + 1, count);
      }
      return Object.fromEntries(
        [...sums].map(([tensor, sum]) => {
          const { shape } = tensorOf(params, tensor);
          return [tensor, { data: Float32Array.from(sum, (x) => x / count), shape: [...shape] }];
        }),
      );
    },
  };
}

function fisherSums(layers: readonly PlannedLayer[], params: ParamTree): Map<string, Float64Array> {
  const sums = new Map<string, Float64Array>();
  for (const { weight, bias } of layers) {
    for (const tensor of [weight, bias]) {
      if (tensor) sums.set(tensor, new Float64Array(tensorOf(params, tensor).data.length));
    }
  }
  return sums;
}

/**
 * Adds $\sum_c w_c (\nabla_\theta \log p_c)^2$ of one example. For dense layers the sum over classes is taken of the
 * squared signals first, since their gradients are products $a_i \delta_o$; other layers square class by class.
 */
function addExample(
  layers: readonly PlannedLayer[],
  operations: readonly Operation[],
  values: readonly Float32Array[],
  p: Float32Array,
  weights: Float32Array,
  sums: Map<string, Float64Array>,
  inOut: boolean,
): void {
  const sumOf = (tensor: string | undefined): Float64Array | undefined => (tensor ? sums.get(tensor) : undefined);
  const squares = layers.map(({ config, output }) =>
    config.type === "linear" ? new Float64Array(output[0] ?? 0) : null,
  );
  for (let c = 0; c < weights.length; c++) {
    const weight = weights[c] as number;
    if (weight === 0) continue;
    let delta = Float32Array.from(p, (q, k) => (k === c ? 1 : 0) - q);
    for (let i = layers.length - 1; i >= 0; i--) {
      const { weight: tensor, bias } = layers[i] as PlannedLayer;
      const operation = operations[i] as Operation; // one a layer
      const entering = values[i] as Float32Array;
      const square = squares[i];
      const sum = sumOf(tensor);
      if (square) {
        for (let o = 0; o < square.length; o++) square[o] = (square[o] as number) + weight * (delta[o] as number) ** 2;
      } else if (sum) operation.squareInto?.(entering, delta, weight, sum, sumOf(bias));
      if (i > 0) delta = operation.backward(entering, values[i + 1] as Float32Array, delta);
    }
  }
  for (const [i, square] of squares.entries()) {
    const layer = layers[i];
    const sum = sumOf(layer?.weight);
    if (square && sum) addDense(values[i] as Float32Array, square, sum, sumOf(layer?.bias), inOut);
  }
}

function addDense(
  entering: Float32Array,
  square: Float64Array,
  sum: Float64Array,
  biasSum: Float64Array | undefined,
  inOut: boolean,
): void {
  const [outStep, inStep] = inOut ? [1, square.length] : [entering.length, 1];
  for (let i = 0; i < entering.length; i++) {
    const a = (entering[i] as number) ** 2;
    if (a === 0) continue;
    for (let o = 0, at = i * inStep; o < square.length; o++, at += outStep) {
      sum[at] = (sum[at] as number) + a * (square[o] as number);
    }
  }
  if (biasSum) for (let o = 0; o < square.length; o++) biasSum[o] = (biasSum[o] as number) + (square[o] as number);
}
