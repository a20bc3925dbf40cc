import { type Allocation, batchCount, batchValues, bestGroup, type Group, optimalAllocation } from "./allocation.ts";
import { averageLearningCurve } from "./average-curve.ts";
import type { Curve, CurvePoint } from "./curves.ts";
import type { Utility } from "./utility.ts";

/** A group whose learning curve is found out while buying. */
export interface SampledGroup {
  name: string;
  cost: number;
  weight: number;
  /** Samples there are already, paid for. */
  have?: number;
  /** Samples in all that can be had; default no limit. */
  max?: number;
}

export interface SamplerOptions {
  budget: number;
  /** Worth of a batch, in units of budget. */
  batchCost: number;
  /** Samples of every group before the first choice; a twelfth of the budget per group or more keeps curves from starving one. */
  warmup: number;
  utility: Utility;
  /** `greedy` is the paper's rule; `planToEnd` (ours) splits what is left by the fitted curves and fills the largest gap. */
  rule?: "greedy" | "planToEnd";
  /** Every group is due for a new measurement after so many purchases; 0 for only the one bought. Default 5. */
  remeasureEvery?: number;
  /** How points become a curve; default {@link averageLearningCurve}. */
  fit?(points: readonly CurvePoint[]): Curve;
}

/** What to buy next. */
export interface NextBatch {
  group: string;
  count: number;
}

interface State extends SampledGroup {
  n: number;
  max: number;
  points: CurvePoint[];
  curve: Curve | undefined;
}

/**
 * Adaptive sampling (paper's sequential rule): warm up, estimate every group's learning curve from the data in hand, and buy
 * the next batch where the estimated gain in utility per unit of cost is largest. Call {@link next}, collect, measure the
 * groups that {@link due} names, {@link record} their scores, and again, until `next` returns null.
 *
 * Throws RangeError for a budget below the cost of the warm-up, costs and weights that are not positive, scores that are not
 * finite, and a group without scores at two different sample counts once the warm-up is over.
 */
export class AdaptiveSampler {
  readonly #groups: State[];
  /** Groups of which there is nothing and nothing can be had. */
  readonly #empty: string[];
  readonly #options: Required<SamplerOptions>;
  #left: number;
  #bought = 0;
  #due = new Set<string>();

  constructor(groups: readonly SampledGroup[], options: SamplerOptions) {
    this.#options = { rule: "greedy", remeasureEvery: 5, fit: (points) => averageLearningCurve(points), ...options };
    const isEmpty = ({ have = 0, max }: SampledGroup): boolean => have === 0 && max !== undefined && max < 1;
    this.#empty = groups.filter(isEmpty).map(({ name }) => name);
    this.#groups = groups
      .filter((group) => !isEmpty(group))
      .map((group) => ({
        ...group,
        n: group.have ?? 0,
        max: group.max ?? Number.POSITIVE_INFINITY,
        points: [],
        curve: undefined,
      }));
    const names = new Set(groups.map(({ name }) => name));
    if (names.size < groups.length) throw new RangeError("two groups have the same name");
    for (const { name, cost, weight } of this.#groups) {
      if (!(cost > 0 && Number.isFinite(cost)))
        throw new RangeError(`the cost of ${name} is ${cost}, and above 0 is wanted`);
      if (!(weight > 0 && Number.isFinite(weight)))
        throw new RangeError(`the weight of ${name} is ${weight}, and above 0 is wanted`);
    }
    const { budget, batchCost, warmup } = this.#options;
    if (!(batchCost > 0 && Number.isFinite(batchCost))) throw new RangeError(`a batch is worth ${batchCost}`);
    const needed = this.#groups.reduce((sum, group) => sum + group.cost * this.#missing(group), 0);
    if (!(needed <= budget))
      throw new RangeError(`warming up with ${warmup} samples a group costs ${needed} and the budget is ${budget}`);
    this.#left = budget;
  }

  /** Budget that is not spent. */
  get left(): number {
    return this.#left;
  }

