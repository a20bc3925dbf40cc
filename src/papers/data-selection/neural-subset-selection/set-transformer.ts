import { type Dense, uniformRows } from "../../../kit/nets/tape/dense.ts";
import { combine, linear, relu } from "../../../kit/nets/tape/ops.ts";
import { type Rows, zeros } from "../../../kit/nets/tape/rows.ts";
import { resultOf } from "../../../kit/nets/tape/tape.ts";
import type { Random } from "../../../kit/random.ts";
import type { FitOptions } from "./fit-selector.ts";
import { fitItemwise, type ItemwiseConfig, type ItemwiseNetwork, type ItemwiseSelector, widthFor } from "./itemwise.ts";
import type { PackedSets, SetExample } from "./sets.ts";

const heads = 4;

/** Self-attention among the items of a set, and a dense layer, each added to what goes in. */
type Block = { query: Rows; key: Rows; value: Rows; out: Rows; dense: Dense };
type Net = { embed: Dense; blocks: Block[]; head: Dense };

/**
 * Attention within sets, set i being rows `offsets[i]` to `offsets[i + 1]`:
 * $\mathrm{softmax}(QK^\top/\sqrt{d})\,V$ on each of the heads, which share the columns as evenly as they can.
 */
export function attendWithin(query: Rows, key: Rows, value: Rows, offsets: Int32Array): Rows {
  const { rows, width } = query;
  const out = resultOf(rows, width, query, key, value);
  const [q, k, v] = [query.data, key.data, value.data];
  const bounds = Array.from({ length: heads + 1 }, (_, h) => Math.floor((h * width) / heads));
  /** The weights of every item and head, one row each. */
  const weights: Float32Array[] = [];
  const eachRow = (
    visit: (i: number, first: number, last: number, from: number, to: number, n: number) => void,
  ): void => {
    let n = 0;
    for (let s = 0; s + 1 < offsets.length; s++) {
      const [first, last] = [offsets[s] as number, offsets[s + 1] as number];
      for (let i = first; i < last; i++) {
        for (let h = 0; h < heads; h++) visit(i, first, last, bounds[h] as number, bounds[h + 1] as number, n++);
      }
    }
  };
  const dot = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, from: number, to: number): number => {
    let sum = 0;
    for (let c = from; c < to; c++) sum += (a[i * width + c] as number) * (b[j * width + c] as number);
    return sum;
  };
  const add = (
    into: ArrayLike<number>,
    i: number,
    factor: number,
    x: ArrayLike<number>,
    j: number,
    from: number,
    to: number,
  ): void => {
    const target = into as Float32Array;
    for (let c = from; c < to; c++) {
      target[i * width + c] = (target[i * width + c] as number) + factor * (x[j * width + c] as number);
    }
  };
  eachRow((i, first, last, from, to) => {
    const scale = 1 / Math.sqrt(Math.max(1, to - from));
    const row = new Float32Array(last - first);
    let top = Number.NEGATIVE_INFINITY;
    for (let j = first; j < last; j++) {
      row[j - first] = scale * dot(q, i, k, j, from, to);
      top = Math.max(top, row[j - first] as number);
    }
    let total = 0;
    for (let r = 0; r < row.length; r++) total += row[r] = Math.exp((row[r] as number) - top);
    for (let j = first; j < last; j++) {
      row[j - first] = (row[j - first] as number) / total;
      add(out.data, i, row[j - first] as number, v, j, from, to);
    }
    weights.push(row);
  });
  out.tape?.record(() => {
    const g = out.grad as Float32Array;
    eachRow((i, first, last, from, to, n) => {
      const row = weights[n] as Float32Array;
      const scale = 1 / Math.sqrt(Math.max(1, to - from));
      const back = Float32Array.from(row, (_, r) => dot(g, i, v, first + r, from, to));
      const mean = back.reduce((sum, b, r) => sum + b * (row[r] as number), 0);
      for (let j = first; j < last; j++) {
        const weight = row[j - first] as number;
        const slope = scale * weight * ((back[j - first] as number) - mean);
        if (value.grad) add(value.grad, j, weight, g, i, from, to);
        if (query.grad) add(query.grad, i, slope, k, j, from, to);
        if (key.grad) add(key.grad, j, slope, q, i, from, to);
      }
    });
  });
  return out;
}

/** A set transformer whose blocks start with weights of variance 1/inputs and biases 0. */
export function setTransformer({ dim, width = 32, layers = 1 }: ItemwiseConfig, random: Random): ItemwiseNetwork<Net> {
  const matrix = (name: string, inputs: number, outputs: number): Rows =>
    uniformRows(random.fork(name), inputs, outputs, Math.sqrt(3 / inputs));
  const dense = (name: string, inputs: number, outputs: number): Dense => ({
    weight: matrix(name, inputs, outputs),
    bias: zeros(1, outputs),
  });
  const blocks = Array.from({ length: layers }, (_, l): Block => {
    const square = (name: string): Rows => matrix(`${name} ${l}`, width, width);
    const [query, key, value, out] = [square("query"), square("key"), square("value"), square("out")];
    return { query, key, value, out, dense: dense(`dense ${l}`, width, width) };
  });
  return {
    net: { embed: dense("embed", dim, width), blocks, head: dense("head", width, 1) },
    logits(net: Net, { items, offsets }: PackedSets): Rows {
      const h = net.blocks.reduce(
        (x, { query, key, value, out, dense: { weight, bias } }) => {
          const seen = attendWithin(linear(x, query), linear(x, key), linear(x, value), offsets);
          const met = combine(x, linear(seen, out));
          return combine(met, relu(linear(met, weight, bias)));
        },
        linear(items, net.embed.weight, net.embed.bias),
      );
      return linear(h, net.head.weight, net.head.bias);
    },
  };
}

/**
 * The Set Transformer as a rival (Lee et al., 2019): blocks of self-attention among the items, four heads, without layer norm as in its
 * authors' code, and a logit for every item, trained with binary cross-entropy.
 */
export function setTransformerSelector(
  data: readonly SetExample[],
  config: ItemwiseConfig,
  options: FitOptions,
): Promise<ItemwiseSelector> {
  return fitItemwise(setTransformer(config, options.random.fork("transformer")), data, config.dim, options);
}

/** The width at which a Set Transformer has about `count` parameters. */
export function transformerWidth({ dim, layers = 1 }: ItemwiseConfig, count: number): number {
  return widthFor((w) => dim * w + w + layers * (5 * w * w + w) + w + 1, count);
}
