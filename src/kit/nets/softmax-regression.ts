import { BadInput } from "../errors.ts";

/** A linear classifier: scores are $x W^\top + b$. */
export interface LinearClassifier {
  /** classes × width, row-major. */
  weight: Float64Array;
  bias: Float64Array;
}

export interface SoftmaxRegressionOptions {
  classes: number;
  /** λ of the penalty on the weights; biases are free. */
  l2: number;
  /** Weight of every example, 1 unless given; only their proportions matter. */
  weights?: ArrayLike<number>;
  /** Where to start: changes the time taken, not the result. */
  start?: LinearClassifier;
  /** Norm of the gradient at which to stop; default 1e-6. */
  tolerance?: number;
  /** Newton steps at most; default 100. */
  rounds?: number;
}

/**
 * Multinomial logistic regression: the minimiser of
 * $\frac{1}{\sum_n w_n}\sum_n w_n\bigl(-\log p_{n,y_n}\bigr) + \tfrac{\lambda}{2}\lVert W\rVert^2$
 * by Newton steps whose systems are solved by conjugate gradients, only as exactly as the step deserves, with a line
 * search. Deterministic; for λ > 0 the minimum is unique (the biases sum to 0). `features` is (count × width), `labels` one
 * class a row; a Newton step takes some ten passes over the features and memory for a few copies of the weights.
 *
 * Throws BadInput for a value that is not finite (by row and column), RangeError for sizes and labels that make no sense.
 */
export function softmaxRegression(
  features: Float32Array,
  labels: ArrayLike<number>,
  { classes, l2, weights, start, tolerance = 1e-6, rounds = 100 }: SoftmaxRegressionOptions,
): LinearClassifier {
  const problem = { ...checked(features, labels, classes, l2, weights), mirrored: classes === 2 };
  const { width } = problem;
  const size = classes * (width + 1); // weights, then biases
  let at = new Float64Array(size);
  if (start) {
    at.set(start.weight);
    at.set(start.bias, classes * width);
    centre(at, width, classes);
  }
  let here = evaluate(problem, at);
  for (let round = 0; round < rounds && norm(here.gradient) > tolerance; round++) {
    const step = newtonStep(problem, here);
    const slope = dot(step, here.gradient);
    let scale = 1;
    let next = at;
    let there = here;
    do {
      const s = scale;
      next = at.map((value, i) => value + s * (step[i] as number));
      there = evaluate(problem, next);
      scale /= 2;
    } while (!(there.loss <= here.loss + 1e-4 * 2 * scale * slope) && scale > 1e-10);
    if (!(there.loss < here.loss)) break; // no progress in double precision
    [at, here] = [next, there];
  }
  return { weight: at.slice(0, classes * width), bias: at.slice(classes * width) };
}

/** Scores (count × classes) of rows (count × width). */
export function linearScores({ weight, bias }: LinearClassifier, features: Float32Array): Float32Array<ArrayBuffer> {
  const classes = bias.length;
  const width = weight.length / classes;
  const count = features.length / width;
  const out = new Float32Array(count * classes);
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < classes; k++) {
      let sum = bias[k] as number;
      for (let i = 0; i < width; i++) sum += (weight[k * width + i] as number) * (features[n * width + i] as number);
      out[n * classes + k] = sum;
    }
  }
  return out;
}

/** Value of the penalised objective and norm of its gradient: how close a classifier is to the minimum. */
export function softmaxObjective(
  classifier: LinearClassifier,
  features: Float32Array,
  labels: ArrayLike<number>,
  { l2, weights }: Pick<SoftmaxRegressionOptions, "l2" | "weights">,
): { loss: number; gradient: Float64Array; gradientNorm: number } {
  const problem = checked(features, labels, classifier.bias.length, l2, weights);
  const at = new Float64Array([...classifier.weight, ...classifier.bias]);
  const { loss, gradient } = evaluate(problem, at);
  return { loss, gradient, gradientNorm: norm(gradient) };
}

interface Problem {
  features: Float32Array;
  labels: ArrayLike<number>;
  count: number;
  width: number;
  classes: number;
  l2: number;
  /** Sums to 1. */
  share: Float64Array;
  /** Two classes whose weights are each other's negative, as they are at the minimum: one half is computed. */
  mirrored: boolean;
}

interface Point {
  loss: number;
  gradient: Float64Array;
  /** count × classes */
  probabilities: Float64Array;
}

function checked(
  features: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  l2: number,
  weights?: ArrayLike<number>,
): Problem {
  const count = labels.length;
  const width = features.length / count;
  if (!(count > 0 && Number.isInteger(width) && width > 0)) {
    throw new RangeError(`${features.length} values do not make ${count} rows`);
  }
  if (!(l2 >= 0)) throw new RangeError(`λ is ${l2} and a number from 0 is wanted`);
  if (weights && weights.length !== count) throw new RangeError(`${weights.length} weights for ${count} rows`);
  const bad = features.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new BadInput(`the feature is ${features[bad]}`, {
      where: `row ${Math.floor(bad / width) + 1}, column ${(bad % width) + 1}`,
    });
  }
  const share = Float64Array.from({ length: count }, (_, n) => weights?.[n] ?? 1);
  const total = share.reduce((sum, w) => sum + w, 0);
  if (!(total > 0 && share.every((w) => w >= 0))) throw new RangeError("weights are from 0 on, and not all 0");
  for (let n = 0; n < count; n++) {
    const label = labels[n] as number;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new RangeError(`label ${label} of row ${n} is not a class below ${classes}`);
    }
    share[n] = (share[n] as number) / total;
  }
  return { features, labels, count, width, classes, l2, share, mirrored: false };
}

