import type { Random } from "../../../kit/random.ts";
import { LabelBudget } from "../label-budget.ts";
import { RecursiveLeastSquares } from "../recursive-least-squares.ts";
import { dOptimal } from "./d-optimal.ts";

export interface RegressionRecord {
  x: Float64Array;
  y: number;
}

export interface RegressionResult {
  /** Root mean squared error of the predictions made before the label, after the warm-up. */
  rmse: number;
  labelRate: number;
  labels: number;
}

/** Unlabelled records before the first choice: a tenth of the stream, at most 300 and more than there are features. */
export function warmupOf(records: number, dimension: number): number {
  return Math.max(dimension + 1, Math.min(300, Math.floor(records / 10)));
}

/**
 * Prequential regression by recursive least squares at one label budget: labels chosen by leverage, or by a coin of the same
 * rate. Both start to label when the warm-up is over.
 */
export function runRegression(
  records: readonly RegressionRecord[],
  design: "passive" | "d-optimal",
  { rate, warmup, random }: { rate: number; warmup: number; random: Random },
): RegressionResult {
  const dimension = records[0]?.x.length ?? 0;
  const learner = new RecursiveLeastSquares({ dimension });
  const strategy = dOptimal({ dimension, rate, warmup });
  const budget = new LabelBudget({ rate });
  let squares = 0;
  let scored = 0;
  for (const [t, { x, y }] of records.entries()) {
    if (t >= warmup) {
      squares += (y - learner.predict(x)) ** 2;
      scored += 1;
    }
    const free = t >= warmup && budget.available();
    // The first labels fix the directions; after them a coin or the leverage decides.
    const query =
      free &&
      (budget.labels <= dimension || (design === "passive" ? random.float() < rate : strategy.shouldQuery(x).query));
    budget.record(query);
    strategy.observe({ queried: query, x });
    if (query) learner.learnOne(x, y);
  }
  return { rmse: Math.sqrt(squares / scored), labelRate: budget.spent(), labels: budget.labels };
}
