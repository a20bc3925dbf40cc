import { fitLogistic, logSigmoid } from "../logistic.ts";

/**
 * A learned verifier: logistic regression of correctness on features of an attempt, fitted on base rollouts with annotated
 * outcomes. Features are standardised on the fitting set (a constant one is left out), the intercept is not penalised.
 */
export class LogisticVerifier {
  /** In the units of the features as given. */
  readonly weights: Float64Array;
  readonly intercept: number;

  constructor(weights: Float64Array, intercept: number) {
    this.weights = weights;
    this.intercept = intercept;
  }

  /**
   * Minimises $-\sum_i \log P(y_i \mid x_i) + \tfrac{\lambda}{2}\|w\|^2$ over standardised features; `l2` is λ. Throws on no
   * attempts, ragged or non-finite features, and labels of one class only.
   */
  static fit(X: readonly ArrayLike<number>[], y: readonly (0 | 1)[], { l2 = 1 } = {}): LogisticVerifier {
    if (X.length !== y.length) throw new RangeError(`${X.length} attempts with ${y.length} labels`);
    if (X.length === 0) throw new RangeError("no attempts");
    const width = X[0]?.length ?? 0;
    if (width === 0) throw new RangeError("no features");
    const right = y.filter((label) => label === 1).length;
    if (right === 0 || right === y.length)
      throw new RangeError(`all ${y.length} labels are ${right === 0 ? 0 : 1}; a verifier needs both classes`);
    const { centre, scale } = standards(X, width);
    const rows = X.map((x, i) => {
      const sign = y[i] === 1 ? 1 : -1;
      const row = new Float64Array(width + 1);
      for (let j = 0; j < width; j++)
        row[j] = (sign * ((x[j] as number) - (centre[j] as number))) / (scale[j] as number);
      row[width] = sign;
      return row;
    });
    const penalty = new Float64Array(width + 1).fill(l2);
    penalty[width] = 0;
    const fitted = fitLogistic(rows, { l2: penalty }, "attempt");
    const weights = Float64Array.from({ length: width }, (_, j) => (fitted[j] as number) / (scale[j] as number));
    const shift = weights.reduce((sum, w, j) => sum + w * (centre[j] as number), 0);
    return new LogisticVerifier(weights, (fitted[width] as number) - shift);
  }

  /** Log-odds of being correct. */
  score(x: ArrayLike<number>): number {
    if (x.length !== this.weights.length) throw new RangeError(`${x.length} features, not ${this.weights.length}`);
    let sum = this.intercept;
    for (let j = 0; j < x.length; j++) sum += (this.weights[j] as number) * (x[j] as number);
    return sum;
  }

  /** Probability of being correct. */
  prob(x: ArrayLike<number>): number {
    return Math.exp(logSigmoid(this.score(x)));
  }
}

/** Mean and standard deviation of every feature; an infinite deviation takes a constant feature out. */
function standards(X: readonly ArrayLike<number>[], width: number): { centre: Float64Array; scale: Float64Array } {
  const centre = new Float64Array(width);
  const scale = new Float64Array(width);
  for (const [i, x] of X.entries()) {
    if (x.length !== width) throw new RangeError(`attempt ${i} has ${x.length} features, not ${width}`);
    for (let j = 0; j < width; j++) {
      const value = x[j] as number;
      if (!Number.isFinite(value)) throw new RangeError(`attempt ${i} has a feature that is not finite`);
      const apart = value - (centre[j] as number);
      centre[j] = (centre[j] as number) + apart / (i + 1);
      scale[j] = (scale[j] as number) + apart * (value - (centre[j] as number));
    }
  }
  return {
    centre,
    scale: scale.map((squares, j) => {
      const deviation = Math.sqrt(squares / X.length);
      return deviation > 1e-12 * Math.max(1, Math.abs(centre[j] as number)) ? deviation : Number.POSITIVE_INFINITY;
    }),
  };
}