/** Takes the mean over classes off, which changes no probability. */
function centre(at: Float64Array, width: number, classes: number): void {
  const place = (k: number, i: number): number => (i < width ? k * width + i : classes * width + k);
  for (let i = 0; i <= width; i++) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += at[place(k, i)] as number;
    for (let k = 0; k < classes; k++) at[place(k, i)] = (at[place(k, i)] as number) - sum / classes;
  }
}

/** $x_n \cdot v_k + c_k$ for all classes of one row; `v` has the layout of a solution. */
function rowScores(problem: Problem, v: Float64Array, n: number, out: Float64Array): void {
  const { features, width, classes, mirrored } = problem;
  const row = n * width;
  for (let k = 0; k < (mirrored ? 1 : classes); k++) {
    let sum = v[classes * width + k] as number;
    const from = k * width;
    for (let i = 0; i < width; i++) sum += (v[from + i] as number) * (features[row + i] as number);
    out[k] = sum;
  }
  if (mirrored) out[1] = -(out[0] as number);
}

/** Adds the outer product of one row's class coefficients and features. */
function addRow(problem: Problem, out: Float64Array, n: number, coefficients: Float64Array): void {
  const { features, width, classes, mirrored } = problem;
  const row = n * width;
  for (let k = 0; k < (mirrored ? 1 : classes); k++) {
    const c = coefficients[k] as number;
    const from = k * width;
    for (let i = 0; i < width; i++) out[from + i] = (out[from + i] as number) + c * (features[row + i] as number);
    out[classes * width + k] = (out[classes * width + k] as number) + c;
  }
}

function evaluate(problem: Problem, at: Float64Array): Point {
  const { labels, count, width, classes, l2, share } = problem;
  const gradient = new Float64Array(at.length);
  const probabilities = new Float64Array(count * classes);
  const scores = new Float64Array(classes);
  let loss = 0;
  for (let i = 0; i < classes * width; i++) {
    loss += (l2 / 2) * (at[i] as number) ** 2;
    gradient[i] = l2 * (at[i] as number);
  }
  for (let n = 0; n < count; n++) {
    rowScores(problem, at, n, scores);
    const top = scores.reduce((a, b) => Math.max(a, b));
    let total = 0;
    for (let k = 0; k < classes; k++) total += Math.exp((scores[k] as number) - top);
    const label = labels[n] as number;
    const weight = share[n] as number;
    loss += weight * (top + Math.log(total) - (scores[label] as number));
    for (let k = 0; k < classes; k++) {
      const p = Math.exp((scores[k] as number) - top) / total;
      probabilities[n * classes + k] = p;
      scores[k] = weight * (p - (k === label ? 1 : 0));
    }
    addRow(problem, gradient, n, scores);
  }
  mirror(problem, gradient);
  return { loss, gradient, probabilities };
}

/** Completes what {@link addRow} left out. */
function mirror({ width, mirrored }: Problem, out: Float64Array): void {
  if (!mirrored) return;
  for (let i = 0; i < width; i++) out[width + i] = -(out[i] as number);
  out[2 * width + 1] = -(out[2 * width] as number);
}

/** The Hessian at a point times `v`: $\sum_n w_n\,(\mathrm{diag}(p_n) - p_n p_n^\top)\,(V x_n)\,x_n^\top + \lambda V$. */
function curve(problem: Problem, { probabilities }: Point, v: Float64Array): Float64Array {
  const { count, width, classes, l2, share } = problem;
  const out = new Float64Array(v.length);
  for (let i = 0; i < classes * width; i++) out[i] = l2 * (v[i] as number);
  const scores = new Float64Array(classes);
  for (let n = 0; n < count; n++) {
    rowScores(problem, v, n, scores);
    let average = 0;
    for (let k = 0; k < classes; k++) average += (probabilities[n * classes + k] as number) * (scores[k] as number);
    for (let k = 0; k < classes; k++) {
      const p = probabilities[n * classes + k] as number;
      scores[k] = (share[n] as number) * p * ((scores[k] as number) - average);
    }
    addRow(problem, out, n, scores);
  }
  mirror(problem, out);
  return out;
}

/** Solves $H s = -g$ by conjugate gradients, to a residual of $\min(0.3, \sqrt{\lVert g\rVert})\,\lVert g\rVert$. */
function newtonStep(problem: Problem, point: Point): Float64Array {
  const { gradient } = point;
  const step = new Float64Array(gradient.length);
  const residual = gradient.map((g) => -g);
  let direction = residual.slice();
  let square = dot(residual, residual);
  const size = Math.sqrt(square);
  const wanted = Math.min(0.3, Math.sqrt(size)) * size;
  for (let i = 0; i < 2 * gradient.length && Math.sqrt(square) > wanted; i++) {
    const curved = curve(problem, point, direction);
    const bend = dot(direction, curved);
    if (!(bend > 1e-300)) break; // flat: the classes are separated and the probabilities are 0 and 1
    const scale = square / bend;
    for (let j = 0; j < step.length; j++) {
      step[j] = (step[j] as number) + scale * (direction[j] as number);
      residual[j] = (residual[j] as number) - scale * (curved[j] as number);
    }
    const next = dot(residual, residual);
    const keep = next / square;
    direction = direction.map((d, j) => (residual[j] as number) + keep * d);
    square = next;
  }
  return step.some((s) => s !== 0) ? step : residual;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
