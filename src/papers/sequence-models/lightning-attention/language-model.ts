import { crossEntropyLoss } from "../../../kit/nets/tape/losses.ts";
import { leavesOf, paramTree, type Rows, type RowsTree, rowsOf } from "../../../kit/nets/tape/rows.ts";
import { Tape } from "../../../kit/nets/tape/tape.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";

/** A causal model over symbols 0 … vocab − 1, as its training sees it. */
export interface LanguageModel {
  /** Weights as named tensors, sharing memory with the model. */
  readonly parameters: ParamTree;
  /** Logits ((batch · n) × vocab) after every symbol of `batch` sequences that lie one after the other. */
  logits(ids: Int32Array, batch: number): Rows;
  /** Mean cross-entropy of predicting `targets`, in nats, and its gradient by parameter name. */
  lossAndGradient(ids: Int32Array, targets: Int32Array, batch: number): { loss: number; gradient: ParamTree };
}

/** Sizes shared by both models. */
export interface ModelConfig {
  /** Number of symbols. */
  vocab: number;
  /** Width of the residual stream, a multiple of `heads`. */
  dModel: number;
  layers: number;
  heads: number;
  /** Width inside the channel mixer. */
  hidden?: number;
  random: Random;
}

/** Refuses sizes that do not fit together. */
export function checkConfig({ vocab, dModel, layers, heads, hidden = 1 }: ModelConfig): void {
  for (const [name, size] of Object.entries({ vocab, dModel, layers, heads, hidden })) {
    if (!(Number.isInteger(size) && size >= 1)) throw new RangeError(`${name} is ${size} and must be at least 1`);
  }
  if (dModel % heads !== 0) throw new RangeError(`a width of ${dModel} cannot be shared by ${heads} heads`);
}

/** A weight matrix (inputs × outputs), uniform with the standard deviation $\text{gain}/\sqrt{\text{inputs}}$. */
export function weight(random: Random, inputs: number, outputs: number, gain = 1): Rows {
  const bound = gain * Math.sqrt(3 / inputs);
  const draw = () => random.uniform(-bound, bound);
  return rowsOf(inputs, outputs, Float32Array.from({ length: inputs * outputs }, draw));
}

/** Refuses symbols outside 0 … vocab − 1 and sequences that do not divide. */
export function checkIds(ids: Int32Array, batch: number, vocab: number): void {
  if (ids.length === 0 || ids.length % batch !== 0) {
    throw new RangeError(`${ids.length} symbols do not make ${batch} sequences of one length`);
  }
  const bad = ids.findIndex((id) => !(id >= 0 && id < vocab));
  if (bad >= 0) throw new RangeError(`symbol ${bad} is ${ids[bad]} and must be from 0 to ${vocab - 1}`);
}

/** Loss and gradient of a model written as a function of its weights. */
export function lossAndGradient<T extends RowsTree>(
  weights: T,
  logits: (weights: T) => Rows,
  targets: Int32Array,
): { loss: number; gradient: ParamTree } {
  const tape = new Tape();
  const tracked = tape.track(weights);
  const loss = crossEntropyLoss(logits(tracked), targets);
  tape.backward(loss);
  return { loss: loss.data[0] ?? Number.NaN, gradient: paramTree(tracked, "grad") };
}

/** Number of weights. */
export function sizeOf(weights: RowsTree): number {
  return leavesOf(weights).reduce((sum, { data }) => sum + data.length, 0);
}
