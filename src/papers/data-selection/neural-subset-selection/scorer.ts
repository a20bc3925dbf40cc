import { mlpBackward, mlpForward, type Pass, passOutput } from "../../../kit/nets/mlp.ts";
import { multiply } from "../../../kit/nets/multiply.ts";
import { type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import type { PackedSets } from "./sets.ts";
import { branch, encoderNet, prefixed, type SubsetModel } from "./subset-model.ts";

/** Arrays by name that are kept and only ever grow: a training step would otherwise spend half its time on fresh memory. */
class Workspace {
  readonly #held = new Map<string, Float32Array>();

  get(name: string, size: number): Float32Array {
    let array = this.#held.get(name);
    if (!array || array.length < size) {
      array = new Float32Array(Math.ceil(size * 1.25));
      this.#held.set(name, array);
    }
    return array;
  }

  zeroed(name: string, size: number): Float32Array {
    return this.get(name, size).fill(0, 0, size);
  }
}

/** What the score needs of ground sets, computed once for any number of subsets. */
export interface Encoded {
  sets: PackedSets;
  phi: Pass;
  /** The pass of the ground set's own encoder, where it has one. */
  context?: Pass;
  /** n × width: $W_1 \varphi(x_j) / \sqrt m$; the code of a subset is a sum of its rows. */
  codes: Float32Array;
  /** count × width: bias and, for a summed superset, $W_2\, \tfrac1m \sum_{i \in V} \varphi(x_i)$. */
  base: Float32Array;
  /** count × hidden: mean code of every ground set. */
  pooled: Float32Array;
  /** count × width: the concatenated superset code after its activation. */
  beside?: Float32Array;
  /** count × width: what that code adds in the next layer. */
  late?: Float32Array;
}

/** How rows of subsets follow one another: `rowsOf(i)` of them belong to ground set i, set after set. */
export interface RowLayout {
  rows: number;
  /** First row of ground set i; `starts[count]` is the number of rows. */
  starts: Int32Array;
}

/**
 * The set function
 * $F(S; V) = \mathrm{ff}\bigl(\sigma(W_1 \sum_{j \in S} \varphi(x_j)/\sqrt m \oplus W_2 \tfrac1m \sum_{i \in V} \varphi(x_i))\bigr)$
 * (paper, section 4) with its gradients, on typed arrays that are used again from step to step.
 *
 * φ meets every item once: $W_1$ is linear, so that a subset's code is a sum of rows and no product with a mask is needed.
 * For 32 sets of 12 items with 5 random subsets each and width 64, forwards and backwards take about the CPU time that the
 * array library needs for the last two layers alone; at width 32 a quarter of it.
 */
export class Scorer {
  readonly model: SubsetModel;
  readonly #space = new Workspace();
  readonly #scores: { values: Float64Array } = { values: new Float64Array(0) };

  constructor(model: SubsetModel) {
    this.model = model;
  }

  /** Encodes ground sets. The result holds this scorer's arrays: it is good until the next call. */
  encode(sets: PackedSets): Encoded {
    const { config, params } = this.model;
    const { hidden, width, superset } = config;
    const { items, offsets, count } = sets;
    const head = branch(params, "head");
    const net = encoderNet(config);
    const phi = mlpForward(net, branch(params, "phi"), items.data, items.rows);
    const codes = this.#space.get("codes", items.rows * width);
    multiply(codes, passOutput(phi), tensorOf(head, "subset.weight").data, items.rows, width, hidden);
    for (let i = 0; i < count; i++) {
      const factor = 1 / Math.sqrt((offsets[i + 1] as number) - (offsets[i] as number));
      const end = (offsets[i + 1] as number) * width;
      for (let at = (offsets[i] as number) * width; at < end; at++) codes[at] = factor * (codes[at] as number);
    }
    const bias = tensorOf(head, "subset.bias").data;
    const base = this.#space.get("base", count * width);
    const pooled = this.#space.zeroed("pooled", count * hidden);
    const encoded: Encoded = { sets, phi, codes, base, pooled };
    if (superset === "none") {
      for (let i = 0; i < count; i++) base.set(bias, i * width);
      return encoded;
    }
    if (!config.shareEncoder) encoded.context = mlpForward(net, branch(params, "context"), items.data, items.rows);
    poolMeans(passOutput(encoded.context ?? phi), offsets, hidden, pooled);
    if (superset === "sum") {
      multiply(base, pooled, tensorOf(head, "superset.weight").data, count, width, hidden);
      addRow(base, bias, count);
      return encoded;
    }
    for (let i = 0; i < count; i++) base.set(bias, i * width);
    const beside = this.#space.get("beside", count * width);
    multiply(beside, pooled, tensorOf(head, "superset.weight").data, count, width, hidden);
    addRow(beside, tensorOf(head, "superset.bias").data, count);
    for (let i = 0; i < count * width; i++) beside[i] = Math.max(0, beside[i] as number);
    const late = this.#space.get("late", count * width);
    multiply(late, beside, tensorOf(head, "innerSuperset.weight").data, count, width, width);
    return Object.assign(encoded, { beside, late });
  }

  /** The array for the codes of `rows` subsets (rows × width), to be filled before `forward`. */
  input(rows: number): Float32Array {
    return this.#space.get("input", rows * this.model.config.width);
  }

  /** Scores of the subsets whose codes were written into `input`; the codes are replaced by their activations. */
  forward({ late }: Encoded, { rows, starts }: RowLayout): Float64Array {
    const { width } = this.model.config;
    const head = branch(this.model.params, "head");
    const outer = this.input(rows);
    for (let i = 0; i < rows * width; i++) if ((outer[i] as number) < 0) outer[i] = 0;
    const inner = this.#space.get("inner", rows * width);
    multiply(inner, outer, tensorOf(head, "inner.weight").data, rows, width, width);
    const bias = tensorOf(head, "inner.bias").data;
    const weight = tensorOf(head, "out.weight").data;
    const shift = tensorOf(head, "out.bias").data[0] as number;
    if (this.#scores.values.length < rows) this.#scores.values = new Float64Array(rows);
    const scores = this.#scores.values;
    for (let r = 0, at = 0, set = 0; r < rows; r++) {
      while (r >= (starts[set + 1] as number)) set += 1;
      let sum = shift;
      for (let j = 0; j < width; j++, at++) {
        let value = (inner[at] as number) + (bias[j] as number);
        if (late) value += late[set * width + j] as number;
        if (value < 0) value = 0;
        inner[at] = value;
        sum += value * (weight[j] as number);
      }
      scores[r] = sum;
    }
    return scores;
  }

  /**
   * From the gradient of the loss with respect to the scores of the last `forward` to its gradient with respect to the codes
   * (rows × width, in this scorer's memory) and the tensors behind them.
   */
  backward(
    encoded: Encoded,
    { rows, starts }: RowLayout,
    slope: Float64Array,
  ): { gradient: ParamTree; codes: Float32Array; late?: Float32Array } {
    const { width } = this.model.config;
    const head = branch(this.model.params, "head");
    const [outer, inner] = [this.input(rows), this.#space.get("inner", rows * width)];
    const weight = tensorOf(head, "out.weight").data;
    const [outWeight, innerBias] = [new Float32Array(width), new Float32Array(width)];
    const late = encoded.late ? this.#space.zeroed("late slope", encoded.sets.count * width) : undefined;
    let outBias = 0;
    for (let r = 0, at = 0, set = 0; r < rows; r++) {
      while (r >= (starts[set + 1] as number)) set += 1;
      const g = slope[r] as number;
      outBias += g;
      for (let j = 0; j < width; j++, at++) {
        const value = inner[at] as number;
        if (value > 0) {
          outWeight[j] = (outWeight[j] as number) + g * value;
          const back = g * (weight[j] as number);
          innerBias[j] = (innerBias[j] as number) + back;
          if (late) late[set * width + j] = (late[set * width + j] as number) + back;
          inner[at] = back;
        } else inner[at] = 0;
      }
    }
    const innerWeight = new Float32Array(width * width);
    multiply(innerWeight, outer, inner, width, width, rows, { transposeA: true });
    const codes = this.#space.get("codes slope", rows * width);
    multiply(codes, inner, tensorOf(head, "inner.weight").data, rows, width, width, { transposeB: true });
    for (let i = 0; i < rows * width; i++) if ((outer[i] as number) <= 0) codes[i] = 0;
    const gradient: ParamTree = {
      "head.out.weight": { data: outWeight, shape: [width, 1] },
      "head.out.bias": { data: Float32Array.of(outBias), shape: [1] },
      "head.inner.weight": { data: innerWeight, shape: [width, width] },
      "head.inner.bias": { data: innerBias, shape: [width] },
    };
    return late ? { gradient, codes, late } : { gradient, codes };
  }

  /** An array of zeros for the gradient of the items' codes, or of the sets' bases. */
  slopes(name: "items" | "sets", rows: number): Float32Array {
    return this.#space.zeroed(`${name} slope`, rows * this.model.config.width);
  }

  /** From the gradients of `encode`'s results to those of the tensors behind them; `items` and `sets` are changed. */
  backEncode(encoded: Encoded, items: Float32Array, sets: Float32Array, late?: Float32Array): ParamTree {
    const { config, params } = this.model;
    const { hidden, width, superset } = config;
    const { offsets, count, items: all } = encoded.sets;
    const head = branch(params, "head");
    const n = all.rows;
    for (let i = 0; i < count; i++) {
      const factor = 1 / Math.sqrt((offsets[i + 1] as number) - (offsets[i] as number));
      const end = (offsets[i + 1] as number) * width;
      for (let at = (offsets[i] as number) * width; at < end; at++) items[at] = factor * (items[at] as number);
    }
    const net = encoderNet(config);
    const subsetWeight = new Float32Array(hidden * width);
    multiply(subsetWeight, passOutput(encoded.phi), items, hidden, width, n, { transposeA: true });
    const phi = new Float32Array(n * hidden);
    multiply(phi, items, tensorOf(head, "subset.weight").data, n, hidden, width, { transposeB: true });
    const gradient: ParamTree = {
      "head.subset.weight": { data: subsetWeight, shape: [hidden, width] },
      "head.subset.bias": { data: sumRows(sets, count, width), shape: [width] },
    };
    if (superset !== "none") {
      let into = sets; // gradient of W₂ · pooled
      if (superset === "concat" && late && encoded.beside) {
        const { beside } = encoded;
        const lateWeight = new Float32Array(width * width);
        multiply(lateWeight, beside, late, width, width, count, { transposeA: true });
        into = this.#space.get("beside slope", count * width);
        multiply(into, late, tensorOf(head, "innerSuperset.weight").data, count, width, width, { transposeB: true });
        for (let i = 0; i < count * width; i++) if ((beside[i] as number) <= 0) into[i] = 0;
        gradient["head.innerSuperset.weight"] = { data: lateWeight, shape: [width, width] };
        gradient["head.superset.bias"] = { data: sumRows(into, count, width), shape: [width] };
      }
      const supersetWeight = new Float32Array(hidden * width);
      multiply(supersetWeight, encoded.pooled, into, hidden, width, count, { transposeA: true });
      gradient["head.superset.weight"] = { data: supersetWeight, shape: [hidden, width] };
      const pooled = new Float32Array(count * hidden);
      multiply(pooled, into, tensorOf(head, "superset.weight").data, count, hidden, width, { transposeB: true });
      const own = encoded.context ? new Float32Array(n * hidden) : phi;
      spreadMeans(pooled, offsets, hidden, own);
      if (encoded.context) {
        Object.assign(
          gradient,
          prefixed(mlpBackward(net, branch(params, "context"), encoded.context, own).gradient, "context"),
        );
      }
    }
    return Object.assign(gradient, prefixed(mlpBackward(net, branch(params, "phi"), encoded.phi, phi).gradient, "phi"));
  }
}

function addRow(values: Float32Array, row: Float32Array, count: number): void {
  const width = row.length;
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < width; j++, at++) values[at] = (values[at] as number) + (row[j] as number);
  }
}

function sumRows(values: Float32Array, count: number, width: number): Float32Array {
  const sum = new Float64Array(width);
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < width; j++, at++) sum[j] = (sum[j] as number) + (values[at] as number);
  }
  return new Float32Array(sum);
}

function poolMeans(values: Float32Array, offsets: Int32Array, width: number, out: Float32Array): void {
  for (let i = 0; i + 1 < offsets.length; i++) {
    const [from, to] = [offsets[i] as number, offsets[i + 1] as number];
    const share = 1 / (to - from);
    for (let r = from, at = from * width; r < to; r++) {
      for (let j = 0; j < width; j++, at++) {
        out[i * width + j] = (out[i * width + j] as number) + share * (values[at] as number);
      }
    }
  }
}

function spreadMeans(slope: Float32Array, offsets: Int32Array, width: number, out: Float32Array): void {
  for (let i = 0; i + 1 < offsets.length; i++) {
    const [from, to] = [offsets[i] as number, offsets[i + 1] as number];
    const share = 1 / (to - from);
    for (let r = from, at = from * width; r < to; r++) {
      for (let j = 0; j < width; j++, at++) out[at] = (out[at] as number) + share * (slope[i * width + j] as number);
    }
  }
}
