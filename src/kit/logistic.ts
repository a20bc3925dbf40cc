import { solvePositiveDefinite } from "./cholesky.ts";

/** $\sigma(z) = 1/(1 + e^{-z})$, without overflow on either side. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const small = Math.exp(z);
  return small / (1 + small);
}

/** $\log\sigma(z) = -\mathrm{softplus}(-z)$, exact far out on both sides: −800 at −800 and 0 at 800. */
export function logSigmoid(z: number): number {
  return z >= 0 ? -Math.log1p(Math.exp(-z)) : z - Math.log1p(Math.exp(z));
}

export interface LogisticProblem {
  /** rows × width, row-major. */
  features: Float64Array;
  /** Columns of `features`; at least 1. */
  width: number;
  /** 1 or −1 a row; all 1 unless given. */
  signs?: ArrayLike<number>;
  /** In place of signs: the probability that a row's sign is 1, for labels that are not certain. */
  targets?: ArrayLike<number>;
  /** Weight of every row, from 0 on; all 1 unless given. */
  weights?: ArrayLike<number>;
  /** λ of every coefficient, or one each (a last one for the intercept). */
  l2: number | ArrayLike<number>;
  /** Adds a coefficient behind the others, which every row has with value 1; without penalty unless `l2` names one for it. */
  intercept?: boolean;
  /** Where to start; 0 unless given. Changes the time taken, not the result. */
  start?: ArrayLike<number>;
  /** Stop when a step gains less than this share of the objective; default 1e-12. */
  tolerance?: number;
}

/**
 * Logistic regression by damped Newton steps: the minimiser of
 * $\sum_i u_i\bigl(-\log\sigma(s_i(w^\top x_i + b))\bigr) + \tfrac12\sum_j \lambda_j w_j^2$. Returns $w$, and $b$ behind it where
 * there is an intercept. A soft label counts as both signs, each by its probability. $O(nd^2)$ a step, some ten steps. Deterministic; unique for λ > 0 and both signs present. Where no
 * minimum exists (separable and λ = 0, or an intercept with one sign only) it stops far out after 100 steps. Checks nothing but
 * sizes.
 */
export function minimiseLogistic(problem: LogisticProblem): Float64Array {
  const { start, tolerance = 1e-12 } = problem;
  const prepared = prepare(problem);
  let at = new Float64Array(prepared.size);
  if (start) at.set(start);
  let current = value(prepared, at);
  for (let round = 0; round < 100; round++) {
    const step = newtonStep(prepared, at);
    let size = 1;
    let next = at.map((w, i) => w - size * (step[i] as number));
    let reached = value(prepared, next);
    while (!(reached <= current) && size > 1e-8) {
      size /= 2;
      next = at.map((w, i) => w - size * (step[i] as number));
      reached = value(prepared, next);
    }
    if (!(reached <= current)) break;
    const gained = current - reached;
    at = next;
    if (gained < tolerance * Math.abs(current)) break;
    current = reached;
  }
  return at;
}

/** A problem with every optional part filled in, as typed arrays: the loops over it are what takes the time. */
interface Prepared {
  features: Float64Array;
  width: number;
  /** Coefficients, with the intercept. */
  size: number;
  /** Probability that the sign of a row is 1. */
  targets: Float64Array;
  weights: Float64Array;
  penalty: Float64Array;
}

function prepare({ features, width, signs, targets, weights, l2, intercept = false }: LogisticProblem): Prepared {
  if (!(width >= 1) || features.length % width !== 0) throw new RangeError(`rows are not of width ${width}`);
  const count = features.length / width;
  const size = width + (intercept ? 1 : 0);
  return {
    features,
    width,
    size,
    targets: Float64Array.from({ length: count }, (_, i) => targets?.[i] ?? ((signs?.[i] ?? 1) + 1) / 2),
    weights: Float64Array.from({ length: count }, (_, i) => weights?.[i] ?? 1),
    penalty: Float64Array.from({ length: size }, (_, i) =>
      typeof l2 !== "number" ? (l2[i] ?? 0) : i < width ? l2 : 0,
    ),
  };
}

/** $w^\top x_i + b$. */
function score(features: Float64Array, width: number, at: Float64Array, i: number): number {
  let sum = at.length > width ? (at[width] as number) : 0;
  for (let j = 0, from = i * width; j < width; j++) sum += (at[j] as number) * (features[from + j] as number);
  return sum;
}

function value({ features, width, size, targets, weights, penalty }: Prepared, at: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < size; j++) sum += ((penalty[j] as number) / 2) * (at[j] as number) ** 2;
  for (let i = 0; i < targets.length; i++) {
    const z = score(features, width, at, i);
    const t = targets[i] as number;
    // −t log σ(z) − (1 − t) log σ(−z), with one logarithm and no cancellation far out.
    sum += (weights[i] as number) * (Math.log1p(Math.exp(-Math.abs(z))) + (z >= 0 ? (1 - t) * z : -t * z));
  }
  return sum;
}

/** Gradient and Hessian (only its lower triangle is filled) of the objective of {@link minimiseLogistic}. */
export function logisticDerivatives(
  problem: LogisticProblem,
  at: Float64Array,
): { gradient: Float64Array; hessian: Float64Array } {
  return derivatives(prepare(problem), at);
}

function derivatives(
  { features, width, size, targets, weights, penalty }: Prepared,
  at: Float64Array,
): { gradient: Float64Array; hessian: Float64Array } {
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    gradient[j] = (penalty[j] as number) * (at[j] as number);
    hessian[j * size + j] = penalty[j] as number;
  }
  const x = new Float64Array(size).fill(1);
  for (let i = 0; i < targets.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    for (let j = 0, from = i * width; j < width; j++) x[j] = features[from + j] as number;
    const z = score(features, width, at, i);
    const e = Math.exp(-Math.abs(z));
    const p = z >= 0 ? 1 / (1 + e) : e / (1 + e);
    const pull = weight * (p - (targets[i] as number));
    const bend = weight * p * (1 - p);
    for (let j = 0; j < size; j++) {
      const xj = x[j] as number;
      gradient[j] = (gradient[j] as number) + pull * xj;
      const bent = bend * xj;
      const row = j * size;
      for (let k = 0; k <= j; k++) hessian[row + k] = (hessian[row + k] as number) + bent * (x[k] as number);
    }
  }
  return { gradient, hessian };
}

function newtonStep(prepared: Prepared, at: Float64Array): Float64Array {
  const { size } = prepared;
  const { gradient, hessian } = derivatives(prepared, at);
  const step = solvePositiveDefinite(hessian, gradient);
  if (step) return step;
  // Flat directions (dependent columns, saturated rows): a little curvature in each, so that the step stays downhill.
  let largest = 1e-300;
  for (let j = 0; j < size; j++) largest = Math.max(largest, hessian[j * size + j] as number);
  for (let j = 0; j < size; j++) hessian[j * size + j] = (hessian[j * size + j] as number) + 1e-9 * largest;
  return solvePositiveDefinite(hessian, gradient) ?? gradient;
}
