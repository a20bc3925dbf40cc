import { BadInput } from "../../../kit/errors.ts";
import {
  batchCount,
  batchValues,
  bestGroup,
  type Group,
  greedyAllocation,
  type Heuristic,
  heuristicAllocation,
  marginalPerCost,
  optimalAllocation,
} from "./allocation.ts";
import type { Curve } from "./curves.ts";
import type { GroupTerms } from "./input-tables.ts";
import { parseUtility, totalUtility, type Utility, worth } from "./utility.ts";

export interface PlannedGroup extends GroupTerms {
  name: string;
  curve: Curve;
}

export interface Plan {
  groups: PlannedGroup[];
  /** Whole samples to buy of every group. */
  buy: number[];
  spent: number;
  /** Estimated utility per unit of cost of the next batch now; NaN where none can be bought. */
  values: number[];
  /** Position of the group to buy a batch of first, and how many; −1 where no batch can be bought. */
  next: { group: number; count: number };
  /** U before and after, and of the usual ways to spend the same money, by the fitted curves. */
  utilities: { strategy: string; utility: number | null }[];
}

/** `--utility` as a utility. */
export function utilityOption(text: string): Utility {
  try {
    return parseUtility(text);
  } catch (error) {
    throw new BadInput((error as Error).message, {
      where: "--utility",
      remedy: "For example atkinson:1, which is log.",
    });
  }
}

const asGroups = (groups: readonly PlannedGroup[], samples: readonly number[]): Group[] =>
  groups.map(({ name, curve, cost, weight, max }, g) => ({
    name,
    curve,
    cost,
    weight,
    min: samples[g] as number,
    max,
  }));

/** U by the fitted curves; null where it has no value. */
function utilityAt(groups: readonly PlannedGroup[], samples: readonly number[], utility: Utility): number | null {
  const scores = groups.map(({ curve }, g) => curve.value(samples[g] as number));
  if (scores.some((score) => !Number.isFinite(worth(utility, score)))) return null;
  return totalUtility(
    utility,
    scores,
    groups.map(({ weight }) => weight),
  );
}

/** A usual split that spends what a group cannot take on the others, in the same way; `room` is what each group can take. */
export function splitWithin(
  kind: Heuristic,
  shares: readonly { cost: number; share: number }[],
  room: readonly number[],
  budget: number,
): number[] {
  const full = new Set<number>();
  while (true) {
    const open = shares.flatMap((terms, g) => (full.has(g) ? [] : [{ ...terms, g }]));
    const taken = shares.reduce((sum, { cost }, g) => sum + (full.has(g) ? cost * (room[g] as number) : 0), 0);
    const more = heuristicAllocation(kind, open, budget - taken);
    const over = open.filter(({ g }, i) => (more[i] as number) > (room[g] as number));
    if (over.length === 0) {
      const split = [...room];
      for (const [i, { g }] of open.entries()) split[g] = more[i] as number;
      return split;
    }
    for (const { g } of over) full.add(g);
  }
}

/** How to spend `budget` on new samples: the best split by the fitted curves in whole samples, and the batch to begin with. */
export function planPurchase(groups: PlannedGroup[], budget: number, batch: number, utility: Utility): Plan {
  const have = groups.map((group) => group.have);
  const owned = groups.reduce((sum, { cost }, g) => sum + cost * (have[g] as number), 0);
  const total = budget + owned;
  const start = asGroups(groups, have);
  const whole = (samples: ArrayLike<number>): number[] =>
    have.map((least, g) => least + Math.max(0, Math.floor((samples[g] as number) - least + 1e-6)));
  let samples: number[];
  try {
    samples = whole(optimalAllocation(start, total, utility).samples);
  } catch (error) {
    if (error instanceof RangeError)
      throw new BadInput(error.message, {
        where: "--utility",
        remedy: "Choose identity or maximin, or raise the budget.",
      });
    throw error;
  }
  const price = (bought: readonly number[]): number =>
    groups.reduce((sum, { cost }, g) => sum + cost * ((bought[g] as number) - (have[g] as number)), 0);
  const rest = budget - price(samples);
  const cheapest = Math.min(...groups.map(({ cost }) => cost));
  if (rest > 0 && rest / cheapest < 1000) {
    samples = Array.from(greedyAllocation(asGroups(groups, samples), total, utility, cheapest / 2).samples);
  }
  const counts = groups.map(({ cost, max }, g) => {
    const left = Math.floor(max - (have[g] as number));
    const count = left >= 1 ? batchCount(batch, cost, left) : 0;
    return count * cost <= budget * (1 + 1e-12) ? count : 0;
  });
  const values = batchValues(start, have, counts, utility);
  const first = bestGroup(
    values,
    groups.map(({ curve }, g) => curve.value(have[g] as number)),
  );
  const shares = groups.map(({ cost, weight }) => ({ cost, share: weight }));
  const room = groups.map(({ max, have }) => max - have);
  const usual = (["equal", "equalSpending", "proportional"] as const).map((kind) => {
    const more = splitWithin(kind, shares, room, budget);
    const bought = whole(have.map((n, g) => n + (more[g] as number)));
    const names = {
      equal: "as many samples of each",
      equalSpending: "as much money for each",
      proportional: "in proportion to weights",
    };
    return { strategy: names[kind], utility: utilityAt(groups, bought, utility) };
  });
  return {
    groups,
    buy: samples.map((n, g) => n - (have[g] as number)),
    spent: price(samples),
    values,
    next: { group: first, count: counts[first] ?? 0 },
    utilities: [
      { strategy: "nothing bought", utility: utilityAt(groups, have, utility) },
      { strategy: "recommended", utility: utilityAt(groups, samples, utility) },
      ...usual,
    ],
  };
}

/** Marginal utility per unit of cost once the plan is carried out. */
export function valueAfter({ groups, buy }: Plan, g: number, utility: Utility): number {
  const group = groups[g] as PlannedGroup;
  return marginalPerCost(group, utility, group.have + (buy[g] as number));
}
