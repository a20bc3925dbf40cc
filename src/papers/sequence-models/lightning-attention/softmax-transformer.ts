import { combine, linear, take } from "../../../kit/nets/tape/ops.ts";
import { paramTree, type Rows, rowsOf } from "../../../kit/nets/tape/rows.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import { rotatePairs, softmaxHeads } from "./head-operations.ts";
import {
  checkConfig,
  checkIds,
  type LanguageModel,
  lossAndGradient,
  type ModelConfig,
  weight,
} from "./language-model.ts";
import { multiplyEntries, normalise, swish } from "./model-operations.ts";

type Layer = {
  attention: Record<"gain" | "query" | "key" | "value" | "output", Rows>;
  mixer: Record<"gain" | "left" | "right" | "output", Rows>;
};

type Weights = { embedding: Rows; layers: Layer[]; gain: Rows; head: Rows };

/**
 * The rival: a pre-norm Transformer as it is built today, with softmax attention, rotary positions, RMSNorm with learned
 * gains and a SwiGLU channel mixer, $\big(\operatorname{swish}(XW_1) \odot XW_2\big)W_3$. The default inner width gives it as
 * many parameters as a {@link TransNormer} of the same sizes, whose attention has one matrix more.
 */
export class SoftmaxTransformer implements LanguageModel {
  readonly config: Readonly<Required<Omit<ModelConfig, "random">>>;
  readonly #weights: Weights;

  constructor({ random, ...sizes }: ModelConfig) {
    checkConfig({ random, ...sizes });
    const { vocab, dModel, layers, heads, hidden = Math.round(2 * dModel + dModel / 3) } = sizes;
    if ((dModel / heads) % 2 !== 0) throw new RangeError(`heads of ${dModel / heads} cannot be turned in pairs`);
    this.config = { vocab, dModel, layers, heads, hidden };
    const ones = () => rowsOf(1, dModel, new Float32Array(dModel).fill(1));
    const square = (gain = 1) => weight(random, dModel, dModel, gain);
    const small = 1 / Math.sqrt(2 * layers);
    this.#weights = {
      embedding: weight(random, vocab, dModel, Math.sqrt(vocab / dModel)),
      layers: Array.from({ length: layers }, () => ({
        attention: { gain: ones(), query: square(), key: square(), value: square(), output: square(small) },
        mixer: {
          gain: ones(),
          left: weight(random, dModel, hidden),
          right: weight(random, dModel, hidden),
          output: weight(random, hidden, dModel, small),
        },
      })),
      gain: ones(),
      head: weight(random, dModel, vocab),
    };
  }

  get parameters(): ParamTree {
    return paramTree(this.#weights);
  }

  logits(ids: Int32Array, batch: number): Rows {
    checkIds(ids, batch, this.config.vocab);
    return this.#run(this.#weights, ids, batch);
  }

  lossAndGradient(ids: Int32Array, targets: Int32Array, batch: number): { loss: number; gradient: ParamTree } {
    checkIds(ids, batch, this.config.vocab);
    return lossAndGradient(this.#weights, (weights) => this.#run(weights, ids, batch), targets);
  }

  #run(weights: Weights, ids: Int32Array, batch: number): Rows {
    const layout = { batch, heads: this.config.heads };
    const norm = (x: Rows, gain: Rows): Rows => multiplyEntries(normalise(x), gain);
    let x = take(weights.embedding, ids);
    for (const { attention, mixer } of weights.layers) {
      const input = norm(x, attention.gain);
      const attended = softmaxHeads(
        [
          rotatePairs(linear(input, attention.query), layout),
          rotatePairs(linear(input, attention.key), layout),
          linear(input, attention.value),
        ],
        layout,
      );
      x = combine(x, linear(attended, attention.output));
      const mixed = norm(x, mixer.gain);
      const gated = multiplyEntries(swish(linear(mixed, mixer.left)), linear(mixed, mixer.right));
      x = combine(x, linear(gated, mixer.output));
    }
    return linear(norm(x, weights.gain), weights.head);
  }
}
