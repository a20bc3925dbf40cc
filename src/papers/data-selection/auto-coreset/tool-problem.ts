import { BadInput } from "../../../kit/errors.ts";
import type { LinearModel } from "../linear-models.ts";
import { linearScores } from "../linear-models.ts";
import { kMeansProblem, nearestCentres } from "./k-means.ts";
import { leastSquaresProblem, linearSvmProblem, logisticProblem } from "./linear-problems.ts";
import { type OwnModel, ownProblem } from "./own-cost.ts";
import type { Matrix, Problem } from "./problem.ts";

export const toolProblems = ["logistic", "svm", "regression", "kmeans"] as const;
export type ToolProblem = (typeof toolProblems)[number];

export type ToolModel = LinearModel | Matrix | OwnModel;

/** A problem with what a report says of its models. */
export interface Reporting {
  /** For the summary. */
  name: string;
  problem: Problem<ToolModel>;
  needsTarget: boolean;
  classes: boolean;
  /** What `score` measures, for tables. */
  metric: string;
  /** Of a model on rows that it has not seen. */
  score(X: Matrix, y: Float64Array | null, model: ToolModel): number;
}

const isCentres = (model: ToolModel): model is Matrix => "data" in model;
const isLinear = (model: ToolModel): model is LinearModel => "intercept" in model;

/** Narrows a problem's models: its own loss and score are only ever given models that its own solver made. */
function widened<Q extends ToolModel>(problem: Problem<Q>): Problem<ToolModel> {
  return {
    loss: (X, y, query) => problem.loss(X, y, query as Q),
    fit: problem.fit,
    ...(problem.classes ? { classes: true } : {}),
  };
}

function accuracy(X: Matrix, y: Float64Array | null, model: ToolModel): number {
  if (!isLinear(model) || !y) return Number.NaN;
  const scores = linearScores(model, X.data);
  return scores.filter((score, i) => score > 0 === (y[i] as number) > 0).length / X.rows;
}

function determination(X: Matrix, y: Float64Array | null, model: ToolModel): number {
  if (!isLinear(model) || !y) return Number.NaN;
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

export interface ProblemChoice {
  problem: ToolProblem;
  target: string;
  /** Weight of the data beside the regulariser. */
  c: number;
  /** Centres. */
  k: number;
}

/** A reader's own cost: it has a target where one is named, and no measure but itself. */
function ownReporting(module: Readonly<Record<string, unknown>>, target: string): Reporting {
  const problem = widened(ownProblem(module));
  return {
    name: "the given cost",
    problem,
    needsTarget: target !== "" || problem.classes === true,
    classes: problem.classes === true,
    metric: "mean loss",
    score: (X, y, model) => problem.loss(X, y, model).reduce((sum, loss) => sum + loss, 0) / X.rows,
  };
}

/** The problem a reader chose, or gave as a module, for data of this total weight. */
export function toolProblem(
  { problem: name, target, c: C, k }: ProblemChoice,
  total: number,
  module: Readonly<Record<string, unknown>> | undefined,
): Reporting {
  if (module) return ownReporting(module, target);
  switch (name) {
    case "logistic":
    case "svm": {
      const problem = name === "svm" ? linearSvmProblem({ C, total }) : logisticProblem({ C, total });
      return { name, problem: widened(problem), needsTarget: true, classes: true, metric: "accuracy", score: accuracy };
    }
    case "regression":
      return {
        name,
        problem: widened(leastSquaresProblem({ total })),
        needsTarget: true,
        classes: false,
        metric: "R²",
        score: determination,
      };
    case "kmeans":
      return {
        name,
        problem: widened(kMeansProblem({ k })),
        needsTarget: false,
        classes: false,
        metric: "mean squared distance",
        score: meanDistance,
      };
  }
}

/** A model as plain numbers, for reports; refuses a reader's own that JSON cannot hold, so call it before anything is written. */
export function modelDocument(model: ToolModel): Record<string, unknown> {
  if (isLinear(model)) return { coefficients: [...model.weights], intercept: model.intercept };
  if (!isCentres(model)) {
    const plain = (_: string, value: unknown): unknown =>
      ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
    try {
      return { own: JSON.parse(JSON.stringify(model.own, plain) ?? "null") };
    } catch (error) {
      throw new BadInput(`the model cannot be written as JSON: ${(error as Error).message.split("\n")[0]}`, {
        where: "--cost",
        remedy: "Let fit return plain numbers, arrays and objects, none inside itself.",
      });
    }
  }
  const { data, rows, columns } = model;
  return { centres: Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]) };
}
