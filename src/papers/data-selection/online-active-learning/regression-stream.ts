import type { Random } from "../../../kit/random.ts";
import { LabelBudget } from "../label-budget.ts";
import { RecursiveLeastSquares } from "../recursive-least-squares.ts";
import { dOptimal } from "./d-optimal.ts";

export interface RegressionRecord {
  x: Float64Array;
  y: number;
}

export interface RegressionSettings {
  rate: number;
  warmup: number;
  /** Records to a point of the error curve. */
  window: number;
  chance?: number;
  random: Random;
}

export interface RegressionResult {
  /** Mean squared error, over every `window` records after the warm-up in turn, of the predictions made before the label. */
  errorCurve: Float64Array;
  labelRate: number;
  labels: number;
}

/** Unlabelled records before the first choice: a tenth of the stream, at most 300 and more than there are features. */
export function warmupOf(records: number, dimension: number): number {
  return Math.max(dimension + 1, Math.min(300, Math.floor(records / 10)));
}

/**
 * Prequential regression by recursive least squares at one label budget: labels chosen by leverage, or by a coin that falls on
 * yes with probability `chance`. Both start to label when the warm-up is over.
 */
export function runRegression(
  records: readonly RegressionRecord[],
  design: "passive" | "d-optimal",
  { rate, warmup, window, chance = rate, random }: RegressionSettings,
): RegressionResult {
  const dimension = records[0]?.x.length ?? 0;
  const learner = new RecursiveLeastSquares({ dimension });
  const strategy = dOptimal({ dimension, rate, warmup });
  const budget = new LabelBudget({ rate });
  const curve: number[] = [];
  let squares = 0;
  for (const [t, { x, y }] of records.entries()) {
    if (t >= warmup) {
      squares += (y - learner.predict(x)) ** 2;
      const scored = ((t - warmup) % window) + 1;
      if (scored === window || t === records.length - 1) {
        curve.push(squares / scored);
        squares = 0;
      }
    }
    const free = t >= warmup && budget.available();
    // The first labels fix the directions; after them a coin or the leverage decides.
    const query =
      free &&
      (budget.labels <= dimension || (design === "passive" ? random.float() < chance : strategy.shouldQuery(x).query));
    budget.record(query);
    strategy.observe({ queried: query, x });
    if (query) learner.learnOne(x, y);
  }
  return { errorCurve: Float64Array.from(curve), labelRate: budget.spent(), labels: budget.labels };
}
