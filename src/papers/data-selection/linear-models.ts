import { choleskyFactor, choleskySubstitute } from "../../kit/cholesky.ts";
import { logSigmoid, minimiseLogistic } from "../../kit/logistic.ts";

/** Predicts from $w^\top x + b$: a number, or the log odds of class 1. */
export interface LinearModel {
  weights: Float64Array;
  /** 0 where none was fitted. */
  intercept: number;
}

export interface LinearFit {
  /** Weight of every row, from 0 on; all 1 unless given. */
  weights?: ArrayLike<number>;
  /** λ of the penalty $\tfrac{\lambda}{2}\lVert w\rVert^2$ beside the weighted sum over rows; the intercept is free. Default 1e-8. */
  l2?: number;
  /** Default true. */
  intercept?: boolean;
}

/**
 * Rows of a row-major matrix with as many rows as `targets`. Throws RangeError for no rows, sizes that do not divide, values
 * that are not finite, and weights that are negative or all 0.
 */
export function checkRows(features: Float64Array, targets: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const count = targets.length;
  const width = features.length / count;
  if (count === 0 || !Number.isInteger(width) || width === 0)
    throw new RangeError(`${features.length} features do not make ${count} rows`);
  if (weights && weights.length !== count) throw new RangeError(`${weights.length} weights for ${count} rows`);
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(targets[i])) throw new RangeError(`the target of row ${i} is not finite`);
    for (let j = 0; j < width; j++)
      if (!Number.isFinite(features[i * width + j]))
        throw new RangeError(`column ${j} of row ${i} is not a finite number`);
    const weight = weights ? (weights[i] as number) : 1;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new RangeError(`the weight of row ${i} is not a finite number from 0 on`);
    total += weight;
  }
  if (!(total > 0)) throw new RangeError("all weights are 0");
  return width;
}

/**
 * Weighted ridge regression, least squares with `l2: 0`: the minimiser of
 * $\sum_i \tfrac{u_i}{2}(w^\top x_i + b - y_i)^2 + \tfrac{\lambda}{2}\lVert w\rVert^2$, by Cholesky's factor of the centred normal
 * equations in $O(nd^2 + d^3)$. `features` is rows × width, row-major. Throws RangeError where {@link checkRows} does, and when
 * columns depend on each other and λ is too small to decide.
 */
export function fitRidge(
  features: Float64Array,
  targets: ArrayLike<number>,
  { weights, l2 = 1e-8, intercept = true }: LinearFit = {},
): LinearModel {
  const width = checkRows(features, targets, weights);
  const count = targets.length;
  const middle = new Float64Array(width);
  let target = 0;
  if (intercept) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      const u = weights ? (weights[i] as number) : 1;
      total += u;
      target += u * (targets[i] as number);
      for (let j = 0; j < width; j++) middle[j] = (middle[j] as number) + u * (features[i * width + j] as number);
    }
    target /= total;
    for (let j = 0; j < width; j++) middle[j] = (middle[j] as number) / total;
  }
  const normal = new Float64Array(width * width);
  const right = new Float64Array(width);
  const x = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    const u = weights ? (weights[i] as number) : 1;
    if (u === 0) continue;
    for (let j = 0; j < width; j++) x[j] = (features[i * width + j] as number) - (middle[j] as number);
    const y = (targets[i] as number) - target;
    for (let j = 0; j < width; j++) {
      const scaled = u * (x[j] as number);
      right[j] = (right[j] as number) + scaled * y;
      const row = j * width;
      for (let k = 0; k <= j; k++) normal[row + k] = (normal[row + k] as number) + scaled * (x[k] as number);
    }
  }
  const fitted = solveRidge(normal, right, l2);
  let offset = target;
  for (let j = 0; j < width; j++) offset -= (fitted[j] as number) * (middle[j] as number);
  return { weights: fitted, intercept: intercept ? offset : 0 };
}

/** $(A + \lambda I)^{-1} b$. Where rounding hides a small λ behind dependent columns, as large a one as rounding shows is taken. */
function solveRidge(gram: Float64Array, right: Float64Array, l2: number): Float64Array {
  const n = right.length;
  const scales = Float64Array.from(right, (_, j) => (gram[j * n + j] as number) + l2);
  for (const extra of l2 > 0 ? [0, 1e-12] : [0]) {
    const factor = gram.slice();
    for (let j = 0; j < n; j++) factor[j * n + j] = (scales[j] as number) * (1 + extra);
    if (!choleskyFactor(factor, n)) continue;
    const dependent = scales.some((scale, j) => (factor[j * n + j] as number) ** 2 <= 1e-14 * scale);
    if (!dependent || l2 > 0) return choleskySubstitute(factor, right.slice());
  }
  throw new RangeError("the columns depend on each other; a larger l2 makes the solution unique");
}

/**
 * Weighted logistic regression: the minimiser of
 * $\sum_i u_i\,\ell(y_i, w^\top x_i + b) + \tfrac{\lambda}{2}\lVert w\rVert^2$ with the log loss ℓ, by damped Newton steps.
 * `labels` are 0 or 1 (−1 counts as 0). Throws RangeError where {@link checkRows} does, for other labels, and for λ that is not
 * above 0, with which separable classes would have no minimum.
 */
export function fitLogisticRegression(
  features: Float64Array,
  labels: ArrayLike<number>,
  { weights, l2 = 1e-8, intercept = true }: LinearFit = {},
): LinearModel {
  const width = checkRows(features, labels, weights);
  if (!(l2 > 0)) throw new RangeError(`l2 is ${l2}, and must be above 0`);
  const signs = Float64Array.from(labels, (label, i) => {
    if (label !== 0 && label !== 1 && label !== -1)
      throw new RangeError(`the label ${label} of row ${i} is not 0 or 1`);
    return label === 1 ? 1 : -1;
  });
  const at = minimiseLogistic({ features, width, signs, l2, intercept, ...(weights ? { weights } : {}) });
  return { weights: at.slice(0, width), intercept: intercept ? (at[width] as number) : 0 };
}

/** $w^\top x_i + b$ of every row of a row-major matrix: predictions of a ridge model, log odds of a logistic one. */
export function linearScores({ weights, intercept }: LinearModel, features: Float64Array): Float64Array {
  const width = weights.length;
  const out = new Float64Array(features.length / width);
  for (let i = 0; i < out.length; i++) {
    let sum = intercept;
    for (let j = 0, from = i * width; j < width; j++) sum += (weights[j] as number) * (features[from + j] as number);
    out[i] = sum;
  }
  return out;
}

/** Probability of class 1 of every row. */
export function logisticProbabilities(model: LinearModel, features: Float64Array): Float64Array {
  return linearScores(model, features).map((score) => Math.exp(logSigmoid(score)));
}
