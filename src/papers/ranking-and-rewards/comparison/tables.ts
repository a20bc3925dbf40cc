import { sigmoid } from "../../../kit/logistic.ts";
import type { Random } from "../../../kit/random.ts";
import type { Scores } from "../rankings.ts";

/** Evidence about systems whose true quality is known, higher better. */
export interface World {
  truth: number[];
  scores: Scores;
}

export const systems = 12;
export const tasks = 10;

const shapes: ((x: number) => number)[] = [(x) => x, Math.exp, (x) => x ** 3];

/** What the tasks of a table do to the quality they measure. */
export const tableKinds = ["one unit", "own units", "outliers", "holes"] as const;
export type TableKind = (typeof tableKinds)[number];

/**
 * A table of scores by what is wrong with it; every task sees the true quality with noise N(0, 1).
 *
 * - `one unit`: nothing; all tasks count in the same unit.
 * - `own units`: task t multiplies by $10^{U(-2, 2)}$.
 * - `outliers`: as `own units` behind a curve (the identity, exp and the cube in turn), and two of ten tasks are broken: their
 *   scores are reversed and a hundred times as large.
 * - `holes`: tasks differ in difficulty by N(0, 4), and every system was run on four tasks of ten.
 */
export function drawTable(kind: TableKind, random: Random): World {
  const truth = Array.from({ length: systems }, () => random.normal());
  const columns = Array.from({ length: tasks }, (_, task) => {
    const seen = truth.map((quality) => quality + random.normal());
    if (kind === "one unit") return seen;
    if (kind === "holes") {
      const difficulty = random.normal(0, 2);
      return seen.map((x) => x - difficulty);
    }
    const unit = 10 ** random.uniform(-2, 2);
    if (kind === "own units") return seen.map((x) => unit * x);
    const shape = shapes[task % shapes.length] ?? ((x: number) => x);
    const broken = task < 2 ? -100 : 1;
    return seen.map((x) => broken * unit * shape(x));
  });
  const rows = truth.map((_, system) => columns.map((column) => column[system] ?? 0));
  if (kind !== "holes") return { truth, scores: rows };
  const run = rows.map(() => new Set(random.sample([...columns.keys()], 4)));
  return { truth, scores: rows.map((row, system) => row.map((x, task) => (run[system]?.has(task) ? x : null))) };
}

export interface Candidates {
  /** `good[c]`: candidate c has every property. */
  good: boolean[];
  /** One reward column a property, as log-odds of having it, each on a zero of its own. */
  rewards: number[][];
}

/**
 * Sixteen candidates and four properties of which a good one has all. A reward is the log-odds that its property holds, seen
 * with noise and known, as rewards from comparisons are, only up to a constant.
 */
export function drawCandidates(random: Random): Candidates {
  const [count, properties] = [16, 4];
  const logits = Array.from({ length: properties }, () => Array.from({ length: count }, () => random.normal(1, 3)));
  const zeros = logits.map(() => random.normal(0, 3));
  return {
    good: Array.from({ length: count }, (_, c) => logits.every((column) => random.float() < sigmoid(column[c] ?? 0))),
    rewards: logits.map((column, i) => column.map((x) => x + random.normal(0, 0.5) + (zeros[i] ?? 0))),
  };
}

export interface Panel {
  /** True quality of every item. */
  truth: number[];
  /** 1 for the items that are marked down. */
  groups: number[];
  /** Ballots of all items, best first, by voters who mark group 1 down. */
  rankings: number[][];
}

/** Forty items in two halves of equal quality, ranked by twenty voters who take one and a half off everybody of the second half. */
export function drawPanel(random: Random): Panel {
  const [count, voters, discount] = [40, 20, 1.5];
  const truth = Array.from({ length: count }, () => random.normal());
  const groups = truth.map((_, i) => i % 2);
  const rankings = Array.from({ length: voters }, () => {
    const seen = truth.map((quality, i) => quality + random.normal() - discount * (groups[i] ?? 0));
    return [...seen.keys()].sort((a, b) => (seen[b] ?? 0) - (seen[a] ?? 0));
  });
  return { truth, groups, rankings };
}
