import quantileT from "@stdlib/stats-base-dists-t-quantile";
import { infoPerCost } from "./information.ts";
import type { LoopState } from "./select-pairs.ts";

export const annotatorRules = ["random", "roundRobin", "best", "bestHere", "ieThresh", "infoPerCost"] as const;
export type AnnotatorRule = (typeof annotatorRules)[number];

/** Scores the annotators for one item: the highest is asked first, −∞ never. */
export type AnnotatorSelector = (state: LoopState, item: number) => Float64Array;

export interface IeThreshOptions {
  /** Confidence of the interval on either side; default 0.95. */
  level?: number;
  /** Keep those whose upper bound is at least this share of the highest; default 0.8. */
  epsilon?: number;
}

/**
 * IEThresh (Donmez, Carbonell and Schneider 2009): the upper bounds $m_k + t\,s_k/\sqrt{n_k}$ of the annotators' mean rewards
 * (1 for agreeing with the consensus, 0 for not), and who is within `epsilon` of the highest. Everybody starts with one reward of
 * each kind, so that nobody is dropped before they were heard.
 */
export function ieThreshold(
  rewards: readonly (readonly number[])[],
  { level = 0.95, epsilon = 0.8 }: IeThreshOptions = {},
): { upper: Float64Array; kept: boolean[] } {
  const upper = Float64Array.from(rewards, (own) => {
    const all = [1, 0, ...own];
    const n = all.length;
    const mean = all.reduce((a, b) => a + b, 0) / n;
    const variance = all.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (n - 1);
    return mean + (quantileT((1 + level) / 2, n - 1) * Math.sqrt(variance)) / Math.sqrt(n);
  });
  const top = upper.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return { upper, kept: Array.from(upper, (u) => u >= epsilon * top) };
}

/**
 * Whom to ask about an item (survey, annotator selection):
 * - `random`; `roundRobin`: who was asked least;
 * - `best`: the highest estimated reliability, `bestHere` on this very item where the model knows items apart;
 * - `ieThresh`: at random among those whom {@link ieThreshold} keeps, agreement being with the present posterior;
 * - `infoPerCost`: the most information per unit of cost under an even prior, $(1 - H_2(\alpha_k))/c_k$ for coins on two classes.
 *   Not $(\alpha_k - \tfrac12)/c_k$, which buys too much from the cheap and bad.
 */
export function annotatorSelector(rule: AnnotatorRule, options: IeThreshOptions = {}): AnnotatorSelector {
  const each = (state: LoopState, score: (k: number) => number): Float64Array =>
    Float64Array.from({ length: state.log.annotators }, (_, k) => score(k));
  const features = ({ features: { values, width } }: LoopState, i: number) =>
    values.subarray(i * width, (i + 1) * width);
  switch (rule) {
    case "random":
      return (state) => each(state, () => state.random.float());
    case "roundRobin":
      return (state) => {
        const asked = new Int32Array(state.log.annotators);
        for (const k of state.log.annotator) asked[k] = (asked[k] as number) + 1;
        return each(state, (k) => -(asked[k] as number));
      };
    case "best":
      return (state) => each(state, (k) => state.fit.reliability(k));
    case "bestHere":
      return (state, i) => each(state, (k) => state.fit.reliability(k, features(state, i)));
    case "ieThresh":
      return (state) => {
        const { kept } = ieThreshold(agreements(state), options);
        return each(state, (k) => (kept[k] ? state.random.float() : Number.NEGATIVE_INFINITY));
      };
    case "infoPerCost":
      return (state, i) => {
        const even = new Float64Array(state.log.classes).fill(1 / state.log.classes);
        const x = features(state, i);
        return each(state, (k) => infoPerCost(even, state.fit.confusion(k, x), state.costs.annotation(i, k)));
      };
  }
}

/** Per annotator, the probability that each of their answers is right. */
function agreements({ log, fit }: LoopState): number[][] {
  const rewards: number[][] = Array.from({ length: log.annotators }, () => []);
  for (let a = 0; a < log.item.length; a++) {
    if (log.weight[a] === 0) continue;
    const p = fit.posterior[(log.item[a] as number) * log.classes + (log.label[a] as number)] as number;
    rewards[log.annotator[a] as number]?.push(p > 0.5 ? 1 : 0);
  }
  return rewards;
}
