import type { Random } from "../../../kit/random.ts";
import { type AnnotatorRule, type AnnotatorSelector, annotatorSelector } from "./annotator-selection.ts";
import type { AnswerLog } from "./answers.ts";
import type { Classifier } from "./classifier.ts";
import type { CostModel } from "./costs.ts";
import type { AnnotatorFit, Features } from "./em.ts";
import { type QueryRule, type QuerySelector, querySelector } from "./query-selection.ts";

/** What is known when the next questions are chosen. */
export interface LoopState {
  log: AnswerLog;
  features: Features;
  /** The annotators, and the posterior of the items. */
  fit: AnnotatorFit;
  /** The classifier's probabilities of all items, items × classes. */
  predicted: Float64Array;
  learner: Classifier;
  costs: CostModel;
  random: Random;
}

export interface PairSelection {
  query: QueryRule | QuerySelector;
  annotator: AnnotatorRule | AnnotatorSelector;
  /** `sequential` (default): the item first, then whom to ask. `joint`: the pairs of highest $U(x)\,P(k \text{ right} \mid x)/c_k$. */
  mode?: "sequential" | "joint";
  /** Items to ask about before the models are fitted again; default 1. */
  batch?: number;
  /** Annotators asked about each item at once; default 1. */
  votes?: number;
  /**
   * "Relabel or new" (Sheng, Provost and Ipeirotis 2008): items with answers compete with new ones by the uncertainty that
   * their posterior leaves. Otherwise (default) they are asked about only when no new one is left.
   */
  relabel?: boolean;
}

/** One question: whom to ask about what. */
export interface Question {
  item: number;
  annotator: number;
  utility: number;
  cost: number;
}

/**
 * The next questions, best first, within `budget`: no pair twice, at most one item per place of the batch. Fewer than asked for,
 * or none, when the budget or the pairs run out.
 */
export function selectPairs(state: LoopState, selection: PairSelection, budget = Number.POSITIVE_INFINITY): Question[] {
  const { log } = state;
  const { batch = 1, votes = 1, relabel = false, mode = "sequential" } = selection;
  const open = Array.from({ length: log.items }, (_, i) => i).filter((i) => log.timesAsked(i) < log.annotators);
  const fresh = open.filter((i) => log.timesAsked(i) === 0);
  const items = relabel || fresh.length === 0 ? open : fresh;
  const query = typeof selection.query === "string" ? querySelector(selection.query) : selection.query;
  const utilities = query(state, items, beliefs(state));
  const choose = mode === "joint" ? jointly : inSequence;
  return choose(state, selection, items, utilities, { batch, votes, budget });
}

/** Of an item with answers the posterior, of a new one the prediction. */
function beliefs({ log, fit, predicted }: LoopState): Float64Array {
  const rows = Float64Array.from(predicted);
  for (let i = 0; i < log.items; i++) {
    if (log.timesAsked(i) === 0) continue;
    rows.set(fit.posterior.subarray(i * log.classes, (i + 1) * log.classes), i * log.classes);
  }
  return rows;
}

interface Limits {
  batch: number;
  votes: number;
  budget: number;
}

const descending = (scores: ArrayLike<number>): number[] =>
  Array.from({ length: scores.length }, (_, at) => at).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
  );

function inSequence(
  state: LoopState,
  { annotator }: PairSelection,
  items: readonly number[],
  utilities: Float64Array,
  { batch, votes, budget }: Limits,
): Question[] {
  const rank = typeof annotator === "string" ? annotatorSelector(annotator) : annotator;
  const questions: Question[] = [];
  let left = budget;
  let taken = 0;
  for (const at of descending(utilities)) {
    if (taken === batch) break;
    const item = items[at] as number;
    const scores = rank(state, item);
    let asked = 0;
    for (const k of descending(scores)) {
      if (asked === votes || scores[k] === Number.NEGATIVE_INFINITY) break;
      const cost = state.costs.annotation(item, k);
      if (state.log.asked(item, k) || cost > left + 1e-9) continue;
      questions.push({ item, annotator: k, utility: utilities[at] as number, cost });
      left -= cost;
      asked += 1;
    }
    if (asked > 0) taken += 1;
    else if (left < cheapest(state, items)) break;
  }
  return questions;
}

/** The whole table of items × annotators, one annotator an item. */
function jointly(
  state: LoopState,
  _: PairSelection,
  items: readonly number[],
  utilities: Float64Array,
  { batch, budget }: Limits,
): Question[] {
  const { log, features, fit, costs } = state;
  const best = items.map((item, at): Question | undefined => {
    const x = features.values.subarray(item * features.width, (item + 1) * features.width);
    let found: Question | undefined;
    for (let k = 0; k < log.annotators; k++) {
      const cost = costs.annotation(item, k);
      if (log.asked(item, k) || cost > budget + 1e-9) continue;
      const utility = ((utilities[at] as number) * fit.reliability(k, x)) / cost;
      if (!found || utility > found.utility) found = { item, annotator: k, utility, cost };
    }
    return found;
  });
  const questions: Question[] = [];
  let left = budget;
  for (const at of descending(best.map((q) => q?.utility ?? Number.NEGATIVE_INFINITY))) {
    const question = best[at];
    if (questions.length === batch || !question) break;
    if (question.cost > left + 1e-9) continue;
    questions.push(question);
    left -= question.cost;
  }
  return questions;
}

/** The least that any question not asked yet costs. */
export function cheapest({ log, costs }: Pick<LoopState, "log" | "costs">, items?: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  const count = items?.length ?? log.items;
  for (let at = 0; at < count; at++) {
    const i = items ? (items[at] as number) : at;
    for (let k = 0; k < log.annotators; k++) if (!log.asked(i, k)) least = Math.min(least, costs.annotation(i, k));
  }
  return least;
}
