import type { Random } from "../../../kit/random.ts";
import { takeValues, type WeightedSubset } from "../weighted-sample.ts";
import { type Matrix, type Problem, pickRows, totalCost } from "./problem.ts";
import { type Allocation, allocate, type Stratum, strataOf } from "./strata.ts";
import { caratheodorySummary, importanceSummary, type LossRows, type Summarizer, uniformDraw } from "./summaries.ts";

export interface AutoCoresetOptions<Q> {
  /** Points of the coreset, m. */
  size: number;
  /** Default {@link importanceSummary}. */
  summarizer?: Summarizer;
  /** Models fitted to uniform samples before the first summary, η (default 3), or models that are there already. */
  initialModels?: number | readonly Q[];
  /** Summaries without a lower full cost after which to stop; default 5. */
  patience?: number;
  /** Summaries at most; default 50. */
  maxIterations?: number;
  /** Division of the budget among the classes of a problem that has them (default `sqrt`), or `none`. */
  classes?: Allocation | "none";
  /** $u_i > 0$; all 1 unless given. */
  weights?: ArrayLike<number>;
  random: Random;
}

export interface Coreset<Q> extends WeightedSubset {
  /** Fitted to the coreset. */
  model: Q;
  /** $F$ of the model on the full data: the least of `history`. */
  cost: number;
  /** Full cost of every summary's model, in order. */
  history: number[];
  /** Full cost of the initial models. */
  initialCosts: number[];
  /** Every model whose full cost was evaluated, in order. */
  visited: Q[];
  /** How often the full cost was evaluated: a rival that picks by full cost may do so as often. */
  evaluations: number;
}

/** Throws RangeError for sizes that do not fit, weights that are not positive, and features that are no numbers, by row. */
function check<Q>(X: Matrix, { size, weights, patience = 5 }: AutoCoresetOptions<Q>): Float64Array | undefined {
  if (X.rows === 0 || X.columns === 0 || X.data.length !== X.rows * X.columns)
    throw new RangeError(`${X.data.length} numbers do not make ${X.rows} rows of ${X.columns}`);
  if (!(Number.isInteger(size) && size >= 1 && size <= X.rows))
    throw new RangeError(`a coreset of ${size} of ${X.rows} rows is not possible`);
  if (!(patience >= 1)) throw new RangeError(`patience ${patience} is not 1 or more`);
  for (let at = 0; at < X.data.length; at++)
    if (!Number.isFinite(X.data[at]))
      throw new RangeError(`column ${at % X.columns} of row ${Math.floor(at / X.columns)} is not a finite number`);
  if (!weights) return undefined;
  if (weights.length !== X.rows) throw new RangeError(`${weights.length} weights for ${X.rows} rows`);
  return Float64Array.from(weights, (weight, i) => {
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY))
      throw new RangeError(`the weight of row ${i} is ${weight}, and must be above 0`);
    return weight;
  });
}

type ClassRows = LossRows & { columns: Float64Array[] };

/** The matrix of losses: the points of every class with their losses under the models visited. */
class LossMatrix {
  readonly strata: readonly Stratum[];
  readonly #rows: ClassRows[];

  constructor(strata: readonly Stratum[], weights: Float64Array | undefined) {
    this.strata = strata;
    this.#rows = strata.map(({ rows }) => ({
      count: rows.length,
      columns: [],
      squares: new Float64Array(rows.length),
      ...(weights ? { weights: takeValues(weights, rows) } : {}),
    }));
  }

  get columns(): number {
    return this.#rows[0]?.columns.length ?? 0;
  }

  add(losses: Float64Array): void {
    for (const [k, { rows }] of this.strata.entries()) {
      const part = this.#rows[k] as ClassRows;
      const column = takeValues(losses, rows);
      part.columns.push(column);
      for (let i = 0; i < column.length; i++)
        part.squares[i] = (part.squares[i] as number) + (column[i] as number) ** 2;
    }
  }

  /** A summary of every class within its budget; a class that fits into its budget is kept whole. */
  summarise(budgets: readonly number[], summarizer: Summarizer, random: Random): WeightedSubset {
    const found: [number, number][] = [];
    for (const [k, { rows }] of this.strata.entries()) {
      const part = this.#rows[k] as ClassRows;
      const budget = budgets[k] as number;
      if (budget >= rows.length) {
        for (const [i, row] of rows.entries()) found.push([row, part.weights?.[i] ?? 1]);
        continue;
      }
      const { indices, weights } = summarizer(part, budget, random);
      for (const [j, i] of indices.entries()) found.push([rows[i] as number, weights[j] as number]);
    }
    found.sort(([a], [b]) => a - b);
    return { indices: Int32Array.from(found, ([i]) => i), weights: Float64Array.from(found, ([, v]) => v) };
  }
}

