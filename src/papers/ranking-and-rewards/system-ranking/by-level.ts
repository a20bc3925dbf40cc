import { type Consensus, consensusBy, rankColumn, type Scores } from "../rankings.ts";
import { bordaRanking } from "./borda.ts";
import type { Leaderboard } from "./leaderboard.ts";
import { meanRanking } from "./mean.ts";

/** Whether instances are ranked within their task first, or all vote alike. */
export type Level = "one" | "two";

/** Borda over tasks, in two levels when there are instances. Works with missing scores and on bootstrap resamples. */
export function bordaByLevel(board: Leaderboard, scores: Scores, columns: readonly number[], level: Level): Consensus {
  const directions = columns.map((column) => board.directions[column] ?? "higher");
  if (level === "one" || board.tasks.length === board.taskOfColumn.length) {
    return bordaRanking(scores, { directions, missing: "pairwise" });
  }
  const sums = new Array<number>(board.systems.length).fill(0);
  for (let task = 0; task < board.tasks.length; task++) {
    const mine = columns.flatMap((column, at) => (board.taskOfColumn[column] === task ? [at] : []));
    const within = bordaRanking(
      scores.map((row) => mine.map((at) => row[at] ?? null)),
      { directions: mine.map((at) => directions[at] ?? "higher"), missing: "pairwise" },
    );
    rankColumn(within.rank, "lower").forEach((rank, system) => {
      sums[system] = (sums[system] ?? 0) + rank;
    });
  }
  return consensusBy(sums, "low");
}

/** The mean of task means: every task counts once for the mean rules as well. */
export function meanByTask(board: Leaderboard, normalize: "none" | "zscore"): Consensus {
  const weights = board.taskOfColumn.map((task) => 1 / board.taskOfColumn.filter((other) => other === task).length);
  return meanRanking(board.scores, { directions: board.directions, weights, normalize });
}

/** A resample may leave two systems without a common task; they then count as tied. */
export function safeBorda(
  board: Leaderboard,
  drawn: Scores,
  columns: readonly number[],
  level: Level,
): Pick<Consensus, "rank"> {
  try {
    return bordaByLevel(board, drawn, columns, level);
  } catch {
    return { rank: new Array<number>(board.systems.length).fill((board.systems.length + 1) / 2) };
  }
}
