import { logSigmoid } from "../logistic.ts";
import { type CombinationRule, type CombineOptions, combineRewards } from "./transform.ts";

export interface Candidate {
  id: string;
  /** One reward a property. */
  rewards: readonly number[];
}

export interface Ranked {
  id: string;
  utility: number;
  /** 1 = best; equal utilities keep their order. */
  rank: number;
  /** Probability of beating the reference, by property. */
  pGood: number[];
  /** Probability of being good on every count, properties taken as independent. */
  pAll: number;
}

/** Best-of-n by a combined utility. With one reward the order is that of the reward, whatever the (monotone) rule. */
export function rerank(
  candidates: readonly Candidate[],
  references: readonly number[],
  rule: CombinationRule = "and",
  options: CombineOptions = {},
): Ranked[] {
  const rows = references.map((_, i) =>
    candidates.map(({ id, rewards }) => {
      if (rewards.length !== references.length)
        throw new RangeError(`candidate ${id} has ${rewards.length} rewards, not ${references.length}`);
      return rewards[i] as number; // same length as the references
    }),
  );
  const utility = combineRewards(rows, references, rule, options);
  const order = candidates.map((_, k) => k).sort((a, b) => (utility[b] as number) - (utility[a] as number) || a - b);
  const ranks = new Array<number>(candidates.length).fill(0);
  order.forEach((k, place) => {
    ranks[k] = place + 1;
  });
  return candidates.map(({ id, rewards }, k) => {
    const logs = rewards.map((r, i) => logSigmoid((options.negate?.[i] ? -1 : 1) * (r - (references[i] ?? 0))));
    return {
      id,
      utility: utility[k] as number,
      rank: ranks[k] ?? 0,
      pGood: logs.map(Math.exp),
      pAll: Math.exp(logs.reduce((sum, x) => sum + x, 0)),
    };
  });
}
