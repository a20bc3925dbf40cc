import { choleskyFactor } from "../../../kit/cholesky.ts";
import { type LogisticProblem, logisticDerivatives, minimiseLogistic } from "../../../kit/logistic.ts";
import { softmaxRegression, linearScores as softmaxScores } from "../../../kit/nets/softmax-regression.ts";
import { type Features, normaliseRows } from "./em.ts";

/** A classifier that learns from soft labels, to be used in a learning cycle. */
export interface Classifier {
  classes: number;
  /** Learns from rows of features, each with a distribution over classes as its target (rows × classes). */
  fit(features: Features, targets: Float64Array): FittedClassifier;
}

export interface FittedClassifier {
  /**
   * Class probabilities of the rows it learned from, in their order, each as if that row had been left out. Where a classifier
   * has no cheap way to it, nothing: callers refit on parts.
   */
  leftOut?(): Float64Array<ArrayBuffer>;
  /** Class probabilities of all rows, rows × classes. */
  predict(features: Features): Float64Array<ArrayBuffer>;
}

/**
 * Logistic regression on soft labels: the minimiser of $-\sum_i\sum_c t_{ic}\ln p_c(x_i) + \tfrac\lambda2\lVert w\rVert^2$,
 * softmax for more than two classes. The intercept's penalty is a hundredth of λ (none with more than two classes), so that one
 * class alone has a minimum too.
 * Throws a RangeError for λ that is not above 0.
 */
export function ridgeLogistic({ classes = 2, l2 = 0.1 } = {}): Classifier {
  if (!(l2 > 0)) throw new RangeError(`λ is ${l2}, and must be above 0`);
  let last: Float64Array | undefined;
  return {
    classes,
    fit: (features, targets) => {
      const rows = features.values.length / features.width;
      if (rows === 0 || targets.length !== rows * classes)
        throw new RangeError(`${targets.length} targets for ${rows} rows of ${classes} classes`);
      if (classes > 2) return fitMany(features, targets, l2, classes);
      const fitted = fitTwo(features, targets, l2, last);
      last = fitted.weights; // where the next fit starts: saves time, and the minimum is unique
      return fitted;
    },
  };
}

function fitTwo(
  features: Features,
  targets: Float64Array,
  l2: number,
  start?: Float64Array,
): FittedClassifier & { weights: Float64Array } {
  const { values, width } = features;
  const ones = new Float64Array(values.length / width);
  for (let r = 0; r < ones.length; r++) ones[r] = targets[2 * r + 1] as number;
  const problem = {
    features: values,
    width,
    targets: ones,
    intercept: true,
    l2: Float64Array.from({ length: width + 1 }, (_, j) => (j < width ? l2 : l2 / 100)),
    tolerance: 1e-4,
    ...(start?.length === width + 1 ? { start } : {}),
  };
  const weights = minimiseLogistic(problem);
  const predict = ({ values: x }: Features) => {
    const out = new Float64Array((x.length / width) * 2);
    for (let i = 0; 2 * i < out.length; i++) putPair(out, i, scoreOf(weights, x, i));
    return out;
  };
  return { weights, predict, leftOut: () => leaveEachOut(problem, weights) };
}

function scoreOf(weights: Float64Array, x: Float64Array, row: number): number {
  const width = weights.length - 1;
  let score = weights[width] as number;
  for (let j = 0, from = row * width; j < width; j++) score += (weights[j] as number) * (x[from + j] as number);
  return score;
}

/**
 * Predictions without each row by one Newton step from the fit: the score moves by $h_i(p_i - t_i)/(1 - h_i p_i(1-p_i))$ with
 * $h_i = x_i^\top H^{-1} x_i = \lVert L^{-1}x_i\rVert^2$.
 */
function leaveEachOut(problem: LogisticProblem & { targets: Float64Array }, weights: Float64Array) {
  const size = weights.length;
  const { features, width, targets } = problem;
  const { hessian } = logisticDerivatives(problem, weights);
  choleskyFactor(hessian, size); // positive definite by its penalties
  const solved = new Float64Array(size);
  const out = new Float64Array(targets.length * 2);
  for (let r = 0; r < targets.length; r++) {
    let leverage = 0;
    for (let j = 0; j < size; j++) {
      let sum = j < width ? (features[r * width + j] as number) : 1;
      for (let k = 0; k < j; k++) sum -= (hessian[j * size + k] as number) * (solved[k] as number);
      solved[j] = sum / (hessian[j * size + j] as number);
      leverage += (solved[j] as number) ** 2;
    }
    const score = scoreOf(weights, features, r);
    const p = 1 / (1 + Math.exp(-score));
    putPair(out, r, score + (leverage * (p - (targets[r] as number))) / (1 - leverage * p * (1 - p)));
  }
  return out;
}

function putPair(out: Float64Array, row: number, score: number): void {
  const p = 1 / (1 + Math.exp(-score));
  out[2 * row] = 1 - p;
  out[2 * row + 1] = p;
}

/** A share at or below this teaches nothing. */
const negligible = 1e-9;

function fitMany(features: Features, targets: Float64Array, l2: number, classes: number): FittedClassifier {
  const { values, width } = features;
  const shares: number[] = [];
  const labels: number[] = [];
  const from: number[] = [];
  for (let at = 0; at < targets.length; at++) {
    if (!((targets[at] as number) > negligible)) continue;
    shares.push(targets[at] as number);
    labels.push(at % classes);
    from.push(Math.floor(at / classes));
  }
  const inputs = new Float32Array(from.length * width);
  for (const [r, i] of from.entries()) inputs.set(values.subarray(i * width, (i + 1) * width), r * width);
  const total = shares.reduce((a, b) => a + b, 0);
  // The kit's objective is a mean over the rows.
  const model = softmaxRegression(inputs, labels, { classes, l2: l2 / total, weights: shares, tolerance: 1e-4 });
  return {
    predict({ values: x }) {
      const out = Float64Array.from(softmaxScores(model, Float32Array.from(x)));
      normaliseRows(out, classes);
      return out;
    },
  };
}

/** Rows of a feature table by position. */
export function pickRows({ values, width }: Features, rows: ArrayLike<number>): Features {
  const picked = new Float64Array(rows.length * width);
  for (let r = 0; r < rows.length; r++) {
    const i = rows[r] as number;
    picked.set(values.subarray(i * width, (i + 1) * width), r * width);
  }
  return { values: picked, width };
}
