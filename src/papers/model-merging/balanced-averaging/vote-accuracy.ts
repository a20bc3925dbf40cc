import { BadInput } from "../../../kit/errors.ts";

/** Features of one weight, all of which vote. */
export interface VoteGroup {
  weight: number;
  count: number;
}

/** K classes; under shift a feature keeps the true class with probability 1 − p and is redrawn among all K with p. */
export interface VoteShift {
  K: number;
  p: number;
}

/** Probability that one misleading feature votes for the true class: $1 - p + p/K$. */
export function rightVote({ K, p }: VoteShift): number {
  return 1 - p + p / K;
}

/** Most elementary steps of one enumeration. */
const maxSteps = 2e9;

/** Groups that matter: positive weight and count, equal weights joined, padded to three. */
function threeGroups(groups: readonly VoteGroup[]): [VoteGroup, VoteGroup, VoteGroup] {
  const counts = new Map<number, number>();
  for (const { weight, count } of groups) {
    if (weight > 0 && count > 0) counts.set(weight, (counts.get(weight) ?? 0) + count);
  }
  const [a, b, c, ...more] = [...counts].map(([weight, count]) => ({ weight, count }));
  if (more.length > 0) throw new RangeError(`votes of ${counts.size} different weights; the limit is 3`);
  const none = { weight: 0, count: 0 };
  return [a ?? none, b ?? none, c ?? none];
}

/** Binomial probabilities, `table[m * (most + 1) + i]` for i successes of m trials. */
function binomialTable(most: number, probability: number): Float64Array {
  const width = most + 1;
  const table = new Float64Array(width * width);
  table[0] = 1;
  for (let m = 1; m <= most; m++) {
    for (let i = 0; i <= m; i++) {
      const stay = i < m ? (table[(m - 1) * width + i] as number) * (1 - probability) : 0;
      const gain = i > 0 ? (table[(m - 1) * width + i - 1] as number) * probability : 0;
      table[m * width + i] = stay + gain;
    }
  }
  return table;
}

/** How many votes of each group somebody has, as one number: the state. States of what is left are differences of states. */
interface States {
  count: number;
  /** The state of every group's votes together. */
  full: number;
  /** Width of the binomial tables: most votes of a group, plus one. */
  width: number;
  /** What the votes of a state are worth. */
  scores: Float64Array;
  /** Scores nearer than this are a tie: weights such as 0.1 do not add up exactly. */
  tie: number;
  votes(state: number): [number, number, number];
  state(i: number, j: number, k: number): number;
}

function statesOf(groups: readonly [VoteGroup, VoteGroup, VoteGroup], lead: number): States {
  const [g0, g1, g2] = groups;
  const [step0, step1] = [(g1.count + 1) * (g2.count + 1), g2.count + 1];
  const count = (g0.count + 1) * step0;
  refuseAbove((count * count) / 8, groups);
  const votes = (state: number): [number, number, number] => [
    Math.floor(state / step0),
    Math.floor((state % step0) / step1),
    state % step1,
  ];
  const scores = Float64Array.from({ length: count }, (_, state) => {
    const [i, j, k] = votes(state);
    return g0.weight * i + g1.weight * j + g2.weight * k;
  });
  return {
    count,
    full: count - 1,
    width: Math.max(g0.count, g1.count, g2.count) + 1,
    scores,
    tie: 1e-9 + 1e-14 * (lead + (scores[count - 1] as number)),
    votes,
    state: (i, j, k) => i * step0 + j * step1 + k,
  };
}

function refuseAbove(steps: number, groups: readonly VoteGroup[]): void {
  if (steps <= maxSteps) return;
  const features = groups.reduce((sum, { count }) => sum + count, 0);
  throw new BadInput(`${features} voting features are too many to enumerate exactly`, {
    remedy: "Use the forecast, which is made for many features.",
  });
}

/** States of the true class by the score that the others must not pass. */
function byScore({ scores, tie }: States): number[][] {
  const groups = new Map<number, number[]>();
  for (const [state, score] of scores.entries()) {
    const key = Math.round(score / tie);
    const own = groups.get(key);
    if (own) own.push(state);
    else groups.set(key, [state]);
  }
  return [...groups.values()];
}

