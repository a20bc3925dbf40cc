import type { Random } from "../random.ts";
import { multiply } from "./multiply.ts";
import { type ParamTree, type Tensor, tensorOf } from "./tree.ts";

export type Activation = "relu" | "tanh" | "sigmoid" | "identity";

/** A multilayer perceptron: dense layers with an activation between them and none after the last. */
export interface Mlp {
  /** Widths from inputs to outputs, e.g. [196, 64, 64, 10]. */
  readonly sizes: readonly number[];
  readonly activation: Activation;
}

/** Describes an MLP. Its parameters are `layers.0.weight` (inputs × outputs), `layers.0.bias`, `layers.1.weight`, …. */
export function mlp(sizes: readonly number[], activation: Activation = "relu"): Mlp {
  if (sizes.length < 2 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new RangeError(`an MLP needs two or more positive widths, not [${sizes}]`);
  }
  return { sizes, activation };
}

export function layerCount(net: Mlp): number {
  return net.sizes.length - 1;
}

export function layerWidths(net: Mlp, layer: number): { inputs: number; outputs: number } {
  return { inputs: net.sizes[layer] ?? 0, outputs: net.sizes[layer + 1] ?? 0 };
}

export const weightName = (layer: number): string => `layers.${layer}.weight`;
export const biasName = (layer: number): string => `layers.${layer}.bias`;

/**
 * Random start, biases zero unless said otherwise, weights uniform on $[-b, b]$:
 * `he` $b=\sqrt{6/\text{in}}$, `xavier` $b=\sqrt{6/(\text{in}+\text{out})}$, `lecun` $b=\sqrt{3/\text{in}}$,
 * `torch` $b=1/\sqrt{\text{in}}$ for weights and biases.
 */
export function initMlp(net: Mlp, random: Random, scheme: "he" | "xavier" | "lecun" | "torch" = "he"): ParamTree {
  const tree: ParamTree = {};
  for (let layer = 0; layer < layerCount(net); layer++) {
    const { inputs, outputs } = layerWidths(net, layer);
    const bounds = { he: 6 / inputs, xavier: 6 / (inputs + outputs), lecun: 3 / inputs, torch: 1 / inputs };
    const bound = Math.sqrt(bounds[scheme]);
    const fill = (size: number): Float32Array =>
      Float32Array.from({ length: size }, () => random.uniform(-bound, bound));
    tree[weightName(layer)] = { data: fill(inputs * outputs), shape: [inputs, outputs] };
    tree[biasName(layer)] = { data: scheme === "torch" ? fill(outputs) : new Float32Array(outputs), shape: [outputs] };
  }
  return tree;
}

/** A forward pass kept for the way back. */
export interface Pass {
  /** Number of examples. */
  count: number;
  /** `values[0]` are the inputs, `values[l]` what layer l−1 puts out after its activation; the last are the logits. */
  values: Float32Array[];
}

/** The logits (count × outputs) of a pass. */
export function passOutput(pass: Pass): Float32Array {
  return pass.values[pass.values.length - 1] as Float32Array; // a pass has at least the inputs
}

function addBias(values: Float32Array, bias: Float32Array, count: number): void {
  const width = bias.length;
  for (let r = 0, at = 0; r < count; r++) {
    for (let j = 0; j < width; j++, at++) values[at] = (values[at] as number) + (bias[j] as number);
  }
}

/** Applies an activation in place. */
export function activate(values: Float32Array, activation: Activation): void {
  if (activation === "relu") {
    for (let i = 0; i < values.length; i++) if ((values[i] as number) < 0) values[i] = 0;
  } else if (activation === "tanh") {
    for (let i = 0; i < values.length; i++) values[i] = Math.tanh(values[i] as number);
  } else if (activation === "sigmoid") {
    for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + Math.exp(-(values[i] as number)));
  }
}

/** Multiplies `gradient` by the activation's derivative, which all four activations give from their value alone. */
export function scaleByDerivative(gradient: Float32Array, values: Float32Array, activation: Activation): void {
  if (activation === "relu") {
    for (let i = 0; i < gradient.length; i++) if ((values[i] as number) <= 0) gradient[i] = 0;
  } else if (activation === "tanh") {
    for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) * (1 - (values[i] as number) ** 2);
  } else if (activation === "sigmoid") {
    for (let i = 0; i < gradient.length; i++) {
      const s = values[i] as number;
      gradient[i] = (gradient[i] as number) * s * (1 - s);
    }
  }
}

