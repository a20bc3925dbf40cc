import { crossEntropyLoss } from "../../../kit/nets/tape/losses.ts";
import { combine, linear, take } from "../../../kit/nets/tape/ops.ts";
import { paramTree, type Rows, rowsOf } from "../../../kit/nets/tape/rows.ts";
import { type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import type { NdArray } from "./attention-shapes.ts";
import { decaySlopes } from "./decay-slopes.ts";
import { lightningHeads, rotateLinearly } from "./head-operations.ts";
import {
  checkConfig,
  checkIds,
  type LanguageModel,
  lossAndGradient,
  type ModelConfig,
  weight,
} from "./language-model.ts";
import { multiplyEntries, normalise, swish } from "./model-operations.ts";

export interface TransNormerConfig extends ModelConfig {
  /** Decay of the heads by layer, see {@link decaySlopes}; `none` keeps everything (λ = 1). */
  decay?: "geometric" | "linear" | "none";
}

type Layer = {
  attention: Record<"query" | "key" | "value" | "gate" | "output", Rows> & { theta?: Rows };
  mixer: Record<"left" | "right" | "output", Rows>;
};

type Weights = { embedding: Rows; layers: Layer[]; head: Rows };

/** What decoding remembers: one state a layer, and how many symbols have passed. */
export interface DecodingState {
  layers: { current: NdArray | undefined }[];
  position: number;
}

/**
 * TransNormerLLM, the language model around Lightning Attention (paper, section on TNL). Every layer is two residual steps,
 * $X \leftarrow X + \mathrm{GLA}(\mathrm{SRMS}(X))$ and $X \leftarrow X + \mathrm{SGLU}(\mathrm{SRMS}(X))$:
 *
 * - gated linear attention, with $Q = \operatorname{swish}(XW_q)$, $K = \operatorname{swish}(XW_k)$, $V = XW_v$, $U = XW_u$ and
 *   Lightning Attention $O$ in every head: $\big(\mathrm{SRMS}(O) \odot U\big)W_o$;
 * - a gated linear unit without activation: $\big((XW_1) \odot (XW_2)\big)W_3$.
 *
 * The first layer encodes positions by {@link rotateLinearly}; beyond that there is only the decay, weaker in deeper layers.
 * Embedding and output head are separate. Gradients come from the operator's own backward pass.
 *
 * ```ts
 * const model = new TransNormer({ vocab: 80, dModel: 128, layers: 2, heads: 4, random: new Random(1) });
 * model.loss(ids); // nats per symbol
 * model.generate(prompt, 200, new Random(2));
 * ```
 */
export class TransNormer implements LanguageModel {
  readonly config: Readonly<Required<Omit<TransNormerConfig, "random">>>;
  readonly #weights: Weights;
  readonly #decay: Float64Array[];

  constructor({ random, ...sizes }: TransNormerConfig) {
    checkConfig({ random, ...sizes });
    const config = { hidden: 2 * sizes.dModel, decay: "geometric" as const, ...sizes };
    this.config = config;
    this.#weights = initWeights(this.config, random);
    this.#decay = Array.from({ length: config.layers }, (_, layer) =>
      config.decay === "none"
        ? new Float64Array(config.heads)
        : decaySlopes(config.heads, layer, config.layers, config.decay),
    );
  }

  get parameters(): ParamTree {
    return paramTree(this.#weights);
  }

  /** Takes weights over from a tree of the same names and shapes. */
  load(tree: ParamTree): void {
    for (const [name, { data, shape }] of Object.entries(this.parameters)) {
      const given = tensorOf(tree, name);
      if (given.shape.join() !== shape.join()) {
        throw new RangeError(`the tensor "${name}" is [${given.shape}] and the model has [${shape}]`);
      }
      data.set(given.data);
    }
  }

  logits(ids: Int32Array, batch: number): Rows {
    checkIds(ids, batch, this.config.vocab);
    return this.#run(this.#weights, ids, batch);
  }

  /** Logits [n, vocab] after every symbol of one sequence. */
  forward(ids: Int32Array): NdArray {
    const { data, rows, width } = this.logits(ids, 1);
    return { data, shape: [rows, width] };
  }

  /** Mean cross-entropy of predicting every symbol of a sequence from those before it, in nats. */
  loss(ids: Int32Array): number {
    return crossEntropyLoss(this.logits(ids.subarray(0, -1), 1), ids.subarray(1)).data[0] ?? Number.NaN;
  }

  lossAndGradient(ids: Int32Array, targets: Int32Array, batch: number): { loss: number; gradient: ParamTree } {
    checkIds(ids, batch, this.config.vocab);
    return lossAndGradient(this.#weights, (weights) => this.#run(weights, ids, batch), targets);
  }

  /** A state from which no symbol has been read. */
  start(): DecodingState {
    return { layers: this.#weights.layers.map(() => ({ current: undefined })), position: 0 };
  }

  /** Reads more symbols of one sequence and returns the logits after each; the state stays small however many there were. */
  advance(ids: Int32Array, state: DecodingState): NdArray {
    checkIds(ids, 1, this.config.vocab);
    const { data, rows, width } = this.#run(this.#weights, ids, 1, state);
    state.position += rows;
    return { data, shape: [rows, width] };
  }

  /** Draws `n` symbols after a prompt; temperature 0 takes the likeliest. Constant time and memory a symbol. */
  generate(prompt: Int32Array, n: number, random: Random, { temperature = 1 } = {}): Int32Array {
    const state = this.start();
    const drawn = new Int32Array(n);
    let read = prompt;
    for (let i = 0; i < n; i++) {
      const { data } = this.advance(read, state);
      drawn[i] = drawSymbol(data.subarray(data.length - this.config.vocab), random, temperature);
      read = drawn.subarray(i, i + 1);
    }
    return drawn;
  }

  #run(weights: Weights, ids: Int32Array, batch: number, decoding?: DecodingState): Rows {
    const layout = { batch, heads: this.config.heads };
    let x = take(weights.embedding, ids);
    for (const [index, { attention, mixer }] of weights.layers.entries()) {
      const input = normalise(x);
      const position = (rows: Rows): Rows =>
        attention.theta ? rotateLinearly(rows, attention.theta, layout, decoding?.position) : rows;
      const attended = lightningHeads(
        [
          position(swish(linear(input, attention.query))),
          position(swish(linear(input, attention.key))),
          linear(input, attention.value),
        ],
        layout,
        this.#decay[index] as Float64Array, // one per layer
        decoding?.layers[index],
      );
      const gated = multiplyEntries(normalise(attended), linear(input, attention.gate));
      x = combine(x, linear(gated, attention.output));
      const mixed = normalise(x);
      x = combine(x, linear(multiplyEntries(linear(mixed, mixer.left), linear(mixed, mixer.right)), mixer.output));
    }
    return linear(normalise(x), weights.head);
  }
}

function initWeights({ vocab, dModel, layers, heads, hidden }: TransNormer["config"], random: Random): Weights {
  const square = (gain = 1) => weight(random, dModel, dModel, gain);
  const small = 1 / Math.sqrt(2 * layers); // keeps the sum over layers at the size of one
  const d = dModel / heads;
  const theta = Float32Array.from({ length: dModel }, (_, c) => 10000 ** ((-2 * (c % d)) / d));
  return {
    embedding: weight(random, vocab, dModel, Math.sqrt(vocab / dModel)),
    layers: Array.from({ length: layers }, (_, layer) => ({
      attention: {
        query: square(),
        key: square(),
        value: square(),
        gate: square(),
        output: square(small),
        ...(layer === 0 ? { theta: rowsOf(1, dModel, theta) } : {}),
      },
      mixer: {
        left: weight(random, dModel, hidden),
        right: weight(random, dModel, hidden),
        output: weight(random, hidden, dModel, small),
      },
    })),
    head: weight(random, dModel, vocab),
  };
}

/** One symbol from its logits. */
function drawSymbol(logits: Float32Array, random: Random, temperature: number): number {
  const top = logits.reduce((best, x) => Math.max(best, x), Number.NEGATIVE_INFINITY);
  if (temperature === 0) return logits.indexOf(top);
  return random.weighted(Float64Array.from(logits, (x) => Math.exp((x - top) / temperature)));
}
