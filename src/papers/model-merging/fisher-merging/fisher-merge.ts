import type { FloatArray } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { checkSameTrees, type ParamTree, type Tensor } from "../../../kit/nets/tree.ts";
import { nameFilter } from "../checkpoints/compare.ts";
import { weightedSum } from "../checkpoints/weighted-sum.ts";
import { fisherSquares, type MergeWeight, mergeValues } from "./merge-values.ts";

export interface FisherMergeOptions {
  /** $\lambda_i \ge 0$ with sum 1, one a model; equal when left out. */
  coefficients?: readonly number[];
  /** Smallest Fisher information a parameter is given, before normalisation. */
  floor?: number;
  /** The floor lifts the first model only: where no model is informed, the first one's value stands. */
  favorTarget?: boolean;
  /** Divides every model's Fisher by its Euclidean norm over all merged parameters, so that λ compares like with like. */
  normalize?: boolean;
  /** Tensors taken from the first model as they are, e.g. its task head; `*` stands for any characters. */
  keep?: readonly string[];
}

/** The coefficients as given or equal ones; refuses a wrong number, negative values and a sum other than 1. */
export function checkCoefficients(models: number, given?: readonly number[]): number[] {
  if (models === 0) throw new BadInput("there are no models to merge");
  const coefficients = given ? [...given] : Array.from({ length: models }, () => 1 / models);
  if (coefficients.length !== models) {
    throw new BadInput(`there are ${coefficients.length} coefficients for ${models} models`);
  }
  const wrong = coefficients.find((value) => !(value >= 0) || !Number.isFinite(value));
  if (wrong !== undefined) throw new BadInput(`the coefficient ${wrong} is not a number of at least 0`);
  const sum = coefficients.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) > 1e-6) throw new BadInput(`the coefficients sum to ${sum}, not to 1`);
  return coefficients;
}

/** The weights of all models from λ and the norms of their Fishers (1 each without normalisation). */
export function mergeWeights(
  coefficients: readonly number[],
  norms: readonly number[],
  { floor = 1e-6, favorTarget = true }: FisherMergeOptions,
): MergeWeight[] {
  if (!(floor >= 0) || !Number.isFinite(floor)) throw new BadInput(`the floor ${floor} is not a number of at least 0`);
  return coefficients.map((coefficient, i) => {
    const norm = norms[i] as number;
    if (!(norm > 0)) throw new BadInput(`the Fisher of model ${i + 1} is 0 everywhere and cannot be normalised`);
    return { weight: coefficient / norm, floor: i === 0 || !favorTarget ? floor : 0, coefficient };
  });
}

/** Splits the first model into the names to merge and those to keep, and checks that the other models fit. */
function mergedNames(models: readonly ParamTree[], keep: readonly string[]): { merged: string[]; kept: string[] } {
  const first = models[0];
  if (!first) throw new BadInput("there are no models to merge");
  const isKept = nameFilter(keep);
  const part = (tree: ParamTree): ParamTree =>
    Object.fromEntries(Object.entries(tree).filter(([name]) => !isKept(name)));
  checkSameTrees(models.map(part));
  const names = Object.keys(first);
  return { merged: names.filter((name) => !isKept(name)), kept: names.filter(isKept) };
}

function checkValues(trees: readonly ParamTree[], names: readonly string[], what: string, least: number): void {
  for (const [i, tree] of trees.entries()) {
    for (const name of names) {
      const data = (tree[name] as Tensor).data; // the trees were compared before
      for (let j = 0; j < data.length; j++) {
        const value = data[j] as number;
        if (value >= least && value < Number.POSITIVE_INFINITY) continue;
        const wanted = least === 0 ? "a finite number of at least 0" : "a finite number";
        throw new BadInput(`element ${j} is ${value}, not ${wanted}`, { where: `${what} ${i + 1}, tensor "${name}"` });
      }
    }
  }
}

