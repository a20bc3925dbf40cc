import { crossEntropy, type ScoreLoss } from "../../../kit/nets/class-scores.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { warmupCosine } from "../../../kit/nets/schedule.ts";
import { batches, gatherRows } from "../../../kit/nets/train.ts";
import { filledTree, type ParamTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import type { LowRankAdapter, WeightLayout } from "./low-rank-adapter.ts";

/** A forward pass that remembers enough to go back. */
export interface ModelPass {
  /** count × outputs */
  outputs: Float32Array;
  /** From the loss's gradient with respect to the outputs to that with respect to every adaptable weight matrix. */
  backward(outputGradient: Float32Array): Float32Array[];
}

/** A frozen network seen from the weight matrices that adapters may change. */
export interface AdaptableModel {
  inputs: number;
  outputs: number;
  /** The frozen weights $W_0^k$. */
  weights: readonly Float32Array[];
  layout: WeightLayout;
  /** The network with other matrices in their places. */
  forward(weights: readonly Float32Array[], rows: Float32Array, count: number): ModelPass;
}

/** An adapter and the model's matrices that its blocks 0, 1, … stand for. */
export interface Placement {
  adapter: LowRankAdapter;
  layers: readonly number[];
}

/** Rows with what the network should say about them: a class each, or `outputs` numbers each. */
export interface Examples {
  /** count × inputs */
  inputs: Float32Array;
  count: number;
  labels?: ArrayLike<number>;
  targets?: Float32Array;
}

export interface TrainAdapterOptions {
  steps: number;
  /** Peak learning rate of Adam. */
  lr: number;
  /** Examples a step. */
  batch?: number;
  /** Steps of linear rise before the cosine. */
  warmup?: number;
  weightDecay?: number;
  seed: number;
  onStep?(step: number, loss: number): void;
}

/** One adapter for all matrices of a model. */
export function everywhere(adapter: LowRankAdapter): Placement[] {
  return [{ adapter, layers: Array.from({ length: adapter.layers }, (_, block) => block) }];
}

/** The model's matrices with the adapters' updates added. */
export function adaptedWeights(model: AdaptableModel, placements: readonly Placement[]): Float32Array[] {
  const weights = [...model.weights];
  for (const { adapter, layers } of placements) {
    for (const [block, layer] of layers.entries()) {
      weights[layer] = adapter.adapted(block, model.weights[layer] ?? new Float32Array(0), model.layout);
    }
  }
  return weights;
}

/** The outputs (count × outputs) of the adapted model, in blocks of rows. */
export function adaptedOutputs(
  model: AdaptableModel,
  placements: readonly Placement[],
  rows: Float32Array,
  count: number,
): Float32Array {
  const weights = adaptedWeights(model, placements);
  const out = new Float32Array(count * model.outputs);
  const block = 512;
  for (let at = 0; at < count; at += block) {
    const size = Math.min(block, count - at);
    const part = rows.subarray(at * model.inputs, (at + size) * model.inputs);
    out.set(model.forward(weights, part, size).outputs, at * model.outputs);
  }
  return out;
}

/** Mean over all entries of the squared difference, and its gradient. */
export function squaredLoss(outputs: Float32Array, targets: Float32Array): ScoreLoss {
  const gradient = new Float32Array(outputs.length);
  let total = 0;
  for (let i = 0; i < outputs.length; i++) {
    const off = (outputs[i] as number) - (targets[i] as number);
    total += off * off;
    gradient[i] = (2 * off) / outputs.length;
  }
  return { loss: total / outputs.length, gradient };
}

/**
 * Trains the adapters in place by Adam with warm-up and cosine decay, the network frozen: cross-entropy where there are
 * labels, else squared error. A step adds the updates to the weights once, so that the cost beside the network's own passes
 * is $O(\sum_k r\,h\,o)$ whatever the batch, and gradients go from whole matrices to factors and from there to the pools.
 */
export function trainAdapter(
  model: AdaptableModel,
  placements: readonly Placement[],
  data: Examples,
  options: TrainAdapterOptions,
): void {
  let step = 0;
  for (const loss of trainingSteps(model, placements, data, options)) options.onStep?.(step++, loss);
}

/** `trainAdapter` step by step, for callers with other work to do in between: yields the loss of every step. */
export function* trainingSteps(
  model: AdaptableModel,
  placements: readonly Placement[],
  data: Examples,
  { steps, lr, batch = 64, warmup = Math.min(20, steps), weightDecay = 0, seed }: TrainAdapterOptions,
): Generator<number> {
  const source = batches(data.count, batch, new Random(seed).fork("batches"));
  const optimizers = placements.map(() => adamW({ weightDecay }));
  for (let step = 0; step < steps; step++) {
    const indices = source.next().value;
    const rows = gatherRows(data.inputs, model.inputs, indices);
    const { outputs, backward } = model.forward(adaptedWeights(model, placements), rows, indices.length);
    const { loss, gradient } = lossOf(model, data, indices, outputs);
    const slopes = backward(gradient);
    const rate = warmupCosine(step, { steps, warmup, peak: lr });
    for (const [i, placement] of placements.entries()) {
      optimizers[i]?.step(placement.adapter.params, adapterGradient(placement, slopes, model.layout), rate);
    }
    yield loss;
  }
}

/** The gradient of an adapter's parameters from those of whole matrices. */
export function adapterGradient(
  { adapter, layers }: Placement,
  slopes: readonly Float32Array[],
  layout: WeightLayout,
): ParamTree {
  const gradient = filledTree(adapter.params);
  for (const [block, layer] of layers.entries()) {
    adapter.addGradient(block, slopes[layer] as Float32Array, gradient, layout);
  }
  return gradient;
}

function lossOf(model: AdaptableModel, data: Examples, indices: Int32Array, outputs: Float32Array): ScoreLoss {
  const { labels, targets } = data;
  if (labels) {
    return crossEntropy(
      outputs,
      indices.map((i) => labels[i] as number),
      model.outputs,
    );
  }
  if (!targets) throw new RangeError("the examples have neither labels nor targets");
  return squaredLoss(outputs, gatherRows(targets, model.outputs, indices));
}
