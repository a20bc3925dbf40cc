import { fitRidge, linearScores } from "../linear-models.ts";
import type { Features } from "./em.ts";

/** What questions and mistakes cost. */
export interface CostModel {
  /** Price of asking annotator k about item i, above 0. */
  annotation(item: number, annotator: number): number;
  /** Cost of deciding for class j where c is true, rows c; 1 off the diagonal unless given. */
  misclassification?: readonly ArrayLike<number>[];
}

/** Every question costs the same. */
export function uniformCost(price = 1): CostModel {
  return annotatorCost([price]);
}

/** Annotators differ in price; with one price it is everyone's. */
export function annotatorCost(prices: ArrayLike<number>): CostModel {
  for (let k = 0; k < prices.length; k++) {
    if (!((prices[k] as number) > 0 && Number.isFinite(prices[k])))
      throw new RangeError(`annotator ${k} costs ${prices[k]}, and a price above 0 is wanted`);
  }
  return { annotation: (_, k) => (prices.length === 1 ? prices[0] : prices[k]) as number };
}

/** Items differ in price (by their length, say: `next --item-cost`), and annotators by a factor of their own where given. */
export function itemCost(prices: ArrayLike<number>, factors: ArrayLike<number> = [1]): CostModel {
  const [ofItem, ofAnnotator] = [annotatorCost(prices), annotatorCost(factors)];
  return { annotation: (i, k) => ofItem.annotation(0, i) * ofAnnotator.annotation(0, k) };
}

/** A question that was paid for: the item's features are looked up by `item`. */
export interface Paid {
  item: number;
  annotator: number;
  cost: number;
}

/**
 * For when prices are known only after an answer, such as the minutes it took: hand the result to `runActiveLearning` and learn it again
 * as payments come in. The tool `next` has no use for it, as its prices are given. Costs learned by ridge regression of what was paid (or of the time taken) on the item's features and on who answered. No
 * prediction falls below the least that was ever paid. Throws a RangeError without payments or for one not above 0.
 */
export function learnCosts(paid: readonly Paid[], features: Features, annotators: number, l2 = 1): CostModel {
  const { width, values } = features;
  const row = (item: number, annotator: number): Float64Array => {
    const out = new Float64Array(width + annotators);
    out.set(values.subarray(item * width, (item + 1) * width));
    out[width + annotator] = 1;
    return out;
  };
  if (paid.length === 0) throw new RangeError("costs cannot be learned without a payment");
  const inputs = new Float64Array(paid.length * (width + annotators));
  for (const [at, { item, annotator, cost }] of paid.entries()) {
    if (!(cost > 0)) throw new RangeError(`item ${item}, annotator ${annotator}: the cost is ${cost}`);
    inputs.set(row(item, annotator), at * (width + annotators));
  }
  const costs = paid.map(({ cost }) => cost);
  const model = fitRidge(inputs, costs, { l2 });
  const least = Math.min(...costs);
  return { annotation: (i, k) => Math.max(least, linearScores(model, row(i, k))[0] as number) };
}

/** The decision of least expected cost, $\arg\min_j \sum_c p_c C_{cj}$, the first of equals, and its risk. Without C, cost 1 for any mistake. */
export function bayesDecision(
  p: ArrayLike<number>,
  costs?: readonly ArrayLike<number>[],
): { label: number; risk: number } {
  let label = 0;
  let risk = Number.POSITIVE_INFINITY;
  for (let j = 0; j < p.length; j++) {
    let expected = 0;
    for (let c = 0; c < p.length; c++)
      expected += (p[c] as number) * (costs ? (costs[c]?.[j] ?? Number.NaN) : c === j ? 0 : 1);
    if (Number.isNaN(expected)) throw new RangeError(`the costs have no number for deciding for class ${j}`);
    if (expected < risk) [label, risk] = [j, expected];
  }
  return { label, risk };
}

/**
 * What is odd about a matrix of misclassification costs, in sentences, with the classes' names where given; throws a RangeError for one that
 * cannot be used.
 */
export function costWarnings(costs: readonly ArrayLike<number>[], names: readonly string[] = []): string[] {
  const nameOf = (c: number): string => names[c] ?? String(c);
  const warnings: string[] = [];
  for (const [c, row] of costs.entries()) {
    if (row.length !== costs.length)
      throw new RangeError(`row ${c} of the costs has ${row.length} of ${costs.length} entries`);
    for (let j = 0; j < row.length; j++) {
      if (!Number.isFinite(row[j]))
        throw new RangeError(`the cost of deciding for class ${j} where ${c} is true is ${row[j]}`);
      if (c === j && row[j] !== 0) warnings.push(`Deciding rightly for class ${nameOf(c)} costs ${row[j]}, not 0.`);
      if (c !== j && (row[j] as number) < 0)
        warnings.push(`Deciding for class ${nameOf(j)} where ${nameOf(c)} is true costs less than 0.`);
    }
  }
  return warnings;
}
