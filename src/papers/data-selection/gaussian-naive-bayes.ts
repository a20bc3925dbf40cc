import { checkLabel, checkRecord, type OnlineClassifier, softmaxInPlace, type UnseenClass } from "./stream-learner.ts";

export interface NaiveBayesSettings {
  dimension: number;
  classes?: number;
  /** What every earlier record still counts when a new one comes; 1 never forgets. */
  forgetting?: number;
  /** A variance that counts like one record of its own in every class; features are best near unit scale. */
  priorVariance?: number;
  unseen?: UnseenClass;
}

/** All a naive Bayes learner knows, as JSON. */
export interface NaiveBayesState extends Required<NaiveBayesSettings> {
  kind: "naive-bayes";
  /** Discounted records of every class. */
  counts: number[];
  /** Rows of `dimension` means, one a class; likewise the variances. */
  means: number[];
  variances: number[];
}

/**
 * Gaussian naive Bayes with forgetting: $p(k \mid x) \propto (n_k + 1) \prod_j \mathcal N(x_j; \mu_{kj}, \sigma^2_{kj})$, where
 * counts, means and variances weigh a record that is s labels old by $f^s$. A step and a prediction cost O(dK).
 */
export class GaussianNaiveBayes implements OnlineClassifier {
  readonly dimension: number;
  readonly forgetting: number;
  readonly priorVariance: number;
  readonly unseen: UnseenClass;
  #classes: number;
  #counts: Float64Array;
  #means: Float64Array;
  #variances: Float64Array;
  #proba: Float64Array;

  constructor({ dimension, classes = 2, forgetting = 0.999, priorVariance = 1, unseen = "throw" }: NaiveBayesSettings) {
    if (!Number.isInteger(dimension) || dimension < 1) throw new RangeError(`dimension ${dimension} is not 1 or more`);
    if (!Number.isInteger(classes) || classes < 2) throw new RangeError(`${classes} classes; two or more are wanted`);
    if (!(forgetting > 0 && forgetting <= 1)) throw new RangeError(`forgetting ${forgetting} is not in (0, 1]`);
    if (!(priorVariance > 0)) throw new RangeError(`the prior variance ${priorVariance} is not positive`);
    this.dimension = dimension;
    this.forgetting = forgetting;
    this.priorVariance = priorVariance;
    this.unseen = unseen;
    this.#classes = classes;
    this.#counts = new Float64Array(classes);
    this.#means = new Float64Array(classes * dimension);
    this.#variances = new Float64Array(classes * dimension);
    this.#proba = new Float64Array(classes);
  }

  static from(state: NaiveBayesState): GaussianNaiveBayes {
    const learner = new GaussianNaiveBayes(state);
    for (const [own, saved] of [
      [learner.#counts, state.counts],
      [learner.#means, state.means],
      [learner.#variances, state.variances],
    ] as const) {
      if (own.length !== saved.length) throw new RangeError(`${saved.length} numbers and ${own.length} are wanted`);
      own.set(saved);
    }
    return learner;
  }

  get classes(): number {
    return this.#classes;
  }

  predictProba(x: Float64Array): Float64Array {
    const d = this.dimension;
    if (x.length !== d) checkRecord(x, d, "the record");
    for (let k = 0; k < this.#classes; k++) {
      const n = this.#counts[k] as number;
      let log = Math.log(n + 1);
      for (let j = 0; j < d; j++) {
        const at = k * d + j;
        const variance = (n * (this.#variances[at] as number) + this.priorVariance) / (n + 1);
        const off = (x[j] as number) - (this.#means[at] as number);
        log -= 0.5 * (Math.log(variance) + (off * off) / variance);
      }
      this.#proba[k] = log;
    }
    return softmaxInPlace(this.#proba);
  }

  learnOne(x: Float64Array, y: number, weight = 1): void {
    const d = this.dimension;
    if (x.length !== d) checkRecord(x, d, "the record");
    if (checkLabel(y, this.#classes, this.unseen)) this.#grow(y + 1);
    if (weight === 0) return; // its share of a class without records would be 0 / 0
    // Means and variances are ratios of sums that all fade alike, so only the counts need to fade.
    for (let k = 0; k < this.#classes; k++) this.#counts[k] = (this.#counts[k] as number) * this.forgetting;
    const before = this.#counts[y] as number;
    const after = before + weight;
    this.#counts[y] = after;
    for (let j = 0; j < d; j++) {
      const at = y * d + j;
      const off = (x[j] as number) - (this.#means[at] as number);
      const mean = (this.#means[at] as number) + (weight * off) / after;
      this.#means[at] = mean;
      this.#variances[at] =
        (before * (this.#variances[at] as number) + weight * off * ((x[j] as number) - mean)) / after;
    }
  }

  #grow(classes: number): void {
    const wider = (old: Float64Array, length: number): Float64Array => {
      const grown = new Float64Array(length);
      grown.set(old);
      return grown;
    };
    this.#counts = wider(this.#counts, classes);
    this.#means = wider(this.#means, classes * this.dimension);
    this.#variances = wider(this.#variances, classes * this.dimension);
    this.#proba = new Float64Array(classes);
    this.#classes = classes;
  }

  clone(): this {
    return GaussianNaiveBayes.from(this.toJSON()) as this;
  }

  toJSON(): NaiveBayesState {
    const { dimension, forgetting, priorVariance, unseen } = this;
    return {
      kind: "naive-bayes",
      dimension,
      classes: this.#classes,
      forgetting,
      priorVariance,
      unseen,
      counts: Array.from(this.#counts),
      means: Array.from(this.#means),
      variances: Array.from(this.#variances),
    };
  }
}
