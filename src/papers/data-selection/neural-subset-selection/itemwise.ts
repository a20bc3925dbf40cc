import { sigmoid } from "../../../kit/logistic.ts";
import { clipNorm } from "../../../kit/nets/clip.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { paramTree, type Rows, type RowsTree } from "../../../kit/nets/tape/rows.ts";
import { resultOf, Tape } from "../../../kit/nets/tape/tape.ts";
import { type FitOptions, fitSelector, type History, type Learner, targetsOf } from "./fit-selector.ts";
import { type PackedSets, packSets, type SetExample, splitBySet } from "./sets.ts";
import { subsetLoss } from "./subset-selector.ts";

export interface ItemwiseConfig {
  dim: number;
  width?: number;
  /** Hidden layers, or blocks of attention. */
  layers?: number;
}

/** A network with a logit for every item of packed sets, off or on a tape. */
export interface ItemwiseNetwork<T extends RowsTree> {
  net: T;
  logits(net: T, sets: PackedSets): Rows;
}

/** A trained network that gives every item a probability of being chosen. */
export interface ItemwiseSelector {
  learner: Learner;
  parameters: number;
  history: History;
}

function itemwiseLearner<T extends RowsTree>(
  { net, logits: logitsOf }: ItemwiseNetwork<T>,
  dim: number,
  { learningRate, negatives = "all" }: FitOptions,
): Learner {
  const params = paramTree(net);
  const optimizer = adamW({ learningRate, weightDecay: 1e-5 });
  return {
    params,
    step(batch, draws) {
      const sets = packSets(
        batch.map(({ items }) => items),
        dim,
      );
      const tape = new Tape();
      const tracked = tape.track(net);
      const logits = logitsOf(tracked, sets);
      const targets = targetsOf(batch, sets.offsets, negatives, draws);
      const { loss, slope } = subsetLoss(Float64Array.from(logits.data), targets, batch.length);
      tape.backward(weightedSum(logits, slope));
      const gradient = paramTree(tracked, "grad");
      clipNorm(gradient, 10);
      optimizer.step(params, gradient);
      return loss;
    },
    probabilities(sets) {
      const packed = packSets(sets, dim);
      const logits = logitsOf(net, packed);
      return splitBySet(Float64Array.from(logits.data, sigmoid), packed.offsets);
    },
  };
}

/** $\sum_j g_j x_j$: its gradient is g, which brings a gradient that is known onto the tape. */
function weightedSum(x: Rows, slope: Float64Array): Rows {
  const out = resultOf(1, 1, x);
  out.tape?.record(() => {
    const { grad } = x;
    for (let i = 0; grad && i < grad.length; i++) grad[i] = (grad[i] as number) + (slope[i] as number);
  });
  return out;
}

/** Trains a network of items with binary cross-entropy. */
export async function fitItemwise<T extends RowsTree>(
  network: ItemwiseNetwork<T>,
  data: readonly SetExample[],
  dim: number,
  options: FitOptions,
): Promise<ItemwiseSelector> {
  const learner = itemwiseLearner(network, dim, options);
  const history = await fitSelector(learner, data, options);
  const parameters = Object.values(learner.params).reduce((sum, { data: values }) => sum + values.length, 0);
  return { learner, history, parameters };
}

/** The largest width at which a network has at most `count` parameters. */
export function widthFor(parameters: (width: number) => number, count: number): number {
  let width = 1;
  while (parameters(width + 1) <= count) width += 1;
  return width;
}
