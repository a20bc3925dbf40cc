import type { Random } from "../../../kit/random.ts";
import { MergeReduce } from "../merge-reduce.ts";
import { takeValues } from "../weighted-sample.ts";
import { autoCoreset } from "./auto-coreset.ts";
import { type Certificate, certify, heldOutModels } from "./certificate.ts";
import type { Problem } from "./problem.ts";
import { StratifiedReservoir } from "./reservoir.ts";
import { type Allocation, allocate, strataOf } from "./strata.ts";
import { importanceSummary, lossRows, type Summarizer } from "./summaries.ts";
import { type Chunk, concatenate, pickWeighted, type WeightedRows } from "./weighted-rows.ts";

/** Rows that can be read more than once, in the same order, without being held. */
export interface RowSource {
  columns: number;
  /** Hands over all rows chunk by chunk; the arrays of a chunk may be used again for the next. */
  each(take: (chunk: Chunk) => void): Promise<void>;
}

export interface StreamOptions<Q> {
  /** Rows of the coreset, m. */
  size: number;
  /** The problem for this number of rows, which the first pass finds. */
  problem: (total: number) => Problem<Q>;
  /** Rows of every summary on the way; default max(4m, 2000). */
  inner?: number;
  /** Models by whose losses rows are described, at most; default 8. */
  models?: number;
  /** Rows of the reservoir on which these models are found; default max(2m, 3000). */
  pilot?: number;
  /** Models that certify the result, fitted to rows of a reservoir of their own; default 20. */
  queries?: number;
  summarizer?: Summarizer;
  classes?: Allocation | "none";
  /**
   * How the last summary becomes the coreset: one more draw, unbiased (default), or AutoCoreset's rounds on it, which choose by cost: a
   * better model, at the price of weights that are not unbiased any more.
   */
  final?: "unbiased" | "best";
  random: Random;
  /** Told before each of the three passes; the number of rows is known from the second on. */
  onPass?(pass: number, rows: number | undefined): void;
  /** Told the numbers of the rows chosen, before the last pass. */
  onChosen?(rows: Float64Array): void;
}

export interface StreamCoreset<Q> extends WeightedRows {
  model: Q;
  /** Cost of the model on all rows. */
  cost: number;
  /** Cost on all rows of the best model that AutoCoreset found on the first reservoir alone. */
  pilotCost: number;
  certificate: Certificate;
  /** Rows of the stream. */
  total: number;
  chunks: number;
  /** Times the rows of the first chunk were summarised on the way. */
  depth: number;
  /** Rows in summaries at once, at most. */
  mostHeld: number;
}

export interface SummaryOptions<Q> {
  models: readonly Q[];
  problem: Problem<Q>;
  /** Rows for every class; under 0 for all rows where classes do not count. */
  budget: ReadonlyMap<number, number>;
  byClass: boolean;
  summarizer: Summarizer;
  random: Random;
}

/** Summarises weighted rows by their losses under fixed models, every class within its budget; a class that fits is kept whole. */
export function summariseRows<Q>(part: WeightedRows, options: SummaryOptions<Q>): WeightedRows {
  const { models, problem, budget, byClass, summarizer, random } = options;
  const indices: number[] = [];
  const weights: number[] = [];
  let losses: Float64Array[] | undefined;
  for (const { value, rows } of strataOf(part.X.rows, byClass ? part.y : null)) {
    const size = budget.get(value) ?? 0;
    if (rows.length <= size) {
      for (const i of rows) {
        indices.push(i);
        weights.push(part.weights[i] as number);
      }
      continue;
    }
    losses ??= models.map((model) => problem.loss(part.X, part.y, model));
    const columns = losses.map((column) => takeValues(column, rows));
    const found = summarizer(lossRows(columns, takeValues(part.weights, rows)), size, random.fork(value));
    for (const [j, i] of found.indices.entries()) {
      indices.push(rows[i] as number);
      weights.push(found.weights[j] as number);
    }
  }
  return pickWeighted(part, indices, Float64Array.from(weights));
}

/** What the first pass finds: how many rows there are, and two reservoirs. */
async function survey(source: RowSource, byClass: boolean, pilotRows: number, queryRows: number, random: Random) {
  const pilot = new StratifiedReservoir(source.columns, pilotRows, random.fork("pilot"));
  const heldOut = new StratifiedReservoir(source.columns, queryRows, random.fork("held out"));
  await source.each((chunk) => {
    pilot.offer(chunk, byClass);
    heldOut.offer(chunk, byClass);
  });
  return { pilot, heldOut };
}

/** Models to describe rows by: those AutoCoreset began with on the pilot, for breadth, and then those of least cost. */
function findModels<Q>(pilot: WeightedRows, problem: Problem<Q>, options: StreamOptions<Q>, random: Random) {
  const { size, classes = "sqrt", models = 8 } = options;
  const found = autoCoreset(pilot.X, pilot.y, problem, {
    size: Math.min(size, pilot.X.rows),
    weights: pilot.weights,
    classes,
    random,
  });
  const initial = found.initialCosts.length;
  const cheapest = found.history
    .map((cost, i) => ({ cost, model: found.visited[initial + i] as Q }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ model }) => model);
  return { best: found.model, models: [...found.visited.slice(0, initial), ...cheapest].slice(0, models) };
}

