import { sigmoid } from "../../../kit/logistic.ts";
import {
  biasName,
  initMlp,
  layerCount,
  type Mlp,
  mlp,
  mlpBackward,
  mlpForward,
  mlpLogits,
  type Pass,
  passOutput,
  weightName,
} from "../../../kit/nets/mlp.ts";
import { adamW, type Optimizer } from "../../../kit/nets/optimizers.ts";
import { type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";

export interface RankerOptions {
  /** Features a document. */
  dim: number;
  /** Width of one hidden layer (tanh); 0, the default, is a linear ranker, which starts from zero weights. */
  hidden?: number;
  /** λ of the penalty $\frac{\lambda}{2}\|W\|^2$ on the weights (not on biases). */
  l2?: number;
  /** Starting weights of the hidden layer. */
  random?: Random;
}

/**
 * Scores documents and learns from pairs, $L = \frac1B \sum_t w_t \log(1 + e^{f(d^-_t) - f(d^+_t)}) + \frac{\lambda}{2}\|W\|^2$
 * (softmax over the pair), by Adam. Only differences of scores within a query mean anything to the loss.
 */
export class PairwiseRanker {
  readonly dim: number;
  readonly l2: number;
  readonly params: ParamTree;
  readonly #net: Mlp;
  readonly #optimizer: Optimizer = adamW({ weightDecay: 0 });

  constructor({ dim, hidden = 0, l2 = 0, random = new Random(0) }: RankerOptions) {
    this.dim = dim;
    this.l2 = l2;
    this.#net = mlp(hidden > 0 ? [dim, hidden, 1] : [dim, 1], "tanh");
    this.params = initMlp(this.#net, random, "xavier");
    if (hidden === 0) tensorOf(this.params, weightName(0)).data.fill(0);
  }

  /** The score f(x) of one document; throws on another number of features. */
  score(x: ArrayLike<number>): number {
    if (x.length !== this.dim) throw new RangeError(`${x.length} features, and the ranker has ${this.dim}`);
    return mlpLogits(this.#net, this.params, Float32Array.from(x), 1)[0] as number;
  }

  /** Scores of documents stacked row by row. */
  scoreRows(rows: Float32Array): Float32Array {
    if (rows.length % this.dim !== 0) throw new RangeError(`${rows.length} values are no rows of ${this.dim} features`);
    return mlpLogits(this.#net, this.params, rows, rows.length / this.dim);
  }

  /** Forward pass of documents stacked row by row, kept for {@link learn}. */
  forward(rows: Float32Array): Pass {
    return mlpForward(this.#net, this.params, rows, rows.length / this.dim);
  }

  /** The loss of a pass over B labelled documents followed by their B negatives, and its gradient. The weights are constants. */
  lossAndGradient(pass: Pass, weights: ArrayLike<number>): { loss: number; gradient: ParamTree } {
    const pairs = pass.count / 2;
    if (weights.length !== pairs) throw new RangeError(`${weights.length} weights for ${pairs} pairs`);
    const scores = passOutput(pass);
    const slope = new Float32Array(2 * pairs);
    let loss = 0;
    for (let t = 0; t < pairs; t++) {
      const gap = (scores[pairs + t] as number) - (scores[t] as number);
      const weight = (weights[t] as number) / pairs;
      loss += weight * (Math.max(gap, 0) + Math.log1p(Math.exp(-Math.abs(gap))));
      slope[pairs + t] = weight * sigmoid(gap);
      slope[t] = -(slope[pairs + t] as number);
    }
    const { gradient } = mlpBackward(this.#net, this.params, pass, slope);
    // The last bias cancels in every pair. Its gradient is 0 but for rounding, which Adam would blow up to whole steps.
    tensorOf(gradient, biasName(layerCount(this.#net) - 1)).data.fill(0);
    return { loss: loss + this.#penalty(gradient), gradient };
  }

  /** Adds λW to the gradient and returns $\frac{\lambda}{2}\|W\|^2$. */
  #penalty(gradient: ParamTree): number {
    if (this.l2 === 0) return 0;
    let sum = 0;
    for (let layer = 0; layer < layerCount(this.#net); layer++) {
      const { data } = tensorOf(this.params, weightName(layer));
      const slope = tensorOf(gradient, weightName(layer)).data;
      for (let i = 0; i < data.length; i++) {
        const w = data[i] as number;
        sum += w * w;
        slope[i] = (slope[i] as number) + this.l2 * w;
      }
    }
    return (this.l2 / 2) * sum;
  }

  /** One Adam step from a pass of {@link forward}; returns the loss before it. A loss that is not finite changes nothing. */
  learn(pass: Pass, weights: ArrayLike<number>, learningRate: number): number {
    const { loss, gradient } = this.lossAndGradient(pass, weights);
    if (Number.isFinite(loss)) this.#optimizer.step(this.params, gradient, learningRate);
    return loss;
  }

  /** One Adam step on pairs: labelled documents and their negatives stacked row by row, with a weight a pair. Returns the loss. */
  step(positives: Float32Array, negatives: Float32Array, weights: ArrayLike<number>, learningRate: number): number {
    if (positives.length !== negatives.length || positives.length !== weights.length * this.dim)
      throw new RangeError(`${weights.length} pairs of ${this.dim} features do not fit the rows given`);
    const rows = new Float32Array(2 * positives.length);
    rows.set(positives);
    rows.set(negatives, positives.length);
    return this.learn(this.forward(rows), weights, learningRate);
  }

  /** Weights of a linear ranker, one a feature. */
  get linearWeights(): Float32Array {
    if (layerCount(this.#net) > 1) throw new RangeError("a ranker with a hidden layer has no linear weights");
    return tensorOf(this.params, weightName(0)).data;
  }

  /** Bias of the last layer. A pairwise loss cannot learn it: it stays where it started, at 0. */
  get bias(): number {
    return tensorOf(this.params, biasName(layerCount(this.#net) - 1)).data[0] as number;
  }
}