  /** The next purchase, charged at once; null when what is left buys no whole batch. */
  next(): NextBatch | null {
    const cold = this.#groups.find((group) => this.#missing(group) > 0);
    if (cold) return this.#buy(cold, this.#missing(cold));
    const counts = this.#groups.map((group) => this.#affordable(group));
    if (!counts.some((count) => count > 0)) return null;
    const at = this.#options.rule === "greedy" ? this.#greedyChoice(counts) : this.#plannedChoice(counts);
    const group = this.#groups[at];
    return group ? this.#buy(group, counts[at] as number) : null;
  }

  /** Groups whose scores are wanted: the one just bought, and now and then all. */
  due(): string[] {
    return [...this.#due];
  }

  /** Adds measured points to a group's history and fits its curve again. */
  record(name: string, points: readonly CurvePoint[]): void {
    const group = this.#groups.find((candidate) => candidate.name === name);
    if (!group) throw new RangeError(`there is no group "${name}"`);
    const history = [...group.points, ...points];
    group.curve = this.#options.fit(history);
    group.points = history;
    this.#due.delete(name);
  }

  /** Samples of every group, bought and owned before. */
  allocation(): Record<string, number> {
    return Object.fromEntries([
      ...this.#groups.map(({ name, n }) => [name, n]),
      ...this.#empty.map((name) => [name, 0]),
    ]);
  }

  /** The fitted curve of a group, if it has one. */
  curve(name: string): Curve | undefined {
    return this.#groups.find((group) => group.name === name)?.curve;
  }

  /** Estimated gain in utility per unit of cost of the next batch; NaN for a group that cannot be bought. */
  marginalValues(): Record<string, number> {
    const counts = this.#groups.map((group) => this.#affordable(group));
    const values = this.#values(counts);
    return Object.fromEntries(this.#groups.map(({ name }, g) => [name, values[g] ?? Number.NaN]));
  }

  /** The best split of the whole budget by the curves fitted so far, never below what is there. */
  plan(): Allocation {
    const owned = this.#fitted().reduce((sum, { cost }, g) => sum + cost * (this.#groups[g] as State).n, 0);
    return optimalAllocation(this.#fitted(), this.#left + owned, this.#options.utility);
  }

  #missing({ n, max }: Pick<State, "n" | "max">): number {
    return Math.max(0, Math.min(this.#options.warmup, max) - n);
  }

  #affordable({ cost, max, n }: State): number {
    const count = max > n ? batchCount(this.#options.batchCost, cost, max - n) : 0;
    return count * cost <= this.#left * (1 + 1e-12) ? count : 0;
  }

  #buy(group: State, count: number): NextBatch {
    group.n += count;
    this.#left -= count * group.cost;
    this.#bought += 1;
    this.#due.add(group.name);
    const every = this.#options.remeasureEvery;
    if (every > 0 && this.#bought % every === 0) {
      for (const { name, n } of this.#groups) if (n > 0) this.#due.add(name);
    }
    return { group: group.name, count };
  }

  /** The groups with their fitted curves. */
  #fitted(): Group[] {
    return this.#groups.map(({ name, cost, weight, n, max, curve }) => {
      if (!curve) throw new RangeError(`group "${name}" has no scores yet: record some at two different sample counts`);
      return { name, cost, weight, curve, min: n, max: Math.max(n, max) };
    });
  }

  #values(counts: readonly number[]): number[] {
    return batchValues(
      this.#fitted(),
      this.#groups.map(({ n }) => n),
      counts,
      this.#options.utility,
    );
  }

  #greedyChoice(counts: readonly number[]): number {
    const scores = this.#fitted().map(({ curve }, g) => curve.value((this.#groups[g] as State).n));
    return bestGroup(this.#values(counts), scores);
  }

  /** The group that lacks most, in money, of what the best split of the rest of the budget gives it. */
  #plannedChoice(counts: readonly number[]): number {
    const { samples } = this.plan();
    const gaps = this.#groups.map(({ n, cost }, g) =>
      (counts[g] as number) > 0 ? cost * ((samples[g] as number) - n) : Number.NaN,
    );
    return bestGroup(gaps, counts);
  }
}