/** Costs of models on all rows, in one pass. */
async function costsOf<Q>(source: RowSource, problem: Problem<Q>, models: readonly Q[]): Promise<number[]> {
  const costs = models.map(() => 0);
  await source.each(({ X, y }) => {
    for (const [m, model] of models.entries())
      for (const loss of problem.loss(X, y, model)) costs[m] = (costs[m] as number) + loss;
  });
  return costs;
}

/**
 * A coreset of more rows than memory holds, in three passes. The first draws two small reservoirs of every class. AutoCoreset on the
 * first of them finds models near the optimum. In the second pass every chunk is summarised by the losses of its rows under these
 * models, and summaries are merged and reduced up a binary tree ({@link MergeReduce}): time $O(nkd)$ for k models, memory
 * $O(d\,(c + m'\log(n/c)))$ for chunks of c rows and summaries of m′. The models are fixed before any row is drawn, so that the
 * weights are unbiased with an unbiased summary and the default `final`. The third pass certifies: models fitted to the second
 * reservoir, which had no part in the construction, are priced on all rows and on the coreset.
 *
 * Throws RangeError for a size that fits neither rows nor classes, and for losses that are no numbers from 0 on.
 */
export async function streamCoreset<Q>(source: RowSource, options: StreamOptions<Q>): Promise<StreamCoreset<Q>> {
  const { size, random, summarizer = importanceSummary, classes = "sqrt", queries = 20, final = "unbiased" } = options;
  const { inner = Math.max(4 * size, 2000), pilot: pilotRows = Math.max(2 * size, 3000), onPass } = options;
  const byClass = classes !== "none" && options.problem(1).classes === true;
  onPass?.(0, undefined);
  const { pilot, heldOut } = await survey(source, byClass, pilotRows, Math.max(2 * size, 1000), random);
  const { total } = pilot;
  if (!(size >= 1 && size <= total)) throw new RangeError(`a coreset of ${size} of ${total} rows is not possible`);
  const problem = options.problem(total);
  const counts = [...pilot.counts];
  const budgetOf = (rows: number): ReadonlyMap<number, number> => {
    const sizes = counts.map(([, count]) => count);
    const given = allocate(sizes, Math.min(rows, total), classes === "none" ? "proportional" : classes);
    return new Map(counts.map(([label], k) => [label, given[k] as number]));
  };
  const small = budgetOf(size);
  const { best, models } = findModels(pilot.rows(), problem, options, random.fork("models"));
  const large = budgetOf(Math.max(inner, size));
  const draws = random.fork("summaries");
  let reductions = 0;
  const reduce = (part: WeightedRows, budget: ReadonlyMap<number, number>): WeightedRows =>
    summariseRows(part, { models, problem, budget, byClass, summarizer, random: draws.fork(reductions++) });
  const tree = new MergeReduce<WeightedRows>({ merge: concatenate, reduce: (part) => reduce(part, large) });
  onPass?.(1, total);
  await source.each(({ X, y, first }) => {
    const rows = Float64Array.from({ length: X.rows }, (_, i) => first + i);
    tree.add({ X, y, weights: new Float64Array(X.rows).fill(1), rows });
  });
  const root = tree.result();
  if (!root) throw new RangeError("there are no rows");
  const last =
    final === "unbiased" ? reduce(root, small) : bestOfRoot(root, problem, models, options, random.fork("last"));
  const model = problem.fit(last.X, last.y, last.weights, random.fork("fit"));
  const asked = heldOutModels(heldOut.rows(), problem, byClass, { count: queries, size }, random.fork("queries"));
  options.onChosen?.(last.rows);
  onPass?.(2, total);
  const [cost = Number.NaN, pilotCost = Number.NaN, ...costs] = await costsOf(source, problem, [model, best, ...asked]);
  return {
    ...last,
    model,
    cost,
    pilotCost,
    certificate: certify(last, problem, { models: asked, costs }, { model, cost }),
    total,
    chunks: tree.parts,
    depth: tree.depth,
    mostHeld: tree.mostHeld * Math.min(Math.max(inner, size), total),
  };
}

/** AutoCoreset's own rounds on the last summary: the subset whose model costs least there. */
function bestOfRoot<Q>(
  root: WeightedRows,
  problem: Problem<Q>,
  models: readonly Q[],
  { size, classes = "sqrt", summarizer = importanceSummary }: StreamOptions<Q>,
  random: Random,
): WeightedRows {
  const { weights } = root;
  const { indices, weights: chosen } = autoCoreset(root.X, root.y, problem, {
    size: Math.min(size, root.X.rows),
    weights,
    classes,
    summarizer,
    initialModels: models,
    random,
  });
  return pickWeighted(root, indices, chosen);
}
