import { checkLabel, checkRecord, type OnlineClassifier, softmaxInPlace, type UnseenClass } from "./stream-learner.ts";

export interface LogisticSettings {
  /** Length of a record. */
  dimension: number;
  classes?: number;
  /** Step size η. */
  rate?: number;
  /** Shrinks the weights by $\eta\lambda$ at every step; the intercepts stay. */
  ridge?: number;
  unseen?: UnseenClass;
}

/** All a logistic learner knows, as JSON. */
export interface LogisticState extends Required<LogisticSettings> {
  kind: "logistic";
  /** Rows of `dimension` weights and an intercept: one row for two classes, else one a class. */
  weights: number[];
}

/**
 * Logistic regression by stochastic gradient steps, $w \leftarrow w - \eta\, v\, (p - y)\,[x, 1]$ with importance v, from zero.
 * With two classes there is one weight vector and $p = \sigma(w^\top x + b)$; with more, one a class and a softmax.
 * A step and a prediction cost O(dK) and allocate nothing.
 */
export class OnlineLogistic implements OnlineClassifier {
  readonly dimension: number;
  readonly rate: number;
  readonly ridge: number;
  readonly unseen: UnseenClass;
  #classes: number;
  #weights: Float64Array;
  #proba: Float64Array;

  constructor({ dimension, classes = 2, rate = 0.1, ridge = 0, unseen = "throw" }: LogisticSettings) {
    if (!Number.isInteger(dimension) || dimension < 1) throw new RangeError(`dimension ${dimension} is not 1 or more`);
    if (!Number.isInteger(classes) || classes < 2) throw new RangeError(`${classes} classes; two or more are wanted`);
    if (!(rate > 0) || !(ridge >= 0))
      throw new RangeError(`rate ${rate} and ridge ${ridge}: positive and not negative`);
    this.dimension = dimension;
    this.rate = rate;
    this.ridge = ridge;
    this.unseen = unseen;
    this.#classes = classes;
    this.#weights = new Float64Array((classes === 2 ? 1 : classes) * (dimension + 1));
    this.#proba = new Float64Array(classes);
  }

  static from(state: LogisticState): OnlineLogistic {
    const learner = new OnlineLogistic(state);
    if (state.weights.length !== learner.#weights.length)
      throw new RangeError(`${state.weights.length} weights and ${learner.#weights.length} are wanted`);
    learner.#weights.set(state.weights);
    return learner;
  }

  get classes(): number {
    return this.#classes;
  }

  #score(row: number, x: Float64Array): number {
    const d = this.dimension;
    const at = row * (d + 1);
    let sum = this.#weights[at + d] as number;
    for (let j = 0; j < d; j++) sum += (this.#weights[at + j] as number) * (x[j] as number);
    return sum;
  }

  predictProba(x: Float64Array): Float64Array {
    if (x.length !== this.dimension) checkRecord(x, this.dimension, "the record");
    const proba = this.#proba;
    if (this.#classes === 2) {
      const p = 1 / (1 + Math.exp(-this.#score(0, x)));
      proba[0] = 1 - p;
      proba[1] = p;
      return proba;
    }
    for (let k = 0; k < this.#classes; k++) proba[k] = this.#score(k, x);
    return softmaxInPlace(proba);
  }

  learnOne(x: Float64Array, y: number, weight = 1): void {
    if (checkLabel(y, this.#classes, this.unseen)) this.#grow(y + 1);
    const proba = this.predictProba(x);
    const step = this.rate * weight;
    if (this.#classes === 2) this.#move(0, x, step * ((proba[1] as number) - y));
    else for (let k = 0; k < this.#classes; k++) this.#move(k, x, step * ((proba[k] as number) - (k === y ? 1 : 0)));
  }

  #move(row: number, x: Float64Array, by: number): void {
    const d = this.dimension;
    const at = row * (d + 1);
    const kept = 1 - this.rate * this.ridge;
    for (let j = 0; j < d; j++)
      this.#weights[at + j] = kept * (this.#weights[at + j] as number) - by * (x[j] as number);
    this.#weights[at + d] = (this.#weights[at + d] as number) - by;
  }

  #grow(classes: number): void {
    const width = this.dimension + 1;
    const grown = new Float64Array(classes * width);
    if (this.#classes === 2) {
      // σ(w·x) is the softmax of −w/2 and w/2: the two old classes keep their odds.
      for (let j = 0; j < width; j++) {
        grown[j] = -(this.#weights[j] as number) / 2;
        grown[width + j] = (this.#weights[j] as number) / 2;
      }
    } else grown.set(this.#weights);
    this.#weights = grown;
    this.#proba = new Float64Array(classes);
    this.#classes = classes;
  }

  clone(): this {
    return OnlineLogistic.from(this.toJSON()) as this;
  }

  toJSON(): LogisticState {
    const { dimension, rate, ridge, unseen } = this;
    return {
      kind: "logistic",
      dimension,
      classes: this.#classes,
      rate,
      ridge,
      unseen,
      weights: Array.from(this.#weights),
    };
  }
}
