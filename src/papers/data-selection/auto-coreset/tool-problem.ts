import type { LinearModel } from "../linear-models.ts";
import { linearScores } from "../linear-models.ts";
import { kMeansProblem, nearestCentres } from "./k-means.ts";
import { leastSquaresProblem, linearSvmProblem, logisticProblem } from "./linear-problems.ts";
import type { Matrix, Problem } from "./problem.ts";

export const toolProblems = ["logistic", "svm", "regression", "kmeans"] as const;
export type ToolProblem = (typeof toolProblems)[number];

export type ToolModel = LinearModel | Matrix;

/** A problem with what a report says of its models. */
export interface Reporting {
  problem: Problem<ToolModel>;
  needsTarget: boolean;
  classes: boolean;
  /** What `score` measures, for tables. */
  metric: string;
  /** Of a model on rows that it has not seen. */
  score(X: Matrix, y: Float64Array | null, model: ToolModel): number;
}

const isCentres = (model: ToolModel): model is Matrix => "data" in model;

/** Narrows a problem's models: its own loss and score are only ever given models that its own solver made. */
function widened<Q extends ToolModel>(problem: Problem<Q>): Problem<ToolModel> {
  return {
    loss: (X, y, query) => problem.loss(X, y, query as Q),
    fit: problem.fit,
    ...(problem.classes ? { classes: true } : {}),
  };
}

function accuracy(X: Matrix, y: Float64Array | null, model: ToolModel): number {
  if (isCentres(model) || !y) return Number.NaN;
  const scores = linearScores(model, X.data);
  return scores.filter((score, i) => score > 0 === (y[i] as number) > 0).length / X.rows;
}

function determination(X: Matrix, y: Float64Array | null, model: ToolModel): number {
  if (isCentres(model) || !y) return Number.NaN;
  const scores = linearScores(model, X.data);
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const left = scores.reduce((sum, score, i) => sum + (score - (y[i] as number)) ** 2, 0);
  const all = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return all > 0 ? 1 - left / all : Number.NaN;
}

function meanDistance(X: Matrix, _: Float64Array | null, model: ToolModel): number {
  if (!isCentres(model)) return Number.NaN;
  return nearestCentres(X, model).distances.reduce((sum, d) => sum + d, 0) / X.rows;
}

/** The problem a reader chose, for data of this total weight. */
export function toolProblem(name: ToolProblem, total: number, { C, k }: { C: number; k: number }): Reporting {
  switch (name) {
    case "logistic":
    case "svm": {
      const problem = name === "svm" ? linearSvmProblem({ C, total }) : logisticProblem({ C, total });
      return { problem: widened(problem), needsTarget: true, classes: true, metric: "accuracy", score: accuracy };
    }
    case "regression":
      return {
        problem: widened(leastSquaresProblem({ total })),
        needsTarget: true,
        classes: false,
        metric: "R²",
        score: determination,
      };
    case "kmeans":
      return {
        problem: widened(kMeansProblem({ k })),
        needsTarget: false,
        classes: false,
        metric: "mean squared distance",
        score: meanDistance,
      };
  }
}

/** A model as plain numbers, for reports. */
export function modelDocument(model: ToolModel): Record<string, unknown> {
  if (!isCentres(model)) return { coefficients: [...model.weights], intercept: model.intercept };
  const { data, rows, columns } = model;
  return { centres: Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]) };
}