function layerTensors(net: Mlp, params: ParamTree, layer: number): { weight: Tensor; bias: Tensor } {
  const { inputs, outputs } = layerWidths(net, layer);
  const weight = tensorOf(params, weightName(layer));
  const bias = tensorOf(params, biasName(layer));
  if (weight.data.length !== inputs * outputs || bias.data.length !== outputs) {
    throw new RangeError(`layer ${layer} does not fit a network of widths [${net.sizes}]`);
  }
  return { weight, bias };
}

/** Forward pass of `count` examples, row-major (count × inputs). */
export function mlpForward(net: Mlp, params: ParamTree, inputs: Float32Array, count: number): Pass {
  const width = net.sizes[0] ?? 0;
  if (inputs.length < count * width) throw new RangeError(`${inputs.length} values do not make ${count} × ${width}`);
  const values = [inputs];
  for (let layer = 0; layer < layerCount(net); layer++) {
    const { weight, bias } = layerTensors(net, params, layer);
    const widths = layerWidths(net, layer);
    const out = new Float32Array(count * widths.outputs);
    multiply(out, values[layer] as Float32Array, weight.data, count, widths.outputs, widths.inputs);
    addBias(out, bias.data, count);
    if (layer < layerCount(net) - 1) activate(out, net.activation);
    values.push(out);
  }
  return { count, values };
}

/** Logits (count × outputs) of any number of examples, computed in blocks so that memory stays small. */
export function mlpLogits(
  net: Mlp,
  params: ParamTree,
  inputs: Float32Array,
  count: number,
  block = 1024,
): Float32Array {
  const width = net.sizes[0] ?? 0;
  const classes = net.sizes[layerCount(net)] ?? 0;
  const logits = new Float32Array(count * classes);
  for (let at = 0; at < count; at += block) {
    const size = Math.min(block, count - at);
    const pass = mlpForward(net, params, inputs.subarray(at * width, (at + size) * width), size);
    logits.set(passOutput(pass), at * classes);
  }
  return logits;
}

/**
 * Backward pass: from the loss's gradient with respect to the logits (count × outputs) to its gradient with respect to
 * every parameter, summed over the examples; with `inputGradient` also with respect to the inputs (count × inputs).
 */
export function mlpBackward(
  net: Mlp,
  params: ParamTree,
  pass: Pass,
  outputGradient: Float32Array,
  { inputGradient = false } = {},
): { gradient: ParamTree; inputs?: Float32Array } {
  const { count, values } = pass;
  const gradient: ParamTree = {};
  let delta = outputGradient;
  for (let layer = layerCount(net) - 1; layer >= 0; layer--) {
    const { inputs, outputs } = layerWidths(net, layer);
    const below = values[layer] as Float32Array;
    const weight = new Float32Array(inputs * outputs);
    multiply(weight, below, delta, inputs, outputs, count, { transposeA: true });
    const bias = new Float32Array(outputs);
    for (let r = 0, at = 0; r < count; r++) {
      for (let j = 0; j < outputs; j++, at++) bias[j] = (bias[j] as number) + (delta[at] as number);
    }
    gradient[weightName(layer)] = { data: weight, shape: [inputs, outputs] };
    gradient[biasName(layer)] = { data: bias, shape: [outputs] };
    if (layer > 0 || inputGradient) delta = backThrough(net, params, pass, delta, layer);
  }
  return inputGradient ? { gradient, inputs: delta } : { gradient };
}

/** $\delta_{l-1} = (\delta_l W_l^\top) \odot \sigma'$: one layer down; at layer 0 the gradient with respect to the inputs. */
export function backThrough(
  net: Mlp,
  params: ParamTree,
  pass: Pass,
  delta: Float32Array,
  layer: number,
): Float32Array<ArrayBuffer> {
  const { inputs, outputs } = layerWidths(net, layer);
  const next = new Float32Array(pass.count * inputs);
  multiply(next, delta, tensorOf(params, weightName(layer)).data, pass.count, inputs, outputs, { transposeB: true });
  if (layer > 0) scaleByDerivative(next, pass.values[layer] as Float32Array, net.activation);
  return next;
}
