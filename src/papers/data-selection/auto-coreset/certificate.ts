import type { Random } from "../../../kit/random.ts";
import { type Interval, meanInterval } from "../../../kit/stats.ts";
import { importanceSample } from "../weighted-sample.ts";
import { type Problem, totalCost } from "./problem.ts";
import { allocate, strataOf } from "./strata.ts";
import { pickWeighted, type WeightedRows } from "./weighted-rows.ts";

/** How far weighted costs of the coreset are from those of all rows, at models that had no part in making it. */
export interface Certificate {
  /** $|\sum_C v_i f_i(q) - \sum_i f_i(q)| / \sum_i f_i(q)$ of every held-out model. */
  errors: number[];
  largest: number;
  /** 95% interval of the mean error over the models. */
  mean: Interval;
  /** The same for the model fitted to the coreset. */
  own: number;
}

/**
 * Models that had no part in a construction: fitted to stratified draws from rows held out for them, from 50 rows (models far from
 * the optimum) to twice the coreset's size (models near it), in geometric steps.
 */
export function heldOutModels<Q>(
  heldOut: WeightedRows,
  problem: Problem<Q>,
  byClass: boolean,
  { count, size }: { count: number; size: number },
  random: Random,
): Q[] {
  const strata = strataOf(heldOut.X.rows, byClass ? heldOut.y : null);
  const least = Math.max(Math.min(50, heldOut.X.rows), strata.length);
  const most = Math.max(least, Math.min(2 * size, heldOut.X.rows));
  return Array.from({ length: count }, (_, q) => {
    const stream = random.fork(q);
    const rows = Math.round(least * (most / least) ** (count > 1 ? q / (count - 1) : 1));
    const budgets = allocate(
      strata.map((stratum) => stratum.rows.length),
      rows,
      "sqrt",
    );
    const indices: number[] = [];
    const weights: number[] = [];
    for (const [k, stratum] of strata.entries()) {
      const own = Float64Array.from(stratum.rows, (i) => heldOut.weights[i] as number);
      const drawn = importanceSample(new Float64Array(own.length).fill(1), budgets[k] as number, stream, own);
      for (const [j, i] of drawn.indices.entries()) {
        indices.push(stratum.rows[i] as number);
        weights.push(drawn.weights[j] as number);
      }
    }
    const part = pickWeighted(heldOut, indices, Float64Array.from(weights));
    return problem.fit(part.X, part.y, part.weights, stream.fork("fit"));
  });
}

/** Compares costs on all rows with those on the coreset. */
export function certify<Q>(
  coreset: WeightedRows,
  problem: Problem<Q>,
  { models, costs }: { models: readonly Q[]; costs: readonly number[] },
  own: { model: Q; cost: number },
): Certificate {
  const apart = (model: Q, cost: number): number => {
    const estimate = totalCost(problem.loss(coreset.X, coreset.y, model), coreset.weights);
    return cost === estimate ? 0 : Math.abs(estimate - cost) / cost;
  };
  const errors = models.map((model, q) => apart(model, costs[q] as number));
  return {
    errors,
    largest: Math.max(0, ...errors),
    mean: meanInterval(errors.length > 0 ? errors : [0]),
    own: apart(own.model, own.cost),
  };
}