/** m uniform draws with replacement that contain every class; a class that keeps being missed is added by one of its rows. */
function firstDraw(
  strata: readonly Stratum[],
  count: number,
  size: number,
  u: Float64Array | undefined,
  random: Random,
) {
  const classOf = new Int32Array(count);
  for (const [k, { rows }] of strata.entries()) for (const i of rows) classOf[i] = k;
  for (let attempt = 0; ; attempt++) {
    const { indices, counts } = uniformDraw(count, size, random);
    const weights = Float64Array.from(indices, (i, j) => ((counts[j] as number) * (u?.[i] ?? 1) * count) / size);
    const met = new Set(Array.from(indices, (i) => classOf[i] as number));
    if (met.size === strata.length) return { indices, weights };
    if (attempt < 20) continue;
    const missing = strata.filter((_, k) => !met.has(k));
    const added = missing.map(({ rows }) => rows[random.int(0, rows.length - 1)] as number);
    return {
      indices: Int32Array.from([...indices, ...added]),
      weights: Float64Array.from([...weights, ...added.map((i, k) => (u?.[i] ?? 1) * (missing[k]?.rows.length ?? 1))]),
    };
  }
}

/** {@link autoCoreset}, one full-data cost at a time; yields the costs so far after each and returns the coreset. */
export function* autoCoresetSteps<Q>(
  X: Matrix,
  y: Float64Array | null,
  problem: Problem<Q>,
  options: AutoCoresetOptions<Q>,
): Generator<{ initialCosts: readonly number[]; history: readonly number[] }, Coreset<Q>> {
  const { size, summarizer = importanceSummary, initialModels = 3, patience = 5, random } = options;
  const { maxIterations = 50, classes = "sqrt" } = options;
  const u = check(X, options);
  const strata = strataOf(X.rows, problem.classes && classes !== "none" ? y : null);
  const counts = strata.map(({ rows }) => rows.length);
  const budgets = allocate(counts, size, classes === "none" ? "proportional" : classes);
  const losses = new LossMatrix(strata, u);
  const train = ({ indices, weights }: WeightedSubset, label: string): Q =>
    problem.fit(pickRows(X, indices), y ? takeValues(y, indices) : null, weights, random.fork(label));
  /** The new column, and its sum. */
  const visit = (model: Q): number => {
    const column = problem.loss(X, y, model);
    if (column.length !== X.rows) throw new RangeError(`${column.length} losses for ${X.rows} rows`);
    const cost = totalCost(column, u);
    losses.add(column);
    visited.push(model);
    return cost;
  };
  const visited: Q[] = [];
  const initialCosts: number[] = [];
  const history: number[] = [];
  const given = typeof initialModels === "number" ? undefined : initialModels;
  const models = given?.length ?? (initialModels as number);
  if (!(models >= 1)) throw new RangeError("at least one model is needed to begin with");
  const exact = summarizer === caratheodorySummary;
  const smallest = Math.min(...budgets.filter((budget, k) => budget < (counts[k] as number)));
  if (exact && models + 1 > smallest) {
    throw new RangeError(
      `an exact summary of the losses of ${models} models takes up to ${models + 1} points of a class and may take ${smallest}: enlarge the coreset, or choose another summary`,
    );
  }
  for (let h = 0; h < models; h++) {
    const draws = random.fork(`draw ${h}`);
    initialCosts.push(
      visit(given ? (given[h] as Q) : train(firstDraw(strata, X.rows, size, u, draws), `first fit ${h}`)),
    );
    yield { initialCosts, history };
  }
  let threshold = Math.max(...initialCosts);
  let kept: (WeightedSubset & { model: Q; cost: number }) | undefined;
  for (let misses = 0; misses < patience && history.length < maxIterations; ) {
    if (exact && kept && losses.columns + 1 > smallest) break; // one more column would need more points than there may be
    const subset = losses.summarise(budgets, summarizer, random.fork(`summary ${history.length}`));
    const model = train(subset, `fit ${history.length}`);
    const cost = visit(model);
    history.push(cost);
    if (!kept || cost < kept.cost) kept = { ...subset, model, cost };
    if (cost < threshold) [threshold, misses] = [cost, 0];
    else misses++;
    yield { initialCosts, history };
  }
  if (!kept) throw new RangeError("no summary was made: maxIterations must be 1 or more");
  return { ...kept, history, initialCosts, visited, evaluations: visited.length };
}

/**
 * AutoCoreset (paper, algorithm 1): a weighted subset of `size` points on which training comes close to training on all, made
 * from nothing but losses and a solver. η models fitted to uniform samples give every point a vector of η losses; a summary whose
 * weighted sum of vectors is that of all points is fitted, and its model's losses become one more coordinate,
 * $M \leftarrow [M, u \circ f(\theta)]$, until the full cost $F(\theta) = \sum_i u_i f_i(\theta)$ has not fallen for `patience`
 * rounds. The summary of least full cost is kept. For a query whose losses are $M\alpha$ the error of the weighted cost is at most
 * $\sum_h |\alpha_h|\,|1^\top M_h - v^\top M_h|$: the guarantee spans the models visited, not all models.
 *
 * In classification every class is summarised within a budget of its own. $O(T(nd + \text{fit}(m)))$ for T evaluations, and $8nT$ bytes
 * for the losses. Throws RangeError for sizes that do not fit, weights or losses that are not numbers of the right sign, by row.
 */
export function autoCoreset<Q>(
  X: Matrix,
  y: Float64Array | null,
  problem: Problem<Q>,
  options: AutoCoresetOptions<Q>,
): Coreset<Q> {
  const steps = autoCoresetSteps(X, y, problem, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
