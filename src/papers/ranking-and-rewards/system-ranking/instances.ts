import { type Consensus, consensusBy, type Direction, rankColumn, type Scores, tableShape } from "../rankings.ts";
import { bordaRanking } from "./borda.ts";

/** One task with a score per instance: `scores[n][k]` of system n on instance k. Tasks may differ in their number of instances. */
export interface InstanceTask {
  name: string;
  scores: readonly (readonly number[])[];
  direction?: Direction;
}

export type InstanceLevel = "one" | "two" | "macroMean" | "microMean";

function directions(task: InstanceTask): Direction[] {
  return new Array<Direction>(task.scores[0]?.length ?? 0).fill(task.direction ?? "higher");
}

/**
 * Aggregates scores of single instances (paper, section 4).
 *
 * - `one`: Borda over all $\sum_t K_t$ instance rankings; a task votes as often as it has instances.
 * - `two` (recommended): Borda inside each task, its rank sums turned into ranks, then Borda over the tasks: every task
 *   counts once whatever its $K_t$. Rank sums are never added across tasks, or long tasks would dominate again.
 * - `macroMean`: mean of the task means. `microMean`: mean over all instances.
 */
export function aggregateInstances(tasks: readonly InstanceTask[], level: InstanceLevel): Consensus {
  const systems = tasks[0]?.scores.length ?? 0;
  if (tasks.length === 0) throw new RangeError("no tasks to aggregate");
  for (const task of tasks) {
    if (task.scores.length !== systems) {
      throw new RangeError(`task ${task.name} has ${task.scores.length} systems and ${tasks[0]?.name} has ${systems}`);
    }
    tableShape(task.scores as Scores);
  }
  if (level === "one") {
    const rows = Array.from({ length: systems }, (_, n) => tasks.flatMap((task) => task.scores[n] ?? []));
    return bordaRanking(rows, { directions: tasks.flatMap(directions) });
  }
  if (level === "two") {
    const perTask = tasks.map((task) => bordaRanking(task.scores, { directions: directions(task) }).score);
    const sums = new Array<number>(systems).fill(0);
    for (const score of perTask) {
      rankColumn(score, "lower").forEach((rank, n) => {
        sums[n] = (sums[n] ?? 0) + rank;
      });
    }
    return consensusBy(sums, "low");
  }
  const macro = level === "macroMean";
  const instances = tasks.reduce((sum, task) => sum + (task.scores[0]?.length ?? 0), 0);
  const means = Array.from({ length: systems }, (_, n) => {
    let total = 0;
    for (const task of tasks) {
      const row = task.scores[n] ?? [];
      const sign = task.direction === "lower" ? -1 : 1;
      total += (sign * row.reduce((sum, x) => sum + x, 0)) / (macro ? row.length * tasks.length : instances);
    }
    return total;
  });
  return consensusBy(means, "high");
}
