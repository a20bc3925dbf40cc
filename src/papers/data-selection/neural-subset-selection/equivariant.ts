import { type Dense, uniformRows } from "../../../kit/nets/tape/dense.ts";
import { combine, linear, relu, scaleRows, take } from "../../../kit/nets/tape/ops.ts";
import { type Rows, zeros } from "../../../kit/nets/tape/rows.ts";
import { segmentSum } from "../../../kit/nets/tape/segments.ts";
import type { Random } from "../../../kit/random.ts";
import type { FitOptions } from "./fit-selector.ts";
import { fitItemwise, type ItemwiseConfig, type ItemwiseNetwork, type ItemwiseSelector, widthFor } from "./itemwise.ts";
import type { PackedSets, SetExample } from "./sets.ts";

/** A dense layer on the items and, in the equivariant network, one on the mean of their set. */
type Layer = { own: Dense; pooled?: Rows };

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

function network(
  { dim, width = 64, layers = 2 }: ItemwiseConfig,
  context: boolean,
  random: Random,
): ItemwiseNetwork<Layer[]> {
  const widths = [dim, ...Array.from({ length: layers }, () => width), 1];
  const own = heLayers(random.fork("own"), widths);
  const pooled = heLayers(random.fork("pooled"), widths);
  const net = own.map(
    (layer, l): Layer => (context ? { own: layer, pooled: (pooled[l] as Dense).weight } : { own: layer }),
  );
  return { net, logits: logitsOf };
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
  return fitItemwise(network(config, true, options.random), data, config.dim, options);
}

/** A classifier of single items, blind to the set they come from. */
export function perElementSelector(
  data: readonly SetExample[],
  config: ItemwiseConfig,
  options: FitOptions,
): Promise<ItemwiseSelector> {
  return fitItemwise(network(config, false, options.random), data, config.dim, options);
}

/** The width at which a network of this kind has about `count` parameters. */
export function itemwiseWidth({ dim, layers = 2 }: ItemwiseConfig, context: boolean, count: number): number {
  const factor = context ? 2 : 1;
  const parameters = (w: number): number => factor * (dim * w + (layers - 1) * w * w + w) + layers * w + 1;
  return widthFor(parameters, count);
}
