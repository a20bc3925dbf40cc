import type { Decision, QueryContext, QueryStrategy } from "../query-strategy.ts";
import { lossRange, voteEntropy } from "../uncertainty.ts";
import { AdaptiveThreshold } from "./adaptive-threshold.ts";

function members({ committee }: QueryContext, name: string): readonly Float64Array[] {
  if (!committee || committee.length === 0) throw new TypeError(`${name} needs a committee in its context`);
  return committee;
}

function checkSize(size: number): void {
  if (!Number.isInteger(size) || size < 2) throw new RangeError(`a committee of ${size}; two or more are wanted`);
}

/**
 * Query by committee: K learners that see different resamplings of the labels (online bagging) vote, and the agreement
 * $1 - H/\ln K$, with the vote entropy H over K votes, is held against the moving threshold of {@link AdaptiveThreshold}.
 */
export function queryByCommittee({ size = 5, step = 0.01 }: { size?: number; step?: number } = {}): QueryStrategy {
  checkSize(size);
  const threshold = new AdaptiveThreshold(step);
  const decision: Decision = { query: false, probability: 0, score: 0 };
  return {
    name: "committee",
    committee: size,
    shouldQuery(_, context) {
      const votes = voteEntropy(members(context, "query by committee"));
      decision.query = threshold.doubts(1 - votes / Math.log(size));
      decision.probability = +decision.query;
      decision.score = votes;
      return decision;
    },
    observe() {},
    save: () => ({ threshold: threshold.value }),
    restore(state) {
      threshold.value = (state as { threshold: number }).threshold;
    },
  };
}

/**
 * Importance-weighted active learning (Beygelzimer, Dasgupta, Langford 2009), simplified: the range of the committee's losses
 * over all labels, at least $p_{\min}$, is the probability of a query, and a label bought with probability p counts 1/p times,
 * which keeps the weighted loss unbiased for the loss of the whole stream.
 */
export function importanceWeighted({
  minProbability = 0.1,
  size = 5,
}: {
  minProbability?: number;
  size?: number;
} = {}): QueryStrategy {
  if (!(minProbability > 0 && minProbability <= 1))
    throw new RangeError(`the least probability ${minProbability} is not in (0, 1]`);
  checkSize(size);
  const decision: Decision = { query: false, probability: 0, score: 0 };
  return {
    name: "iwal",
    committee: size,
    importanceWeighted: true,
    shouldQuery(_, context) {
      const range = lossRange(members(context, "importance-weighted sampling"));
      decision.score = range;
      decision.probability = Math.max(minProbability, Math.min(1, range));
      decision.query = context.rng.float() < decision.probability;
      return decision;
    },
    observe() {},
  };
}
