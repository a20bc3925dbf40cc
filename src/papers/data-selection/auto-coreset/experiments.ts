import { loadDigits } from "../../../kit/datasets/digits.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { principalComponents, project } from "../principal-components.ts";
import { applyScaling, scalingOf } from "../scaling.ts";
import { takeValues } from "../weighted-sample.ts";
import { autoCoreset } from "./auto-coreset.ts";
import { kMeansProblem } from "./k-means.ts";
import { leastSquaresProblem, linearSvmProblem, logisticProblem } from "./linear-problems.ts";
import { approximationError, type Matrix, type Problem, pickRows, totalCost } from "./problem.ts";
import { type Labelled, rareLinear } from "./rare-linear.ts";
import { bestOf, leverageImportance, lightweightImportance, stratifiedSample } from "./rivals.ts";
import { importanceSummary, uniformSummary } from "./summaries.ts";

export const problemNames = ["logistic", "svm", "least squares", "k-means"] as const;
export type ProblemName = (typeof problemNames)[number];

/** What a trial is told. */
export interface Settings {
  data: "rare linear" | "digits";
  problem: ProblemName;
  rows: number;
  sizes: number[];
  /** Uniform summaries in place of those of the losses: all that is left is choosing by full cost. */
  ablate: "none" | "losses";
}

/** ε of one size, by method. */
export interface Errors {
  auto: number;
  /** One uniform draw, without classes: what the paper compares with. */
  uniform: number;
  /** One draw with AutoCoreset's budgets for the classes. */
  stratified: number;
  /** The best of T such draws. */
  bestStratified: number;
  /** One draw by sensitivities made for the problem, with the same budgets. */
  specific: number;
  bestSpecific: number;
  /** Full-data costs that AutoCoreset evaluated: T. */
  evaluations: number;
}

export interface TrialResult {
  bySize: Errors[];
}

const components = 16;
let digits: Promise<Labelled> | undefined;

/** All 3s and 8s of MNIST at 14 × 14 along their first 16 principal components; 8 is the class 1. */
function digitRows(): Promise<Labelled> {
  digits ??= (async () => {
    const { images, labels, side } = await loadDigits({ side: 14 });
    const area = side * side;
    const chosen = Array.from(labels.keys()).filter((i) => labels[i] === 3 || labels[i] === 8);
    const pixels = new Float32Array(chosen.length * area);
    for (const [j, i] of chosen.entries()) pixels.set(images.subarray(i * area, (i + 1) * area), j * area);
    // The axes are part of the data, the same for every seed.
    const coordinates = project(principalComponents(pixels, area, components), pixels);
    return {
      X: { data: Float64Array.from(coordinates), rows: chosen.length, columns: components },
      y: Float64Array.from(chosen, (i) => (labels[i] === 8 ? 1 : -1)),
    };
  })();
  return digits;
}

/** Every column with mean 0 and standard deviation 1; a copy. */
function standardised({ data, rows, columns }: Matrix): Matrix {
  const scaled = data.slice();
  applyScaling(scaled, scalingOf(data, columns));
  return { data: scaled, rows, columns };
}

async function dataOf({ data, rows, problem }: Settings, random: Random): Promise<Labelled> {
  if (data === "rare linear") return rareLinear(rows, random);
  const all = await digitRows();
  const drawn = random.permutation(all.X.rows).slice(0, rows);
  const X = pickRows(all.X, drawn);
  // Clusters live in the components as they are; models of a target see standardised ones.
  return { X: problem === "k-means" ? X : standardised(X), y: takeValues(all.y, drawn) };
}

/**
 * One seed's data, all methods on it. The full-data optimum is the solver's own; where its minimum is only local (k-means) the
 * least cost that anything reached stands in, so that no ε is negative.
 */
export async function coresetTrial(settings: Settings, { random }: TrialContext): Promise<TrialResult> {
  const { X, y } = await dataOf(settings, random.fork("data"));
  const total = X.rows;
  switch (settings.problem) {
    case "logistic":
      return compare(settings, X, y, logisticProblem({ total }), leverageImportance(X), random);
    case "svm":
      return compare(settings, X, y, linearSvmProblem({ total }), leverageImportance(X), random);
    case "least squares":
      return compare(settings, X, y, leastSquaresProblem({ total }), leverageImportance(X), random);
    case "k-means":
      return compare(settings, X, null, kMeansProblem({ k: 10 }), lightweightImportance(X), random);
  }
}

function compare<Q>(
  { sizes, ablate }: Settings,
  X: Matrix,
  y: Float64Array | null,
  problem: Problem<Q>,
  specific: Float64Array,
  random: Random,
): TrialResult {
  const flat = new Float64Array(X.rows).fill(1);
  const star = problem.fit(X, y, flat, random.fork("full"));
  const classes = problem.classes ? y : null;
  const costs = sizes.map((size) => {
    const stream = random.fork(`size ${size}`);
    const summarizer = ablate === "losses" ? uniformSummary : importanceSummary;
    const auto = autoCoreset(X, y, problem, { size, summarizer, random: stream.fork("auto") });
    const T = auto.evaluations;
    const rival = (importance: Float64Array, label: string, count: number, strata: Float64Array | null) =>
      bestOf(
        count,
        (draws) => stratifiedSample(importance, strata, size, "sqrt", draws),
        X,
        y,
        problem,
        stream.fork(label),
      );
    const stratified = rival(flat, "stratified", T, classes);
    const made = rival(specific, "specific", T, classes);
    return {
      auto: auto.cost,
      uniform: rival(flat, "uniform", 1, null).cost,
      stratified: stratified.first,
      bestStratified: stratified.cost,
      specific: made.first,
      bestSpecific: made.cost,
      evaluations: T,
    };
  });
  const reached = costs.flatMap(({ evaluations: _, ...cost }) => Object.values(cost));
  const least = Math.min(totalCost(problem.loss(X, y, star)), ...reached);
  const error = (cost: number): number => Math.max(approximationError(cost, least), 1e-12);
  return {
    bySize: costs.map((cost) => ({
      auto: error(cost.auto),
      uniform: error(cost.uniform),
      stratified: error(cost.stratified),
      bestStratified: error(cost.bestStratified),
      specific: error(cost.specific),
      bestSpecific: error(cost.bestSpecific),
      evaluations: cost.evaluations,
    })),
  };
}
