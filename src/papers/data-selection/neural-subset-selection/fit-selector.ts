import { BadInput } from "../../../kit/errors.ts";
import type { Rows } from "../../../kit/nets/tape/rows.ts";
import { cloneTree, type ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { jaccard, topIndices } from "./jaccard.ts";
import { membership, type SetExample } from "./sets.ts";

export interface FitOptions {
  /** Passes over the examples. */
  epochs: number;
  /** Sets in a step. */
  batch: number;
  learningRate: number;
  /** Items that were not chosen, in a step's loss: so many for every chosen one, at random, or all. */
  negatives?: number | "all";
  /** Stops after so many passes without a better MJC on `validation`. */
  patience?: number;
  validation?: readonly SetExample[];
  random: Random;
  signal?: AbortSignal;
  /** Called after every step; `done` in [0, 1]. */
  onStep?(done: number): void | Promise<void>;
}

/** One line a pass. */
export type History = { epoch: number; loss: number; validation?: number }[];

/** Something that learns to choose from sets. */
export interface Learner {
  params: ParamTree;
  /** One step on a batch; returns its loss. */
  step(batch: readonly SetExample[], random: Random): number;
  /** For every item of every set, how probably it is chosen. */
  probabilities(sets: readonly Rows[], random: Random): Float64Array[];
}

/** 1 for chosen items, 0 for those that count as not chosen in this step, −1 for the others. */
export function targetsOf(
  batch: readonly SetExample[],
  offsets: Int32Array,
  negatives: number | "all",
  random: Random,
): Int8Array {
  const targets = new Int8Array(membership(batch, offsets));
  if (negatives === "all") return targets;
  for (const [i, { chosen }] of batch.entries()) {
    const others: number[] = [];
    for (let j = offsets[i] as number; j < (offsets[i + 1] as number); j++) if (targets[j] === 0) others.push(j);
    const left = random.shuffle(others).slice(Math.ceil(negatives * chosen.length));
    for (const j of left) targets[j] = -1;
  }
  return targets;
}

/** MJC of a learner that is told how many items were chosen. */
export function meanJaccardOf(learner: Learner, examples: readonly SetExample[], random: Random): number {
  const probabilities = learner.probabilities(
    examples.map(({ items }) => items),
    random,
  );
  const sum = examples.reduce((total, { chosen }, i) => {
    return total + jaccard(topIndices(probabilities[i] as Float64Array, chosen.length), chosen);
  }, 0);
  return sum / examples.length;
}

/**
 * Trains in passes over shuffled examples, and leaves the parameters with the best MJC on the validation sets behind (the
 * last ones without any).
 */
export async function fitSelector(
  learner: Learner,
  data: readonly SetExample[],
  { epochs, batch, patience = Number.POSITIVE_INFINITY, validation = [], random, signal, onStep }: FitOptions,
): Promise<History> {
  if (data.length === 0) throw new BadInput("there are no examples to learn from");
  const [order, draws] = [random.fork("order"), random.fork("draws")];
  const history: History = [];
  let best: { value: number; epoch: number; params: ParamTree } | undefined;
  const perEpoch = Math.ceil(data.length / batch);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const shuffled = order.shuffle([...data]);
    let loss = 0;
    for (let step = 0; step < perEpoch; step++) {
      signal?.throwIfAborted();
      loss += learner.step(shuffled.slice(step * batch, (step + 1) * batch), draws) / perEpoch;
      await onStep?.((epoch * perEpoch + step + 1) / (epochs * perEpoch));
    }
    if (validation.length === 0) {
      history.push({ epoch: epoch + 1, loss });
      continue;
    }
    const value = meanJaccardOf(learner, validation, random.fork("validation"));
    history.push({ epoch: epoch + 1, loss, validation: value });
    if (!best || value > best.value) best = { value, epoch, params: cloneTree(learner.params) };
    else if (epoch - best.epoch >= patience) break;
  }
  if (best) {
    for (const [name, { data: kept }] of Object.entries(best.params)) learner.params[name]?.data.set(kept);
  }
  return history;
}
