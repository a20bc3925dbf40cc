import { multiply } from "../../../kit/nets/multiply.ts";
import { elementCount, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import { type Architecture, type PlannedLayer, planLayers } from "./architecture.ts";
import { type Operation, operationOf } from "./operations.ts";

/** A forward pass that remembers enough to go back. */
export interface NetworkPass {
  /** count × classes */
  logits: Float32Array;
  /** From the loss's gradient with respect to the logits to its gradient with respect to every parameter used. */
  backward(logitGradient: Float32Array): ParamTree;
}

/** A small network as a function of its parameters, batch by batch. */
export interface Network {
  inputs: number;
  classes: number;
  forward(params: ParamTree, rows: Float32Array, count: number): NetworkPass;
  /** Logits of any number of rows, in blocks. */
  logits(params: ParamTree, rows: Float32Array, count: number): Float32Array;
}

const block = 512;

/**
 * An architecture with the shapes of `params`; whatever does not fit is refused by layer. Linear layers take a batch as one
 * matrix product, activations as one array, the other layers row by row.
 */
export function differentiableNetwork(architecture: Architecture, params: ParamTree, file: string): Network {
  const layers = planLayers(architecture, params, file);
  const inputs = elementCount(architecture.input);
  const classes = layers.at(-1)?.output[0] ?? 0;
  const fixed = layers.map((layer) => (layer.weight ? undefined : operationOf(layer, {}, architecture.weights)));
  const steps = (tree: ParamTree): Step[] =>
    layers.map((layer, i) => {
      if (layer.config.type === "linear") return linearStep(layer, tree, architecture.weights === "out-in");
      return rowStep(layer, fixed[i] ?? operationOf(layer, tree, architecture.weights), tree);
    });
  const forward = (tree: ParamTree, rows: Float32Array, count: number): NetworkPass => {
    const run = steps(tree);
    const values = [rows.length === count * inputs ? rows : rows.subarray(0, count * inputs)];
    for (const step of run) values.push(step.forward(values[values.length - 1] as Float32Array, count));
    return {
      logits: values[values.length - 1] as Float32Array,
      backward(logitGradient) {
        const gradient: ParamTree = {};
        let delta = logitGradient;
        for (let i = run.length - 1; i >= 0; i--) {
          const [below, above] = [values[i] as Float32Array, values[i + 1] as Float32Array];
          delta = (run[i] as Step).backward(below, above, delta, count, gradient, i > 0);
        }
        return gradient;
      },
    };
  };
  return {
    inputs,
    classes,
    forward,
    logits(tree, rows, count) {
      const out = new Float32Array(count * classes);
      for (let at = 0; at < count; at += block) {
        const size = Math.min(block, count - at);
        out.set(forward(tree, rows.subarray(at * inputs, (at + size) * inputs), size).logits, at * classes);
      }
      return out;
    },
  };
}

/** A sum of gradients so far and one more, for the tensors of `params` only; a first one is taken over as it is. */
export function addGradients(sum: ParamTree | undefined, more: ParamTree, params: ParamTree): ParamTree {
  if (!sum) {
    const known = Object.entries(params).map(([name, { data, shape }]) => {
      return [name, more[name] ?? { data: new Float32Array(data.length), shape }] as const;
    });
    return Object.fromEntries(known);
  }
  for (const [name, { data }] of Object.entries(sum)) {
    const part = more[name]?.data; // a tensor that the pass did not use has none
    if (part) for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + (part[i] as number);
  }
  return sum;
}

/** One layer at work on a batch; going back it adds to `gradient` and gives the delta below, where it is needed. */
interface Step {
  forward(x: Float32Array, count: number): Float32Array;
  backward(
    x: Float32Array,
    y: Float32Array,
    delta: Float32Array,
    count: number,
    gradient: ParamTree,
    needed: boolean,
  ): Float32Array;
}

/** Adds to the gradient of a tensor, which several layers may share. */
function addGradient(gradient: ParamTree, name: string, data: Float32Array, shape: readonly number[]): void {
  const known = gradient[name];
  if (!known) gradient[name] = { data, shape: [...shape] };
  else for (let i = 0; i < data.length; i++) known.data[i] = (known.data[i] as number) + (data[i] as number);
}

function linearStep({ weight = "", bias, input, output }: PlannedLayer, params: ParamTree, outIn: boolean): Step {
  const { data: w, shape } = tensorOf(params, weight);
  const offsets = bias ? tensorOf(params, bias) : undefined;
  const [into, out] = [input[0] ?? 0, output[0] ?? 0];
  return {
    forward(x, count) {
      const y = new Float32Array(count * out);
      multiply(y, x, w, count, out, into, { transposeB: outIn });
      if (offsets) {
        for (let r = 0, at = 0; r < count; r++) {
          for (let j = 0; j < out; j++, at++) y[at] = (y[at] as number) + (offsets.data[j] as number);
        }
      }
      return y;
    },
    backward(x, _y, delta, count, gradient, needed) {
      const own = new Float32Array(w.length);
      if (outIn) multiply(own, delta, x, out, into, count, { transposeA: true });
      else multiply(own, x, delta, into, out, count, { transposeA: true });
      addGradient(gradient, weight, own, shape);
      if (bias && offsets) {
        const sums = new Float32Array(out);
        for (let r = 0, at = 0; r < count; r++) {
          for (let j = 0; j < out; j++, at++) sums[j] = (sums[j] as number) + (delta[at] as number);
        }
        addGradient(gradient, bias, sums, offsets.shape);
      }
      const below = new Float32Array(needed ? count * into : 0);
      if (needed) multiply(below, delta, w, count, into, out, { transposeB: !outIn });
      return below;
    },
  };
}

function rowStep(layer: PlannedLayer, operation: Operation, params: ParamTree): Step {
  const [into, out] = [elementCount(layer.input), elementCount(layer.output)];
  const row = (values: Float32Array, width: number, r: number): Float32Array =>
    values.subarray(r * width, (r + 1) * width);
  const elementwise = ["relu", "tanh", "sigmoid", "flatten"].includes(layer.config.type);
  return {
    forward(x, count) {
      if (elementwise) return operation.forward(x);
      const y = new Float32Array(count * out);
      for (let r = 0; r < count; r++) y.set(operation.forward(row(x, into, r)), r * out);
      return y;
    },
    backward(x, y, delta, count, gradient, needed) {
      if (layer.weight && operation.gradientInto) {
        const weight = tensorOf(params, layer.weight);
        const bias = layer.bias ? tensorOf(params, layer.bias) : undefined;
        const own = new Float32Array(weight.data.length);
        const ownBias = bias && new Float32Array(bias.data.length);
        for (let r = 0; r < count; r++) operation.gradientInto(row(x, into, r), row(delta, out, r), own, ownBias);
        addGradient(gradient, layer.weight, own, weight.shape);
        if (layer.bias && bias && ownBias) addGradient(gradient, layer.bias, ownBias, bias.shape);
      }
      if (!needed) return new Float32Array(0);
      if (elementwise) return operation.backward(x, y, delta);
      const below = new Float32Array(count * into);
      for (let r = 0; r < count; r++) {
        below.set(operation.backward(row(x, into, r), row(y, out, r), row(delta, out, r)), r * into);
      }
      return below;
    },
  };
}
