import { treeLevels, treeMaxSum, treeSumSelect } from "./binary-tree.ts";
import {
  type ContinualMechanism,
  checkOptions,
  type MechanismOptions,
  type Problem,
  SumMechanism,
} from "./mechanism.ts";
import { defaultBeta, optimalPeriod, recomputeMaxSum, recomputeSumSelect } from "./recompute.ts";
import {
  exponentialFactors,
  factorizationMaxSum,
  factorizationSumSelect,
  toeplitzSquaredNorm,
} from "./square-root-factorization.ts";

export const mechanismNames = ["recompute", "tree", "factorization", "trivial"] as const;
export type MechanismName = (typeof mechanismNames)[number];

export interface ErrorQuestion extends Pick<MechanismOptions, "T" | "d" | "rho"> {
  problem: Problem;
  mechanism: MechanismName | "batch";
  /** Chance that the error is larger; 1/3 by default, as in the paper's definition of accuracy. */
  beta?: number;
  /** Period of recompute; the best one by default. */
  r?: number;
}

/**
 * A bound on the worst error over all T steps that holds with probability $1 - \beta$ on every stream (union bounds over
 * Gaussian and Gumbel tails):
 *
 * - recompute: $r - 1 + \sqrt{(m/\rho)\ln(2m/\beta)}$ for max-sum, $r - 1 + \sqrt{m/(2\rho)}\,\ln(dm/\beta)$ for sum-select,
 *   with $m = \lfloor T/r\rfloor$;
 * - tree, factorization: $s\sqrt{2\ln(2Td/\beta)}$ with s the largest standard deviation of one noisy sum; twice that for
 *   sum-select;
 * - trivial: T;
 * - batch (a single release at the end): $\sqrt{\ln(2/\beta)/\rho}$ for max-sum, $\ln(d/\beta)/\sqrt{2\rho}$ for sum-select.
 */
export function predictedError(question: ErrorQuestion): number {
  checkOptions(question);
  const { T, d, rho, problem, mechanism, beta = defaultBeta } = question;
  if (!(beta > 0 && beta < 1)) throw new RangeError(`beta is ${beta}; a number between 0 and 1 is wanted`);
  const released = (m: number): number =>
    problem === "max-sum"
      ? Math.sqrt((m / rho) * Math.log((2 * m) / beta))
      : Math.sqrt(m / (2 * rho)) * Math.log((d * m) / beta);
  if (mechanism === "trivial") return T;
  if (mechanism === "batch") return released(1);
  if (mechanism === "recompute") {
    const r = question.r ?? optimalPeriod(T, rho, { problem, d, beta });
    if (!Number.isInteger(r) || r < 1 || r > T) throw new RangeError(`the period r is ${r}, outside 1 to ${T}`);
    return r - 1 + released(Math.floor(T / r));
  }
  const spread = mechanism === "tree" ? treeSpread(T, d, rho) : factorizationSpread(T, d, rho);
  return (problem === "max-sum" ? 1 : 2) * spread * Math.sqrt(2 * Math.log((2 * T * d) / beta));
}

/** A prefix adds up at most L nodes of $\sigma = \sqrt{Ld/(2\rho)}$. */
function treeSpread(T: number, d: number, rho: number): number {
  return treeLevels(T) * Math.sqrt(d / (2 * rho));
}

/** Standard deviation at time T: the lengths of the left factor's last row and of the right factor's first column. */
function factorizationSpread(T: number, d: number, rho: number): number {
  const { left, right } = exponentialFactors(T);
  return Math.sqrt((toeplitzSquaredNorm(left, T) * toeplitzSquaredNorm(right, T) * d) / (2 * rho));
}

/**
 * The paper's lower bound on the error of every continual mechanism, for max-sum and for sum-select: its rate, without
 * constants and logarithms. $\min\{T^{1/3}/\varepsilon^{2/3}, \sqrt d/\varepsilon, T\}$ under
 * $(\varepsilon, \delta)$-differential privacy with $\delta = o(\varepsilon/T)$, and
 * $\min\{\sqrt{T/\varepsilon}, d/\varepsilon, T\}$ under pure privacy (no delta).
 */
export function lowerBoundRate({ T, d, eps, delta }: { T: number; d: number; eps: number; delta?: number }): number {
  if (!(T >= 1) || !(d >= 1) || !(eps > 0)) throw new RangeError("T and d of at least 1 and a positive eps are wanted");
  if (delta === undefined || delta === 0) return Math.min(Math.sqrt(T / eps), d / eps, T);
  if (!(delta > 0 && delta < 1)) throw new RangeError(`delta is ${delta}; a number from 0 to 1 is wanted`);
  return Math.min(Math.cbrt(T) / eps ** (2 / 3), Math.sqrt(d) / eps, T);
}

class Trivial extends SumMechanism {
  protected answer(): number {
    return 0;
  }
  protected restart(): void {}
}

/** Says 0 (the value, or the first column) whatever arrives: no cost, error at most T. */
export function trivialMechanism(problem: Problem, options: MechanismOptions): ContinualMechanism<number> {
  return new Trivial(problem, options);
}

/** A mechanism by name. `r` is the period of recompute. */
export function makeMechanism(
  name: MechanismName,
  problem: Problem,
  options: MechanismOptions & { r?: number | "auto" | undefined },
): ContinualMechanism<number> {
  const value = problem === "max-sum";
  if (name === "recompute") return value ? recomputeMaxSum(options) : recomputeSumSelect(options);
  if (name === "tree") return value ? treeMaxSum(options) : treeSumSelect(options);
  if (name === "factorization") return value ? factorizationMaxSum(options) : factorizationSumSelect(options);
  return trivialMechanism(problem, options);
}

export interface BestMechanism {
  name: MechanismName;
  mechanism: ContinualMechanism<number>;
  /** {@link predictedError} of the one chosen. */
  predictedError: number;
  /** Of all of them. */
  predictions: Record<MechanismName, number>;
}

/** {@link predictedError} of every mechanism, and which of them has the smallest. */
export function comparePredictions(question: Omit<ErrorQuestion, "mechanism">): {
  predictions: Record<MechanismName, number>;
  best: MechanismName;
} {
  const predictions = Object.fromEntries(
    mechanismNames.map((mechanism) => [mechanism, predictedError({ ...question, mechanism })]),
  ) as Record<MechanismName, number>; // one for every name
  return { predictions, best: mechanismNames.reduce((a, b) => (predictions[b] < predictions[a] ? b : a)) };
}

/**
 * The mechanism with the smallest predicted error, as the paper's upper bound
 * $\tilde O(\min\{(T/\rho)^{1/3}, \sqrt{d/\rho}, T\})$ takes the best of three. The choice looks at T, d and $\rho$ only,
 * never at records, so it costs nothing.
 */
export function bestMechanism(options: MechanismOptions & { problem: Problem; beta?: number }): BestMechanism {
  const { predictions, best } = comparePredictions(options);
  const mechanism = makeMechanism(best, options.problem, options);
  return { name: best, mechanism, predictedError: predictions[best], predictions };
}
