import { BadInput } from "../../../kit/errors.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { type FisherMergeOptions, fisherMerge, isotropicMerge } from "./fisher-merge.ts";

/** `n` evenly spaced pairs from (1, 0) to (0, 1). */
export function coefficientGrid(n: number): number[][] {
  if (!Number.isInteger(n) || n < 2) throw new BadInput(`a grid needs at least 2 points, not ${n}`);
  return Array.from({ length: n }, (_, i) => [1 - i / (n - 1), i / (n - 1)]);
}

/** `n` uniform draws from the simplex of `models` coefficients, Dirichlet(1, …, 1). */
export function dirichletCoefficients(models: number, n: number, seed: number): number[][] {
  const random = new Random(seed).fork("coefficients");
  return Array.from({ length: n }, () => random.dirichlet(new Array<number>(models).fill(1)));
}

export interface SearchOptions {
  /** Number of models; a grid is for two. */
  models?: number;
  mode?: "grid" | "dirichlet";
  /** Points of the grid, or draws. */
  n?: number;
  seed?: number;
  /** Called after every candidate; may pause. */
  onScore?(done: number, of: number): void | Promise<void>;
}

export interface CoefficientScore {
  coefficients: number[];
  score: number;
}

/**
 * Tries coefficients and keeps those with the highest score on data the result is not judged by (the paper's §3: a grid of
 * 51 for two models, Dirichlet draws for more). Of equal scores the one nearest to equal coefficients wins.
 */
export async function searchCoefficients(
  merge: (coefficients: number[]) => ParamTree,
  score: (merged: ParamTree) => number | Promise<number>,
  { models = 2, mode = "grid", n = 51, seed = 0, onScore }: SearchOptions = {},
): Promise<CoefficientScore & { all: CoefficientScore[] }> {
  if (mode === "grid" && models !== 2) {
    throw new BadInput(`a grid is for two models and there are ${models}`, { remedy: "Use Dirichlet draws." });
  }
  if (n < 1) throw new BadInput(`at least one set of coefficients is wanted, not ${n}`);
  const candidates = mode === "grid" ? coefficientGrid(n) : dirichletCoefficients(models, n, seed);
  const all: CoefficientScore[] = [];
  for (const coefficients of candidates) {
    all.push({ coefficients, score: await score(merge(coefficients)) });
    await onScore?.(all.length, candidates.length);
  }
  const fromEqual = ({ coefficients }: CoefficientScore): number =>
    coefficients.reduce((sum, value) => sum + (value - 1 / models) ** 2, 0);
  const best = all.reduce((a, b) =>
    b.score > a.score || (b.score === a.score && fromEqual(b) < fromEqual(a) - 1e-12) ? b : a,
  );
  return { ...best, all };
}

/** One point of the path between two models. */
export interface InterpolationPoint {
  coefficients: number[];
  fisher: ParamTree;
  isotropic: ParamTree;
}

/**
 * The path from model `a` to model `b` by both merges, made point by point; the isotropic one is WiSE-FT's when `a` is the
 * pretrained and `b` the fine-tuned model.
 */
export function* interpolationCurve(
  a: ParamTree,
  b: ParamTree,
  fisherA: ParamTree,
  fisherB: ParamTree,
  { n = 21, ...options }: FisherMergeOptions & { n?: number } = {},
): Generator<InterpolationPoint> {
  for (const coefficients of coefficientGrid(n)) {
    yield {
      coefficients,
      fisher: fisherMerge([a, b], [fisherA, fisherB], { ...options, coefficients }),
      isotropic: isotropicMerge([a, b], coefficients, options),
    };
  }
}