/**
 * Deals the votes of state m among `classes` classes: adds to `out` from `at` on the chance, by number of ties with `top`,
 * that none of them passes it. `below` holds the same for one class less and every state; each class takes a binomial share
 * of what is left, from `table`.
 */
function deal(
  states: States,
  m: number,
  { classes, top, table }: { classes: number; top: number; table: Float64Array },
  below: Float64Array,
  out: Float64Array,
  at: number,
): void {
  const { width, scores, tie } = states;
  const [m0, m1, m2] = states.votes(m);
  for (let i = 0; i <= m0; i++) {
    const b0 = table[m0 * width + i] as number;
    for (let j = 0; j <= m1; j++) {
      const b1 = b0 * (table[m1 * width + j] as number);
      for (let k = 0; k <= m2; k++) {
        const taken = states.state(i, j, k);
        const over = (scores[taken] as number) - top;
        if (over > tie) continue;
        const tied = over > -tie ? 1 : 0;
        const chance = b1 * (table[m2 * width + k] as number);
        const from = (m - taken) * classes;
        for (let t = 0; t < classes; t++) {
          out[at + t + tied] = (out[at + t + tied] as number) + chance * (below[from + t] as number);
        }
      }
    }
  }
}

/** The chances of {@link deal} for one class, which takes every vote that is left. */
function lastClass({ count, scores, tie }: States, top: number): Float64Array {
  const level = new Float64Array(count * 2);
  for (let m = 0; m < count; m++) {
    const over = (scores[m] as number) - top;
    if (over <= tie) level[2 * m + (over > -tie ? 1 : 0)] = 1;
  }
  return level;
}

/**
 * Exact probability that the true class wins a vote (the small-noise limit of the paper's data model, section 4): it starts
 * with `lead`, every feature of a group adds the group's weight to one class, the true one with probability
 * $1 - p + p/K$ and each other one with $p/K$, and equal best scores share the win evenly.
 *
 * The votes of each group are dealt out class by class, each class taking a binomial share of what is left, so that the
 * number of steps grows with the product of the group sizes and not with the number of outcomes. More than three different
 * weights are a RangeError; a case beyond two thousand million steps is refused.
 */
export function voteAccuracy(shift: VoteShift, lead: number, groups: readonly VoteGroup[]): number {
  const { K } = shift;
  const three = threeGroups(groups);
  const states = statesOf(three, lead);
  const { count, full, width } = states;
  const tops = byScore(states);
  refuseAbove((count * count * (1 + Math.max(0, K - 3) * K * tops.length)) / 8, three);
  const tables = Array.from({ length: K }, (_, c) => binomialTable(width - 1, c === 0 ? 0 : 1 / c));
  const tableOf = (classes: number): Float64Array => tables[classes] as Float64Array; // classes run below K
  const right = binomialTable(width - 1, rightVote(shift));
  const chanceOf = (state: number): number =>
    states.votes(state).reduce((product, votes, g) => {
      return product * (right[(three[g]?.count ?? 0) * width + votes] as number);
    }, 1);
  let total = 0;
  const shares = new Float64Array(K);
  for (const own of tops) {
    const top = lead + (states.scores[own[0] as number] as number);
    let level = lastClass(states, top);
    for (let classes = 2; classes <= K - 2; classes++) {
      const next = new Float64Array(count * (classes + 1));
      const how = { classes, top, table: tableOf(classes) };
      for (let m = 0; m < count; m++) deal(states, m, how, level, next, m * (classes + 1));
      level = next;
    }
    for (const state of own) {
      const rest = full - state;
      shares.fill(0);
      if (K === 2) shares.set(level.subarray(2 * rest, 2 * rest + 2));
      else deal(states, rest, { classes: K - 1, top, table: tableOf(K - 1) }, level, shares, 0);
      const chance = chanceOf(state);
      for (let ties = 0; ties < K; ties++) total += (chance * (shares[ties] as number)) / (ties + 1);
    }
  }
  return total;
}
