import type { TrialContext } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { AdaptiveSampler } from "./adaptive-sampler.ts";
import { batchCount, heuristicAllocation } from "./allocation.ts";
import { type Ancestry, drawGroup, firstPeople, type GenomeGroup, geneticLearner, testCurve } from "./genomes.ts";
import { subsampleCurve } from "./subsample-curve.ts";
import { parseUtility, totalUtility, type Utility } from "./utility.ts";

export interface Setting {
  name: string;
  /** For `parseUtility`. */
  utility: string;
  costs: number[];
}

export interface TrialInput {
  groups: Ancestry[];
  /** Share of each group in the population. */
  shares: number[];
  settings: Setting[];
  budget: number;
  batch: number;
  warmup: number;
  /** `values`: batches go to a group drawn at random, whatever its estimated value. */
  ablate: "none" | "values" | "rates";
}

export const strategies = [
  "adaptive",
  "equal",
  "equal spending",
  "proportional",
  "inverse",
  "worst first",
  "random",
  "oracle",
] as const;
export type Strategy = (typeof strategies)[number];

export interface Outcome {
  utility: number;
  /** Samples of every group. */
  samples: number[];
}

/** Every strategy's outcome, by setting. */
export type TrialResult = Record<Strategy, Outcome>[];

/** What a strategy may see while it buys: of the groups, the people it has bought. */
interface Market {
  groups: GenomeGroup[];
  costs: number[];
  utility: Utility;
  budget: number;
  batch: number;
  warmup: number;
  random: Random;
}

/** Points of a group's learning curve from the first `n` of its people. */
function measure({ groups, random }: Market, g: number, n: number, fractions: readonly number[]) {
  const group = groups[g] as GenomeGroup;
  return subsampleCurve(firstPeople(group.pool, n), geneticLearner(group), { fractions, random });
}

/** The paper's rule, on curves estimated from what has been bought. */
function buyAdaptively(market: Market): number[] {
  const sampler = new AdaptiveSampler(
    market.groups.map((_, g) => ({
      name: String(g),
      cost: market.costs[g] as number,
      weight: 1 / market.groups.length,
    })),
    { budget: market.budget, batchCost: market.batch, warmup: market.warmup, utility: market.utility },
  );
  while (sampler.next()) {
    for (const name of sampler.due()) {
      sampler.record(name, measure(market, Number(name), sampler.allocation()[name] ?? 0, [0.25, 0.5, 1]));
    }
  }
  return Object.values(sampler.allocation());
}

/** Buys batch after batch of the group that `choose` names, after the warm-up. */
function buyBy(market: Market, choose: (samples: readonly number[], open: readonly number[]) => number): number[] {
  const samples = market.groups.map(() => market.warmup);
  let left = market.budget - market.costs.reduce((sum, cost) => sum + cost * market.warmup, 0);
  while (true) {
    const counts = market.costs.map((cost) => batchCount(market.batch, cost, Number.POSITIVE_INFINITY));
    const price = (g: number): number => (counts[g] as number) * (market.costs[g] as number);
    const open = market.groups.map((_, g) => g).filter((g) => price(g) <= left + 1e-9);
    if (open.length === 0) return samples;
    const g = choose(samples, open);
    samples[g] = (samples[g] as number) + (counts[g] as number);
    left -= price(g);
  }
}

/** The group whose cross-validated score is lowest; only a group that has grown is measured again. */
function worstFirst(market: Market): number[] {
  const known = market.groups.map(() => ({ n: 0, score: 0 }));
  return buyBy(market, (samples, open) => {
    for (const g of open) {
      const n = samples[g] as number;
      if (known[g]?.n !== n) known[g] = { n, score: measure(market, g, n, [1])[0]?.score ?? 0 };
    }
    const scores = open.map((g) => known[g]?.score ?? 0);
    return open[scores.indexOf(Math.min(...scores))] as number;
  });
}

/** The best of all splits on the grid of batches, by the true test scores. */
function bestOnGrid(market: Market, worthOf: (samples: readonly number[]) => number): number[] {
  let best = { samples: [] as number[], utility: Number.NEGATIVE_INFINITY };
  const samples = market.groups.map(() => market.warmup);
  const search = (g: number, left: number): void => {
    const cost = market.costs[g] as number;
    const count = batchCount(market.batch, cost, Number.POSITIVE_INFINITY);
    const last = g === market.groups.length - 1;
    const most = Math.floor(left / (count * cost) + 1e-9);
    for (let batches = last ? most : 0; batches <= most; batches++) {
      samples[g] = market.warmup + batches * count;
      if (!last) search(g + 1, left - batches * count * cost);
      else {
        const utility = worthOf(samples);
        if (utility > best.utility) best = { samples: [...samples], utility };
      }
    }
  };
  search(0, market.budget - market.costs.reduce((sum, cost) => sum + cost * market.warmup, 0));
  return best.samples;
}

/** R² below this counts as this, so that a logarithm exists. */
const floor = 0.01;

/** One seed: fresh groups; every strategy buys from the same people in the same order. */
export function samplingTrial(input: TrialInput, { random }: TrialContext): TrialResult {
  const { shares, budget, batch, warmup, ablate } = input;
  const cheapest = input.groups.map((_, g) => Math.min(...input.settings.map(({ costs }) => costs[g] as number)));
  const groups = input.groups.map((ancestry, g) =>
    drawGroup(ancestry, Math.floor(budget / (cheapest[g] as number)), random.fork(`group ${g}`)),
  );
  const curves = groups.map(testCurve);
  const weights = groups.map(() => 1 / groups.length);
  return input.settings.map(({ utility: text, costs }) => {
    const utility = parseUtility(text);
    const market = (label: string): Market => ({
      groups,
      costs,
      utility,
      budget,
      batch,
      warmup,
      random: random.fork(label),
    });
    const worthOf = (samples: readonly number[]): number => {
      const scores = samples.map((n, g) =>
        Math.max(text === "log" ? floor : -1, (curves[g] as (n: number) => number)(n)),
      );
      return totalUtility(utility, scores, weights);
    };
    const byChance = (label: string): number[] => {
      const draw = random.fork(label);
      return buyBy(market(label), (_, open) => draw.choice(open));
    };
    const fixed = (kind: Parameters<typeof heuristicAllocation>[0]): number[] =>
      Array.from(
        heuristicAllocation(
          kind,
          groups.map((_, g) => ({ cost: costs[g] as number, share: shares[g] as number })),
          budget,
        ),
        (n) => Math.max(2, Math.floor(n + 1e-9)),
      );
    const bought: Record<Strategy, number[]> = {
      adaptive: ablate === "values" ? byChance("no values") : buyAdaptively(market("adaptive")),
      equal: fixed("equal"),
      "equal spending": fixed("equalSpending"),
      proportional: fixed("proportional"),
      inverse: fixed("inverse"),
      "worst first": worstFirst(market("worst first")),
      random: byChance("random"),
      oracle: bestOnGrid(market("oracle"), worthOf),
    };
    return Object.fromEntries(
      strategies.map((name) => [name, { utility: worthOf(bought[name]), samples: bought[name] }]),
    ) as Record<Strategy, Outcome>;
  });
}
