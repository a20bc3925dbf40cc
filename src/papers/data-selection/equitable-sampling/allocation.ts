import type { Curve } from "./curves.ts";
import { marginalWorth, totalUtility, type Utility, worth } from "./utility.ts";

/** A group that samples can be bought for. */
export interface Group {
  name?: string;
  curve: Curve;
  /** Price of a sample, above 0. */
  cost: number;
  /** Weight in the utility, above 0. */
  weight: number;
  /** Samples at least, e.g. those there are already; default 0. They count against the budget. */
  min?: number;
  /** Samples at most; default no limit. */
  max?: number;
}

export interface Allocation {
  /** Samples of every group, not rounded. */
  samples: Float64Array;
  /** λ: utility gained by the next unit of budget; 0 when the budget is not used up. NaN for maximin. */
  multiplier: number;
  /** U at the allocation. */
  utility: number;
}

const rounds = 200;

/** The samples of a group at price λ of a unit of budget: where $w\,u'(s)\,s'/c$ falls to λ, within its bounds. */
function samplesAt(lambda: number, group: Group, utility: Utility, low: number, high: number): number {
  const value = (n: number): number => marginalPerCost(group, utility, n);
  if (!(value(high) < lambda)) return high;
  if (!(value(low) > lambda)) return low;
  for (let round = 0; round < rounds; round++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (value(middle) > lambda) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** $w\,u'(s(n))\,s'(n)/c$: utility gained per unit of budget spent on the group that has `n` samples. */
export function marginalPerCost({ curve, cost, weight }: Group, utility: Utility, n: number): number {
  const slope = curve.derivative(n);
  return slope === 0 ? 0 : (weight * marginalWorth(utility, curve.value(n)) * slope) / cost;
}

function checkGroups(groups: readonly Group[], budget: number): { low: number[]; high: number[] } {
  if (!(Number.isFinite(budget) && budget >= 0)) throw new RangeError(`the budget is ${budget}`);
  for (const [
    g,
    { cost, weight, min = 0, max = Number.POSITIVE_INFINITY, name = `group ${g + 1}` },
  ] of groups.entries()) {
    if (!(cost > 0 && Number.isFinite(cost)))
      throw new RangeError(`the cost of ${name} is ${cost}, and above 0 is wanted`);
    if (!(weight > 0 && Number.isFinite(weight)))
      throw new RangeError(`the weight of ${name} is ${weight}, and above 0 is wanted`);
    if (!(min >= 0 && max >= min)) throw new RangeError(`${name} has bounds from ${min} to ${max}`);
  }
  const low = groups.map(({ min = 0 }) => min);
  const needed = groups.reduce((sum, { cost }, g) => sum + cost * (low[g] as number), 0);
  if (needed > budget * (1 + 1e-12)) {
    throw new RangeError(`the groups' least samples cost ${needed} and the budget is ${budget}`);
  }
  // Twice what the budget buys: a bound that the budget cannot reach never passes for the group's own.
  const reach = 2 * (budget - needed) + 1e-6 * budget;
  const high = groups.map(({ cost, max = Number.POSITIVE_INFINITY }, g) =>
    Math.max(low[g] as number, Math.min(max, (low[g] as number) + reach / cost)),
  );
  return { low, high };
}

const spent = (groups: readonly Group[], samples: ArrayLike<number>): number =>
  groups.reduce((sum, { cost }, g) => sum + cost * (samples[g] as number), 0);

/**
 * Best split of a budget when the learning curves are known and separable (paper, the analytic case): maximises
 * $U(s_1(n_1), \dots, s_G(n_G))$ subject to $\sum_g c_g n_g \le B$ and the groups' bounds. Concave curves make it water-filling:
 * every group strictly inside its bounds has the same $w_g u'(s_g) s_g'/c_g = \lambda$, found by bisection on the budget.
 * `maximin` raises a common level until the budget ends; groups that have reached their bound are left behind, and flat
 * curves get their minimum. Time O(G) times the steps of two nested bisections.
 *
 * Throws RangeError for a budget below the cost of the minima, costs or weights that are not positive, and, naming the group,
 * for a utility without value at the scores the budget can buy.
 */
export function optimalAllocation(groups: readonly Group[], budget: number, utility: Utility): Allocation {
  const { low, high } = checkGroups(groups, budget);
  const finish = (samples: Float64Array, multiplier: number): Allocation => ({
    samples,
    multiplier,
    utility: totalUtility(
      utility,
      groups.map(({ curve }, g) => curve.value(samples[g] as number)),
      groups.map(({ weight }) => weight),
      groups.map(({ name }, g) => name ?? `group ${g + 1}`),
    ),
  });
  const most = Float64Array.from(groups, ({ curve }, g) =>
    curve.derivative(Math.max(low[g] as number, 1)) === 0 ? (low[g] as number) : (high[g] as number),
  );
  if (spent(groups, most) <= budget * (1 + 1e-12)) return finish(most, utility.kind === "maximin" ? Number.NaN : 0);
  if (utility.kind === "maximin") return finish(levelled(groups, budget, low, most), Number.NaN);

  const at = (logLambda: number): Float64Array =>
    Float64Array.from(groups, (group, g) =>
      samplesAt(Math.exp(logLambda), group, utility, low[g] as number, most[g] as number),
    );
  let [cheap, dear] = [-700, 700]; // ln λ: everything is bought at the first, nothing beyond the minima at the second
  for (let round = 0; round < rounds; round++) {
    const middle = (cheap + dear) / 2;
    if (middle <= cheap || middle >= dear) break;
    if (spent(groups, at(middle)) > budget) cheap = middle;
    else dear = middle;
  }
  return finish(exactly(groups, budget, at(cheap), at(dear), low, most), Math.exp(dear));
}

/** Between an allocation that costs too much and one that costs too little, the mixture that costs the budget. */
function exactly(
  groups: readonly Group[],
  budget: number,
  over: Float64Array,
  under: Float64Array,
  low: readonly number[],
  high: Float64Array,
): Float64Array {
  const [more, less] = [spent(groups, over), spent(groups, under)];
  const share = more > less ? Math.min(1, Math.max(0, (budget - less) / (more - less))) : 0;
  return under.map((n, g) =>
    Math.min(high[g] as number, Math.max(low[g] as number, n + share * ((over[g] as number) - n))),
  );
}

/** The common level of all scores that uses the budget up. */
function levelled(groups: readonly Group[], budget: number, low: readonly number[], high: Float64Array): Float64Array {
  const at = (level: number): Float64Array =>
    Float64Array.from(groups, ({ curve }, g) =>
      Math.min(high[g] as number, Math.max(low[g] as number, curve.inverse(level))),
    );
  let bottom = Math.min(...groups.map(({ curve }, g) => curve.value(Math.max(low[g] as number, 1e-9))));
  let top = Math.max(...groups.map(({ curve }) => curve.limit));
  for (let round = 0; round < rounds; round++) {
    const middle = (bottom + top) / 2;
    if (middle <= bottom || middle >= top) break;
    if (spent(groups, at(middle)) > budget) top = middle;
    else bottom = middle;
  }
  return exactly(groups, budget, at(top), at(bottom), low, high);
}

/** One purchase: `count` samples of a group. */
export interface Purchase {
  /** Position of the group. */
  group: number;
  count: number;
  cost: number;
}

/** Whole samples that a batch worth `batchCost` buys of a group: at least one, never more than the group has left. */
export function batchCount(batchCost: number, cost: number, left: number): number {
  return Math.min(left, Math.max(1, Math.floor(batchCost / cost + 1e-9)));
}

/**
 * $v_g = w_g\,[u(s_g(n_g + k)) - u(s_g(n_g))]/(k\,c_g)$ for the `count` samples a batch buys: utility per unit of budget actually
 * charged. ∞ where the utility has no value yet; for `maximin` the gain of the lowest score.
 */
export function batchValues(
  groups: readonly Group[],
  samples: ArrayLike<number>,
  counts: readonly number[],
  utility: Utility,
): number[] {
  const scores = groups.map(({ curve }, g) => curve.value(samples[g] as number));
  return groups.map(({ curve, cost, weight }, g) => {
    const count = counts[g] as number;
    if (count < 1) return Number.NaN;
    const after = curve.value((samples[g] as number) + count);
    if (utility.kind === "maximin") {
      const others = Math.min(...scores.filter((_, other) => other !== g));
      return (Math.min(others, after) - Math.min(...scores)) / (count * cost);
    }
    const before = worth(utility, scores[g] as number);
    if (before === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return (weight * (worth(utility, after) - before)) / (count * cost);
  });
}

/** Position of the largest value, NaN left out; of equals the one whose score is lowest, then the first; −1 without any. */
export function bestGroup(values: readonly number[], scores: readonly number[]): number {
  let best = -1;
  for (const [g, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    const lead = best < 0 ? 1 : value === values[best] ? 0 : value - (values[best] as number);
    if (lead > 0 || (lead === 0 && (scores[g] as number) < (scores[best] as number))) best = g;
  }
  return best;
}

/**
 * Buys batch after batch from the group of largest marginal value per cost, with known curves (paper's rule). For concave
 * curves and unit costs, one sample a batch, it is exactly optimal. A batch is never split: what is left of the budget and
 * buys no batch stays unspent.
 */
export function greedyAllocation(
  groups: readonly Group[],
  budget: number,
  utility: Utility,
  batchCost: number,
): { samples: Float64Array; trace: Purchase[]; utility: number } {
  const { low } = checkGroups(groups, budget);
  const samples = Float64Array.from(low);
  const trace: Purchase[] = [];
  let left = budget - spent(groups, samples);
  while (true) {
    const counts = groups.map(({ cost, max = Number.POSITIVE_INFINITY }, g) => {
      const count = batchCount(batchCost, cost, max - (samples[g] as number));
      return count * cost <= left * (1 + 1e-12) ? count : 0;
    });
    const scores = groups.map(({ curve }, g) => curve.value(samples[g] as number));
    const group = bestGroup(batchValues(groups, samples, counts, utility), scores);
    if (group < 0) break;
    const count = counts[group] as number;
    const cost = count * (groups[group] as Group).cost;
    samples[group] = (samples[group] as number) + count;
    left -= cost;
    trace.push({ group, count, cost });
  }
  const scores = groups.map(({ curve }, g) => curve.value(samples[g] as number));
  const weights = groups.map(({ weight }) => weight);
  return {
    samples,
    trace,
    utility: totalUtility(
      utility,
      scores,
      weights,
      groups.map(({ name }, g) => name ?? `group ${g + 1}`),
    ),
  };
}

export const heuristics = ["equal", "equalSpending", "proportional", "inverse"] as const;
export type Heuristic = (typeof heuristics)[number];

/**
 * The usual splits, whatever the curves: as many samples of each group (`equal`), as much money for each (`equalSpending`), in
 * proportion to the groups' `share` of the population (`proportional`) or to its inverse (`inverse`). The budget is used up.
 */
export function heuristicAllocation(
  kind: Heuristic,
  groups: readonly { cost: number; share: number }[],
  budget: number,
): Float64Array {
  const parts = groups.map(({ cost, share }) =>
    kind === "equal" ? 1 : kind === "equalSpending" ? 1 / cost : kind === "proportional" ? share : 1 / share,
  );
  const price = groups.reduce((sum, { cost }, g) => sum + cost * (parts[g] as number), 0);
  return Float64Array.from(parts, (part) => (budget * part) / price);
}