/** Euclidean norm of a Fisher over the merged tensors jointly. */
export function fisherNorm(fisher: ParamTree, names: readonly string[] = Object.keys(fisher)): number {
  return Math.sqrt(
    names.reduce((sum, name) => sum + fisherSquares((fisher[name]?.data ?? new Float32Array()) as FloatArray), 0),
  );
}

/**
 * Fisher-weighted averaging (Matena & Raffel, §3, eq. 3). Every model's posterior is taken as a Gaussian around its
 * parameters $\theta_i$ with diagonal precision $F_i$; the merge maximises $\sum_i \lambda_i \log \mathcal N(\theta;
 * \theta_i, F_i^{-1})$, coordinate by coordinate:
 *
 * $$\theta^{(j)} = \frac{\sum_i \lambda_i F_i^{(j)} \theta_i^{(j)}}{\sum_i \lambda_i F_i^{(j)}} .$$
 *
 * Floor, normalisation and the special role of the first model follow the authors' code. All models need the same names
 * and shapes and a common ancestor: averages of nets trained from different starts are of no use.
 */
export function fisherMerge(
  models: readonly ParamTree[],
  fishers: readonly ParamTree[],
  options: FisherMergeOptions = {},
): ParamTree {
  const { favorTarget = true, normalize = true, keep = [] } = options;
  const coefficients = checkCoefficients(models.length, options.coefficients);
  if (fishers.length !== models.length) {
    throw new BadInput(`there are ${fishers.length} Fishers for ${models.length} models`);
  }
  const { merged, kept } = mergedNames(models, keep);
  const first = models[0] as ParamTree; // mergedNames refuses an empty list
  const pick = (tree: ParamTree): ParamTree =>
    Object.fromEntries(merged.flatMap((name) => (tree[name] ? [[name, tree[name]]] : [])));
  checkSameTrees([pick(first), ...fishers.map(pick)], ["model 1", ...fishers.map((_, i) => `Fisher ${i + 1}`)]);
  checkValues(models, merged, "model", Number.NEGATIVE_INFINITY);
  checkValues(fishers, merged, "Fisher", 0);
  const norms = fishers.map((fisher) => (normalize ? fisherNorm(fisher, merged) : 1));
  const weights = mergeWeights(coefficients, norms, options);
  return assemble(first, merged, kept, (name, out) => {
    const of = (tree: ParamTree): FloatArray => (tree[name] as Tensor).data as FloatArray; // compared above
    mergeValues(out, models.map(of), fishers.map(of), weights, favorTarget);
  });
}

/** The plain average $\sum_i \lambda_i \theta_i$: Fisher merging with every Fisher equal. `keep` as there. */
export function isotropicMerge(
  models: readonly ParamTree[],
  coefficients?: readonly number[],
  { keep = [] }: Pick<FisherMergeOptions, "keep"> = {},
): ParamTree {
  const lambda = checkCoefficients(models.length, coefficients);
  const { merged, kept } = mergedNames(models, keep);
  checkValues(models, merged, "model", Number.NEGATIVE_INFINITY);
  return assemble(models[0] as ParamTree, merged, kept, (name, out) => {
    const values = models.map((tree) => (tree[name] as Tensor).data as FloatArray);
    weightedSum(out, values, lambda);
  });
}

function assemble(
  first: ParamTree,
  merged: readonly string[],
  kept: readonly string[],
  fill: (name: string, out: Float32Array<ArrayBuffer>) => void,
): ParamTree {
  const made = new Map<string, Tensor>();
  for (const name of merged) {
    const { data, shape } = first[name] as Tensor; // names come from `first`
    const out = new Float32Array(data.length);
    fill(name, out);
    made.set(name, { data: out, shape: [...shape] });
  }
  for (const name of kept) {
    const { data, shape } = first[name] as Tensor;
    made.set(name, { data: data.slice(), shape: [...shape] });
  }
  return Object.fromEntries(Object.keys(first).map((name) => [name, made.get(name) as Tensor]));
}
