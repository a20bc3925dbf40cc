import { sigmoid } from "../../../kit/logistic.ts";
import { clipNorm } from "../../../kit/nets/clip.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { type Dense, uniformRows } from "../../../kit/nets/tape/dense.ts";
import { combine, linear, relu, scaleRows, take } from "../../../kit/nets/tape/ops.ts";
import { paramTree, type Rows, zeros } from "../../../kit/nets/tape/rows.ts";
import { segmentSum } from "../../../kit/nets/tape/segments.ts";
import { resultOf, Tape } from "../../../kit/nets/tape/tape.ts";
import type { Random } from "../../../kit/random.ts";
import { type FitOptions, fitSelector, type History, type Learner, targetsOf } from "./fit-selector.ts";
import { type PackedSets, packSets, type SetExample, splitBySet } from "./sets.ts";
import { subsetLoss } from "./subset-selector.ts";

/** A dense layer on the items and, in the equivariant network, one on the mean of their set. */
type Layer = { own: Dense; pooled?: Rows };

export interface ItemwiseConfig {
  dim: number;
  width?: number;
  /** Hidden layers. */
  layers?: number;
}

/** Logits of all items, off or on a tape. */
function logitsOf(layers: readonly Layer[], { items, offsets, count }: PackedSets): Rows {
  const sizes = Float32Array.from(
    { length: count },
    (_, i) => 1 / ((offsets[i + 1] as number) - (offsets[i] as number)),
  );
  const owner = new Int32Array(items.rows);
  for (let i = 0; i < count; i++) owner.fill(i, offsets[i], offsets[i + 1]);
  return layers.reduce((x: Rows, { own, pooled }, l) => {
    const h = l > 0 ? relu(x) : x;
    const alone = linear(h, own.weight, own.bias);
    if (!pooled) return alone;
    const context = linear(scaleRows(segmentSum(h, offsets), sizes), pooled);
    return combine(alone, take(context, owner));
  }, items);
}

/** Dense layers with weights of variance 2/inputs and biases 0. */
function heLayers(random: Random, widths: readonly number[]): Dense[] {
  return widths.slice(1).map((outputs, l) => {
    const inputs = widths[l] as number;
    return { weight: uniformRows(random, inputs, outputs, Math.sqrt(6 / inputs)), bias: zeros(1, outputs) };
  });
}

function itemwiseLearner(
  { dim, width = 64, layers = 2 }: ItemwiseConfig,
  context: boolean,
  { learningRate, negatives = "all", random }: FitOptions,
): Learner {
  const widths = [dim, ...Array.from({ length: layers }, () => width), 1];
  const own = heLayers(random.fork("own"), widths);
  const pooled = heLayers(random.fork("pooled"), widths);
  const net: Layer[] = own.map((layer, l) =>
    context ? { own: layer, pooled: (pooled[l] as Dense).weight } : { own: layer },
  );
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

/** A trained network that gives every item a probability of being chosen. */
export interface ItemwiseSelector {
  learner: Learner;
  parameters: number;
  history: History;
}

async function train(
  data: readonly SetExample[],
  config: ItemwiseConfig,
  context: boolean,
  options: FitOptions,
): Promise<ItemwiseSelector> {
  const learner = itemwiseLearner(config, context, options);
  const history = await fitSelector(learner, data, options);
  return {
    learner,
    history,
    parameters: Object.values(learner.params).reduce((sum, { data: d }) => sum + d.length, 0),
  };
}

/**
 * Deep Sets as a rival: permutation-equivariant layers $h_j \leftarrow \sigma(h_j A + \tfrac1m \sum_i h_i B + b)$ and a
 * logit for every item, trained with binary cross-entropy (Zaheer et al., 2017).
 */
export function deepSetSelector(
  data: readonly SetExample[],
  config: ItemwiseConfig,
  options: FitOptions,
): Promise<ItemwiseSelector> {
  return train(data, config, true, options);
}

/** A classifier of single items, blind to the set they come from. */
export function perElementSelector(
  data: readonly SetExample[],
  config: ItemwiseConfig,
  options: FitOptions,
): Promise<ItemwiseSelector> {
  return train(data, config, false, options);
}

/** The width at which a network of this kind has about `count` parameters. */
export function itemwiseWidth({ dim, layers = 2 }: ItemwiseConfig, context: boolean, count: number): number {
  const factor = context ? 2 : 1;
  const parameters = (w: number): number => factor * (dim * w + (layers - 1) * w * w + w) + layers * w + 1;
  let width = 1;
  while (parameters(width + 1) <= count) width += 1;
  return width;
}
