import { BadInput } from "../../../kit/errors.ts";
import { type Dense, initPerceptron, perceptron } from "../../../kit/nets/tape/dense.ts";
import { combine } from "../../../kit/nets/tape/ops.ts";
import { type Rows, rowsOf } from "../../../kit/nets/tape/rows.ts";
import type { Random } from "../../../kit/random.ts";
import type { Aggregator, AggregatorParams } from "./aggregators.ts";
import { checkItems } from "./tree.ts";

/** A batch of bags: all items, one row each and sorted by bag, the bag of each item, and the number of bags. */
export interface Bags {
  items: Rows;
  segmentIds: Int32Array;
  segments: number;
}

export type SetModelParams = { encoder: Dense[]; aggregator: AggregatorParams; decoder: Dense[] };

export interface SetModelOptions {
  /** Numbers per item. */
  inputDim: number;
  /** Outputs per bag: logits or values. */
  outputDim: number;
  aggregator: Aggregator;
}

/** Encoder of the items, aggregator, decoder of the bag: $f(X) = \rho\bigl(\bigoplus_i \varphi(x_i)\bigr)$. */
export interface SetModel extends SetModelOptions {
  init(random: Random): SetModelParams;
  /** One row of outputs per bag. */
  apply(params: SetModelParams, bags: Bags, onLevel?: (states: Rows) => void): Rows;
}

/** A model of sets with two-layer encoder and decoder of the aggregator's width. */
export function createSetModel({ inputDim, outputDim, aggregator }: SetModelOptions): SetModel {
  const { width } = aggregator;
  return {
    inputDim,
    outputDim,
    aggregator,
    init: (random) => ({
      encoder: initPerceptron(random.fork("encoder"), [inputDim, width, width]),
      aggregator: aggregator.init(random.fork("aggregator")),
      decoder: initPerceptron(random.fork("decoder"), [width, width, outputDim]),
    }),
    apply(params, { items, segmentIds, segments }, onLevel) {
      if (items.width !== inputDim) {
        throw new BadInput(`the items have ${items.width} numbers and the model was made for ${inputDim}`);
      }
      checkItems(items, segmentIds);
      const states = perceptron(params.encoder, items);
      onLevel?.(states);
      return perceptron(params.decoder, aggregator.apply(params.aggregator, states, segmentIds, segments, onLevel));
    },
  };
}

/** Packs bags of rows, each item `inputDim` numbers, into one batch. */
export function packBags(bags: readonly (readonly ArrayLike<number>[])[], inputDim: number): Bags {
  const count = bags.reduce((sum, bag) => sum + bag.length, 0);
  const values = new Float32Array(count * inputDim);
  const segmentIds = new Int32Array(count);
  let row = 0;
  for (const [segment, bag] of bags.entries()) {
    for (const item of bag) {
      if (item.length !== inputDim) {
        throw new BadInput(`an item has ${item.length} numbers and ${inputDim} are wanted`, {
          where: `bag ${segment}`,
        });
      }
      values.set(item, row * inputDim);
      segmentIds[row++] = segment;
    }
  }
  return { items: rowsOf(count, inputDim, values), segmentIds, segments: bags.length };
}

/** Outputs for any number of bags, computed in blocks of about `block` items so that memory stays small. */
export function predict(
  model: SetModel,
  params: SetModelParams,
  bags: readonly (readonly ArrayLike<number>[])[],
  block = 4096,
): Rows {
  const out = rowsOf(bags.length, model.outputDim, new Float32Array(bags.length * model.outputDim));
  let from = 0;
  while (from < bags.length) {
    let to = from;
    let items = 0;
    while (to < bags.length && (to === from || items + (bags[to]?.length ?? 0) <= block))
      items += bags[to++]?.length ?? 0;
    const part = model.apply(params, packBags(bags.slice(from, to), model.inputDim));
    out.data.set(part.data, from * model.outputDim);
    from = to;
  }
  return out;
}

/**
 * How much the outputs depend on the order in which a bag is given: the largest distance of any output from its mean over
 * `permutations` random orders. 0 for an aggregator that is commutative and associative.
 */
export function orderSensitivity(
  model: SetModel,
  params: SetModelParams,
  bag: readonly ArrayLike<number>[],
  permutations: number,
  random: Random,
): number {
  const shuffled = Array.from({ length: permutations }, () => random.shuffle([...bag]));
  const { data, width } = predict(model, params, shuffled);
  let largest = 0;
  for (let j = 0; j < width; j++) {
    let mean = 0;
    for (let i = 0; i < permutations; i++) mean += (data[i * width + j] as number) / permutations;
    for (let i = 0; i < permutations; i++)
      largest = Math.max(largest, Math.abs((data[i * width + j] as number) - mean));
  }
  return largest;
}

/**
 * Share of the operator's penalty in the loss at a step: nothing for the first quarter of the training, then rising
 * linearly to all of it at half. From the first step on, the penalty is won by shrinking all states to one point, which is
 * perfectly associative and has learned nothing; once the task is learned it makes the operator associative.
 */
export function penaltyShare(step: number, steps: number): number {
  return Math.min(1, Math.max(0, (4 * step) / steps - 1));
}

/** Loss of the outputs for a batch, plus `share` of the aggregator's penalty on the states the batch went through. */
export function penalisedLoss(
  model: SetModel,
  params: SetModelParams,
  bags: Bags,
  loss: (outputs: Rows) => Rows,
  { share, random }: { share: number; random: Random },
): Rows {
  const states: Rows[] = [];
  const value = loss(model.apply(params, bags, (level) => states.push(level)));
  const penalty = share > 0 ? model.aggregator.penalty?.(params.aggregator, states, random) : undefined;
  return penalty ? combine(value, penalty, 1, share) : value;
}
