import type { Random } from "../../../kit/random.ts";
import { quantile } from "../../../kit/stats.ts";
import {
  type Consensus,
  kendallDistance,
  rankColumn,
  type Scores,
  type TableOptions,
  tableShape,
} from "../rankings.ts";

/**
 * Distortion of a consensus: its mean Kendall distance to the rankings of the tasks,
 * $\frac1T \sum_t d_K(\sigma, r_t)$. Systems without a score on a task do not count there.
 */
export function distortion(consensus: Pick<Consensus, "rank">, scores: Scores, options: TableOptions = {}): number {
  const { t } = tableShape(scores, options);
  let total = 0;
  for (let task = 0; task < t; task++) {
    const present = scores.flatMap((row, i) => (row[task] === null ? [] : [i]));
    const column = present.map((i) => scores[i]?.[task] as number); // present by construction
    const ranks = rankColumn(column, options.directions?.[task]);
    total += kendallDistance(
      present.map((i) => consensus.rank[i] ?? Number.NaN),
      ranks,
    );
  }
  return total / t;
}

/** Share of the top `k` systems that two orders have in common. */
export function topOverlap(a: readonly number[], b: readonly number[], k: number): number {
  const head = new Set(a.slice(0, k));
  return b.slice(0, k).filter((system) => head.has(system)).length / k;
}

export interface RankUncertainty {
  /** Mean rank over the resamples, by system. */
  rankMean: number[];
  /** 95% percentile interval of the rank, by system. */
  rankCI: [number, number][];
  /** Probability of standing first; tied firsts share it. */
  winProb: number[];
}

export interface BootstrapOptions {
  /** Resample whole tasks, or instances within each task (then `task` says which task a column belongs to). */
  over: "tasks" | "instances";
  /** Number of resamples. */
  B: number;
  random: Random;
  task?: readonly number[];
}

/**
 * Bootstrap of a ranking: columns are drawn with replacement, `rule` ranks the drawn columns, and the ranks of all draws
 * give every system an interval and a probability of being first.
 */
export function bootstrapRanking(
  scores: Scores,
  rule: (scores: Scores, columns: readonly number[]) => Pick<Consensus, "rank">,
  { over, B, random, task }: BootstrapOptions,
): RankUncertainty {
  const { n, t } = tableShape(scores);
  if (B < 1) throw new RangeError(`${B} resamples`);
  const groups = new Map<number, number[]>();
  for (let column = 0; column < t; column++) {
    const key = over === "tasks" ? 0 : (task?.[column] ?? 0);
    groups.set(key, [...(groups.get(key) ?? []), column]);
  }
  const ranks = Array.from({ length: n }, () => new Array<number>(B).fill(0));
  const wins = new Array<number>(n).fill(0);
  for (let draw = 0; draw < B; draw++) {
    const columns = [...groups.values()].flatMap((group) => group.map(() => random.choice(group)));
    const { rank } = rule(
      scores.map((row) => columns.map((column) => row[column] ?? null)),
      columns,
    );
    const best = Math.min(...rank);
    const firsts = rank.filter((r) => r === best).length;
    rank.forEach((r, i) => {
      (ranks[i] as number[])[draw] = r; // i < n by construction
      if (r === best) wins[i] = (wins[i] ?? 0) + 1 / firsts / B;
    });
  }
  return {
    rankMean: ranks.map((all) => all.reduce((sum, r) => sum + r, 0) / B),
    rankCI: ranks.map((all) => [quantile(all, 0.025), quantile(all, 0.975)]),
    winProb: wins,
  };
}
