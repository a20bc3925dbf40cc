import { logSigmoid } from "../../../kit/logistic.ts";
import { fitLogisticRegression, fitRidge, type LinearModel, linearScores } from "../linear-models.ts";
import { minimiseHinge } from "./hinge.ts";
import { type Matrix, needSigns, type Problem } from "./problem.ts";

export interface MarginOptions {
  /** Weight of the data beside the regulariser; default 1. */
  C?: number;
  /** $\sum_i u_i$ of the full data, over which the regulariser is shared out. */
  total: number;
  /** Without penalty; default true. */
  intercept?: boolean;
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

function squaredNorm({ weights }: LinearModel): number {
  return weights.reduce((sum, w) => sum + w * w, 0);
}

/** Margins $y_i(w^\top x_i + b)$, in place of the scores. */
function margins(X: Matrix, y: Float64Array | null, model: LinearModel): Float64Array {
  const signs = needSigns(X, y);
  const scores = linearScores(model, X.data);
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) * (signs[i] as number);
  return scores;
}

/**
 * Logistic regression (paper, experiments): $f_i = C\log(1 + e^{-y_i(w^\top x_i + b)}) + \lVert w\rVert^2/(2\sum u)$ with
 * $y_i = \pm 1$. Minimising $\sum_i v_i f_i$ over a subset is training with $C' = C\sum u/\sum v$. Solved by damped Newton steps.
 */
export function logisticProblem({ C = 1, total, intercept = true }: MarginOptions): Problem<LinearModel> {
  return {
    classes: true,
    loss(X, y, model) {
      const share = squaredNorm(model) / (2 * total);
      const losses = margins(X, y, model);
      for (let i = 0; i < losses.length; i++) losses[i] = share - C * logSigmoid(losses[i] as number);
      return losses;
    },
    fit: (X, y, w) =>
      fitLogisticRegression(X.data, needSigns(X, y), { weights: w, l2: sumOf(w) / (total * C), intercept }),
  };
}

/**
 * Linear support vector machine: $f_i = C\max(0, 1 - y_i(w^\top x_i + b)) + \lVert w\rVert^2/(2\sum u)$. Solved by Newton steps on
 * a hinge whose corner is rounded less and less.
 */
export function linearSvmProblem({ C = 1, total, intercept = true }: MarginOptions): Problem<LinearModel> {
  return {
    classes: true,
    loss(X, y, model) {
      const share = squaredNorm(model) / (2 * total);
      const losses = margins(X, y, model);
      for (let i = 0; i < losses.length; i++) losses[i] = share + C * Math.max(0, 1 - (losses[i] as number));
      return losses;
    },
    fit: (X, y, w) => minimiseHinge(X, needSigns(X, y), w, { l2: sumOf(w) / (total * C), intercept }),
  };
}

export interface LeastSquaresOptions {
  /** $\sum_i u_i$ of the full data. */
  total: number;
  /** Penalty of the whole data on $\lVert w\rVert^2$; default 1e-8. */
  l2?: number;
  intercept?: boolean;
}

/** Least squares: $f_i = (w^\top x_i + b - y_i)^2 + \lambda\lVert w\rVert^2/\sum u$, by the weighted normal equations. */
export function leastSquaresProblem({ total, l2 = 1e-8, intercept = true }: LeastSquaresOptions): Problem<LinearModel> {
  const targetsOf = (X: Matrix, y: Float64Array | null): Float64Array => {
    if (!y || y.length !== X.rows) throw new RangeError(`${y?.length ?? 0} targets for ${X.rows} rows`);
    return y;
  };
  return {
    loss(X, y, model) {
      const targets = targetsOf(X, y);
      const share = (l2 * squaredNorm(model)) / total;
      const losses = linearScores(model, X.data);
      for (let i = 0; i < losses.length; i++) losses[i] = share + ((losses[i] as number) - (targets[i] as number)) ** 2;
      return losses;
    },
    fit: (X, y, w) => fitRidge(X.data, targetsOf(X, y), { weights: w, l2: (l2 * sumOf(w)) / total, intercept }),
  };
}
