import { entropy, leastConfidence, margin, voteEntropy } from "../uncertainty.ts";
import { pickRows } from "./classifier.ts";
import { bayesDecision } from "./costs.ts";
import type { Features } from "./em.ts";
import type { LoopState } from "./select-pairs.ts";

export const queryRules = [
  "random",
  "uncertainty",
  "margin",
  "entropy",
  "expectedCost",
  "committee",
  "density",
  "errorReduction",
] as const;
export type QueryRule = (typeof queryRules)[number];

/** Utility of a label for each of the items, the highest first to be asked about. `beliefs` are items × classes. */
export type QuerySelector = (state: LoopState, items: ArrayLike<number>, beliefs: Float64Array) => Float64Array;

export interface QueryOptions {
  /** Members of the committee; default 5. */
  members?: number;
  /** Items, at random, whose error reduction is tried; default 20. */
  candidates?: number;
}

/**
 * What to ask about (survey, query selection), from what is believed of each item:
 * - `random`; `uncertainty` is 1 − the highest probability, `margin` the closeness of the two highest, `entropy` in nats;
 * - `expectedCost`: the risk $\min_j \sum_c p_c C_{cj}$ of deciding now;
 * - `committee`: vote entropy of classifiers learned on resampled items, ties by entropy;
 * - `density`: entropy times the mean similarity $e^{-\lVert x-x'\rVert^2/(2d)}$ to the pool;
 * - `errorReduction`: expected fall of the pool's risk if the label were known; refits a classifier for every candidate and class.
 */
export function querySelector(rule: QueryRule, { members = 5, candidates = 20 }: QueryOptions = {}): QuerySelector {
  const byBelief =
    (utility: (p: Float64Array) => number): QuerySelector =>
    ({ log: { classes } }, items, beliefs) =>
      Float64Array.from(items, (i) => utility(beliefs.subarray(i * classes, (i + 1) * classes)));
  switch (rule) {
    case "random":
      return ({ random }, items) => Float64Array.from(items, () => random.float());
    case "uncertainty":
      return byBelief(leastConfidence);
    case "margin":
      return byBelief((p) => 1 - margin(p));
    case "entropy":
      return byBelief(entropy);
    case "expectedCost":
      return (state, items, beliefs) =>
        byBelief((p) => bayesDecision(p, state.costs.misclassification).risk)(state, items, beliefs);
    case "committee":
      return (state, items, beliefs) => {
        const votes = committee(state, members);
        const { classes } = state.log;
        return Float64Array.from(items, (i) => {
          const row = (p: Float64Array) => p.subarray(i * classes, (i + 1) * classes);
          return voteEntropy(votes.map(row)) + 1e-3 * entropy(row(beliefs));
        });
      };
    case "density":
      return (state, items, beliefs) => {
        const utilities = byBelief(entropy)(state, items, beliefs);
        const density = poolDensity(state.features);
        return utilities.map((u, at) => u * (density[items[at] as number] as number));
      };
    case "errorReduction":
      return (state, items) => {
        const tried = new Set(state.random.sample(Array.from(items), candidates));
        return Float64Array.from(items, (i) => (tried.has(i) ? errorReduction(state, i) : Number.NEGATIVE_INFINITY));
      };
  }
}

/** Predictions of classifiers learned on the answered items drawn with replacement. */
function committee(state: LoopState, members: number): Float64Array[] {
  const { rows, targets } = labelled(state);
  const { classes } = state.log;
  return Array.from({ length: members }, () => {
    const drawn = Int32Array.from(rows, () => state.random.int(0, rows.length - 1));
    const soft = new Float64Array(targets.length);
    for (const [to, from] of drawn.entries())
      soft.set(targets.subarray(from * classes, (from + 1) * classes), to * classes);
    const learned = pickRows(
      state.features,
      drawn.map((r) => rows[r] as number),
    );
    return state.learner.fit(learned, soft).predict(state.features);
  });
}

/** Items with answers and their posterior. */
function labelled({ log, fit }: LoopState): { rows: number[]; targets: Float64Array } {
  const rows = Array.from({ length: log.items }, (_, i) => i).filter((i) => log.timesAsked(i) > 0);
  const targets = new Float64Array(rows.length * log.classes);
  for (const [r, i] of rows.entries())
    targets.set(fit.posterior.subarray(i * log.classes, (i + 1) * log.classes), r * log.classes);
  return { rows, targets };
}

function errorReduction(state: LoopState, item: number): number {
  const { rows, targets } = labelled(state);
  const { classes } = state.log;
  const others = rows.filter((i) => i !== item);
  const kept = new Float64Array((others.length + 1) * classes);
  others.forEach((i, r) => {
    const from = rows.indexOf(i) * classes;
    kept.set(targets.subarray(from, from + classes), r * classes);
  });
  const learned = pickRows(state.features, [...others, item]);
  let expected = 0;
  for (let c = 0; c < classes; c++) {
    kept.fill(0, others.length * classes);
    kept[others.length * classes + c] = 1;
    const p = state.learner.fit(learned, kept).predict(state.features);
    expected += (state.predicted[item * classes + c] as number) * poolRisk(p, classes, state.costs.misclassification);
  }
  return poolRisk(state.predicted, classes, state.costs.misclassification) - expected;
}

/** Expected cost of deciding about every item now: $\sum_i \min_j \sum_c p_{ic} C_{cj}$. */
export function poolRisk(predicted: Float64Array, classes: number, costs?: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (let at = 0; at < predicted.length; at += classes)
    sum += bayesDecision(predicted.subarray(at, at + classes), costs).risk;
  return sum;
}

const densities = new WeakMap<Features, Float64Array>();

/** Mean similarity of every item to the pool; kept, because features do not change while labels come in. */
function poolDensity(features: Features): Float64Array {
  const known = densities.get(features);
  if (known) return known;
  const { values, width } = features;
  const count = values.length / width;
  const density = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let other = 0; other <= i; other++) {
      let square = 0;
      for (let j = 0; j < width; j++)
        square += ((values[i * width + j] as number) - (values[other * width + j] as number)) ** 2;
      const near = Math.exp(-square / (2 * width)) / count;
      density[i] = (density[i] as number) + near;
      if (other !== i) density[other] = (density[other] as number) + near;
    }
  }
  densities.set(features, density);
  return density;
}
