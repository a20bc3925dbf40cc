import { type Consensus, kendallDistance, pairwisePreferences, type Scores, type TableOptions } from "../rankings.ts";

/** How an order changes when a task is left out. */
export interface TaskInfluence {
  task: number;
  /** Pairs of systems that change sides, a tie half. */
  moved: number;
  /** Systems that share the first place without it. */
  first: number[];
}

/** The systems of the best rank. */
export function firstPlaces(rank: readonly number[]): number[] {
  const best = Math.min(...rank);
  return [...rank.keys()].filter((system) => rank[system] === best);
}

/**
 * Leaves one task out after another, with all columns that belong to it, and ranks anew: $d_K(\sigma, \sigma_{-t})$ for every
 * task t, in the order of the tasks. `rank` is given positions of columns that are left.
 */
export function influenceOfTasks(
  whole: Pick<Consensus, "rank">,
  taskOfColumn: readonly number[],
  rank: (columns: readonly number[]) => Pick<Consensus, "rank">,
): TaskInfluence[] {
  const tasks = [...new Set(taskOfColumn)].sort((a, b) => a - b);
  if (tasks.length < 2) return [];
  return tasks.map((task) => {
    const left = rank([...taskOfColumn.keys()].filter((column) => taskOfColumn[column] !== task));
    return { task, moved: kendallDistance(whole.rank, left.rank), first: firstPlaces(left.rank) };
  });
}

/**
 * Row-major $N \times N$: the share of tasks, of those both were run on, on which the row's system beats the column's; a tie is
 * half a win; `NaN` where no task has both, and on the diagonal. Every column of `scores` weighs as `options.weights` says.
 */
export function winMatrix(scores: Scores, options: TableOptions = {}): Float64Array {
  const n = scores.length;
  const wins = pairwisePreferences(scores, options);
  const share = new Float64Array(n * n).fill(Number.NaN);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const met = (wins[i * n + j] as number) + (wins[j * n + i] as number);
      if (i !== j && met > 0) share[i * n + j] = (wins[i * n + j] as number) / met;
    }
  }
  return share;
}
