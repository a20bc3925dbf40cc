import { BadInput } from "../../../kit/errors.ts";
import { softCrossEntropy } from "../../../kit/nets/class-scores.ts";
import { layerCount, type Mlp, mlpBackward, mlpForward, mlpLogits, passOutput } from "../../../kit/nets/mlp.ts";
import { adamW, type Optimizer } from "../../../kit/nets/optimizers.ts";
import { batches, gatherRows } from "../../../kit/nets/train.ts";
import { cloneTree, type ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import type { Network } from "../network/differentiable.ts";
import { wiseFt } from "./wise-ft.ts";

/** Inputs (count × inputs of the net) and a class for each. */
export interface LabelledInputs {
  inputs: Float32Array;
  labels: ArrayLike<number>;
}

/** What keeps a fine-tuned model from being surer than its pretrained ancestor; 0 leaves either out. */
export interface Balance {
  /** ε: targets are $(1-\varepsilon)$ one-hot plus $\varepsilon/K$. */
  labelSmoothing?: number;
  /** a: inputs and targets of two examples are mixed with weight λ ~ Beta(a, a). */
  mixupAlpha?: number;
}

/** The paper's two ingredients at the strengths used here; its own values could not be confirmed. */
export const usualBalance = { labelSmoothing: 0.1, mixupAlpha: 0.3 } as const satisfies Balance;

/** Below it the draws of a Beta distribution run out of digits; plain training is 0. */
const leastMixup = 0.01;

export function checkBalance({ labelSmoothing = 0, mixupAlpha = 0 }: Balance): void {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new BadInput(`label smoothing is ${labelSmoothing} and a number from 0 to below 1 is wanted`);
  }
  if (!(mixupAlpha === 0 || (mixupAlpha >= leastMixup && mixupAlpha <= 100))) {
    throw new BadInput(`the Mixup parameter is ${mixupAlpha} and 0 or a number from ${leastMixup} to 100 is wanted`);
  }
}

/** Smoothed targets (count × classes), rows summing to 1. */
export function smoothedTargets(
  labels: ArrayLike<number>,
  classes: number,
  epsilon: number,
): Float32Array<ArrayBuffer> {
  const targets = new Float32Array(labels.length * classes).fill(epsilon / classes);
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n] as number;
    if (!(label >= 0 && label < classes)) {
      throw new BadInput(`label ${label} of example ${n} is not a class below ${classes}`);
    }
    targets[n * classes + label] = 1 - epsilon + epsilon / classes;
  }
  return targets;
}

/** Mixes every row with the row at its place in `partners`: $\lambda x_n + (1-\lambda)\,x_{m(n)}$. */
export function mixRows(
  rows: Float32Array,
  width: number,
  partners: ArrayLike<number>,
  lambda: number,
): Float32Array<ArrayBuffer> {
  const out = gatherRows(rows, width, partners);
  for (let i = 0; i < out.length; i++) out[i] = lambda * (rows[i] as number) + (1 - lambda) * (out[i] as number);
  return out;
}

/** An MLP in the form of the field's networks. */
export function mlpNetwork(net: Mlp): Network {
  return {
    inputs: net.sizes[0] ?? 0,
    classes: net.sizes[layerCount(net)] ?? 0,
    forward(params, rows, count) {
      const pass = mlpForward(net, params, rows, count);
      return {
        logits: passOutput(pass),
        backward: (logitGradient) => mlpBackward(net, params, pass, logitGradient).gradient,
      };
    },
    logits: (params, rows, count) => mlpLogits(net, params, rows, count),
  };
}

export interface FineTuneOptions extends Balance {
  steps: number;
  /** Examples a step; 64. */
  batch?: number;
  /** Adam at 1e-3 unless given. */
  optimizer?: Optimizer;
  random: Random;
}

/**
 * Trains a classifier from `start`, which is left as it is, on mini-batches with smoothed labels and Mixup (one λ and one
 * permutation a batch). With neither it is plain cross-entropy training.
 */
export function fineTune(
  net: Mlp | Network,
  start: ParamTree,
  data: LabelledInputs,
  options: FineTuneOptions,
): ParamTree {
  const training = fineTuning(net, start, data, options);
  while (true) {
    const { done, value } = training.next();
    if (done) return value;
  }
}

/** The same step by step, for callers that pause; yields the loss of every step and returns the parameters. */
export function* fineTuning(
  net: Mlp | Network,
  start: ParamTree,
  { inputs, labels }: LabelledInputs,
  options: FineTuneOptions,
): Generator<number, ParamTree> {
  const { steps, batch = 64, random } = options;
  const { labelSmoothing = 0, mixupAlpha = 0, optimizer = adamW({ weightDecay: 0 }) } = options;
  checkBalance(options);
  const network = "sizes" in net ? mlpNetwork(net) : net;
  const { inputs: width, classes } = network;
  const params = cloneTree(start);
  const source = batches(labels.length, batch, random);
  const mixing = random.fork("mixup");
  for (let step = 0; step < steps; step++) {
    const indices = source.next().value;
    const count = indices.length;
    let x = gatherRows(inputs, width, indices);
    let targets = smoothedTargets(
      indices.map((i) => labels[i] as number),
      classes,
      labelSmoothing,
    );
    if (mixupAlpha > 0) {
      const lambda = mixing.dirichlet([mixupAlpha, mixupAlpha])[0] ?? 1;
      const partners = mixing.permutation(count);
      x = mixRows(x, width, partners, lambda);
      targets = mixRows(targets, classes, partners, lambda);
    }
    const pass = network.forward(params, x, count);
    const { loss, gradient } = softCrossEntropy(pass.logits, targets, classes);
    optimizer.step(params, pass.backward(gradient));
    yield loss;
  }
  return params;
}

/**
 * Balanced averaging, BANG (paper, section 5): fine-tunes the pretrained model with label smoothing and Mixup, so that it
 * does not drown the other one's voice by being too sure, and averages the weights of the two. Returns both.
 */
export function bang(
  net: Mlp | Network,
  pre: ParamTree,
  data: LabelledInputs,
  { alpha = 0.5, ...options }: FineTuneOptions & { alpha?: number },
): { tuned: ParamTree; averaged: ParamTree } {
  const tuned = fineTune(net, pre, data, { ...usualBalance, ...options });
  return { tuned, averaged: wiseFt(pre, tuned, alpha) };
}
