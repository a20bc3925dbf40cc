import { addRecord, scaledIdentity } from "./rank-one.ts";
import { checkRecord, type OnlineRegressor } from "./stream-learner.ts";

export interface LeastSquaresSettings {
  dimension: number;
  /** Ridge λ > 0: the weights start from 0 with $P = I/\lambda$. */
  ridge?: number;
  /** What every earlier record still counts when a new one comes; 1 never forgets. */
  forgetting?: number;
}

/** All a least-squares learner knows, as JSON. */
export interface LeastSquaresState extends Required<LeastSquaresSettings> {
  kind: "least-squares";
  weights: number[];
  /** $P = (\sum_s f^{n-s} v_s x_s x_s^\top + f^n \lambda I)^{-1}$, row by row. */
  inverse: number[];
}

/**
 * Recursive least squares: after n records the weights minimise $\sum_s f^{n-s} v_s (y_s - w^\top x_s)^2 + f^n \lambda \|w\|^2$,
 * exactly, by a rank-one step of O(d²). Append a constant 1 to the records for an intercept.
 */
export class RecursiveLeastSquares implements OnlineRegressor {
  readonly dimension: number;
  readonly ridge: number;
  readonly forgetting: number;
  readonly #weights: Float64Array;
  readonly #inverse: Float64Array;
  readonly #gain: Float64Array;

  constructor({ dimension, ridge = 1e-3, forgetting = 1 }: LeastSquaresSettings) {
    if (!Number.isInteger(dimension) || dimension < 1) throw new RangeError(`dimension ${dimension} is not 1 or more`);
    if (!(ridge > 0)) throw new RangeError(`ridge ${ridge} is not positive`);
    if (!(forgetting > 0 && forgetting <= 1)) throw new RangeError(`forgetting ${forgetting} is not in (0, 1]`);
    this.dimension = dimension;
    this.ridge = ridge;
    this.forgetting = forgetting;
    this.#weights = new Float64Array(dimension);
    this.#inverse = scaledIdentity(dimension, 1 / ridge);
    this.#gain = new Float64Array(dimension);
  }

  static from(state: LeastSquaresState): RecursiveLeastSquares {
    const learner = new RecursiveLeastSquares(state);
    if (state.weights.length !== learner.#weights.length || state.inverse.length !== learner.#inverse.length)
      throw new RangeError("the saved weights are of another dimension");
    learner.#weights.set(state.weights);
    learner.#inverse.set(state.inverse);
    return learner;
  }

  get weights(): Float64Array {
    return this.#weights.slice();
  }

  predict(x: Float64Array): number {
    if (x.length !== this.dimension) checkRecord(x, this.dimension, "the record");
    let sum = 0;
    for (let j = 0; j < this.dimension; j++) sum += (this.#weights[j] as number) * (x[j] as number);
    return sum;
  }

  learnOne(x: Float64Array, y: number, weight = 1): void {
    const error = y - this.predict(x);
    const { forgetting } = this;
    if (forgetting < 1) {
      for (let i = 0; i < this.#inverse.length; i++) this.#inverse[i] = (this.#inverse[i] as number) / forgetting;
    }
    const lever = addRecord(this.#inverse, x, this.#gain, weight);
    const step = (weight * error) / (1 + weight * lever);
    for (let j = 0; j < this.dimension; j++)
      this.#weights[j] = (this.#weights[j] as number) + step * (this.#gain[j] as number);
  }

  clone(): this {
    return RecursiveLeastSquares.from(this.toJSON()) as this;
  }

  toJSON(): LeastSquaresState {
    const { dimension, ridge, forgetting } = this;
    return {
      kind: "least-squares",
      dimension,
      ridge,
      forgetting,
      weights: Array.from(this.#weights),
      inverse: Array.from(this.#inverse),
    };
  }
}
