import { intervalLayers } from "../../../kit/charts.ts";
import type { Row, ToolRun } from "../../../kit/paper.ts";
import type { Consensus } from "../rankings.ts";
import { type Level, meanByTask, safeBorda } from "./by-level.ts";
import { distortion } from "./diagnostics.ts";
import type { Leaderboard } from "./leaderboard.ts";
import { firstPlaces, influenceOfTasks, winMatrix } from "./order-changes.ts";

/** Systems that share the first place. */
function leaders(board: Leaderboard, { rank }: Pick<Consensus, "rank">): string[] {
  return firstPlaces(rank).map((i) => board.systems[i] ?? "");
}

export function show(run: ToolRun, rows: Row[], results: Map<string, Consensus>, intervals: boolean): void {
  run.table("ranking", {
    title: "Ranks by rule (1 = best, ties share the average)",
    columns: [
      { key: "system", label: "system" },
      ...[...results.keys()].map((rule) => ({ key: rule, label: rule, digits: 1 })),
      ...(intervals
        ? [
            { key: "rank_low", label: "rank 2.5%", digits: 1 },
            { key: "rank_high", label: "rank 97.5%", digits: 1 },
            { key: "win_probability", label: "P(first)", digits: 2 },
          ]
        : []),
    ],
    rows,
  });
  if (!intervals) return;
  const centre = results.has("borda") ? "borda" : ([...results.keys()][0] ?? "");
  const x = { field: centre, title: "rank (95% interval)" };
  const y = { field: "system", type: "nominal", sort: null, title: null };
  run.chart("intervals", {
    alt: `Bootstrap interval of the Borda rank of each of ${rows.length} systems, best on top.`,
    spec: {
      width: "container",
      data: { values: rows.slice(0, 60) },
      layer: intervalLayers("x", x, { y }, { low: "rank_low", high: "rank_high" }),
    },
  });
}

export function summarise(board: Leaderboard, results: Map<string, Consensus>, { level }: { level: Level }): string {
  const instances = board.taskOfColumn.length > board.tasks.length;
  const size = `Ranked ${board.systems.length} systems on ${board.tasks.length} tasks${instances ? ` (${board.taskOfColumn.length} instances, ${level} level${level === "two" ? "s" : ""})` : ""}`;
  const consensusRule = results.has("kemeny") ? "kemeny" : "borda";
  const mean = results.get("mean");
  const consensus = results.get(consensusRule);
  if (!mean || !consensus) {
    const [rule, result] = [...results][0] ?? [];
    return `${size}: first by ${rule} is ${result ? leaders(board, result).join(", ") : "unknown"}.`;
  }
  const [byMean, byConsensus] = [leaders(board, mean).join(", "), leaders(board, consensus).join(", ")];
  const spread = `mean distance to the tasks' own rankings ${distortion(mean, board.scores, board).toFixed(2)} by mean and ${distortion(consensus, board.scores, board).toFixed(2)} by ${consensusRule}`;
  return byMean === byConsensus
    ? `${size}: mean and consensus agree that ${byMean} is first; ${spread}.`
    : `${size}: the mean puts ${byMean} first, the consensus ${byConsensus}; ${spread}.`;
}

/** Systems of the matrix of wins, and tasks of the table of influence: more cannot be read. */
const mostShown = 30;

/** Who beats whom how often, best system first. */
export function showWins(run: ToolRun, board: Leaderboard, rows: readonly Row[]): void {
  const at = new Map(board.systems.map((system, i) => [system, i]));
  const shown = rows.slice(0, mostShown).map(({ system }) => at.get(String(system)) ?? 0);
  const counts = board.tasks.map((_, task) => board.taskOfColumn.filter((other) => other === task).length);
  const share = winMatrix(
    shown.map((i) => board.scores[i] ?? []),
    { directions: board.directions, weights: board.taskOfColumn.map((task) => 1 / (counts[task] ?? 1)) },
  );
  const values = shown.flatMap((i, a) =>
    shown.flatMap((j, b) => {
      const wins = share[a * shown.length + b] as number;
      return Number.isNaN(wins) ? [] : [{ winner: board.systems[i], loser: board.systems[j], wins }];
    }),
  );
  const order = shown.map((i) => board.systems[i]);
  run.table("wins", {
    title: "Share of tasks on which the row beats the column (a tie is half)",
    columns: [
      { key: "system", label: "system" },
      ...shown.map((_, b) => ({ key: `c${b}`, label: String(b + 1), digits: 2 })),
    ],
    rows: shown.map((i, a): Row => {
      const cells = shown.map((_, b): [string, number | null] => {
        const wins = share[a * shown.length + b] as number;
        return [`c${b}`, Number.isNaN(wins) ? null : wins];
      });
      return { system: `${a + 1}  ${board.systems[i]}`, ...Object.fromEntries(cells) };
    }),
  });
  run.chart("wins", {
    alt: `Share of tasks on which each of ${shown.length} systems beats each other one, best first.`,
    spec: {
      width: "container",
      data: { values },
      mark: "rect",
      encoding: {
        y: { field: "winner", type: "nominal", sort: order, title: "wins" },
        x: { field: "loser", type: "nominal", sort: order, title: "against", axis: { labelAngle: -60 } },
        color: { field: "wins", type: "quantitative", title: "share", scale: { domain: [0, 1] } },
      },
    },
  });
}

/** Which tasks drive the order: what leaving each out does to the mean and to Borda, those that move most first. */
export function showInfluence(
  run: ToolRun,
  board: Leaderboard,
  results: ReadonlyMap<string, Consensus>,
  level: Level,
): void {
  const part = (columns: readonly number[]): Leaderboard => ({
    ...board,
    directions: columns.map((column) => board.directions[column] ?? "higher"),
    scores: board.scores.map((row) => columns.map((column) => row[column] ?? null)),
    taskOfColumn: columns.map((column) => board.taskOfColumn[column] ?? 0),
  });
  const rules = {
    mean: (columns: readonly number[]) => orTied(board, () => meanByTask(part(columns), "none")),
    borda: (columns: readonly number[]) => safeBorda(board, part(columns).scores, columns, level),
  };
  const cells = board.systems.length * board.taskOfColumn.length * board.tasks.length;
  if (cells > 5e7) return;
  const rows = new Map<number, Row>();
  for (const [rule, rank] of Object.entries(rules)) {
    const whole = results.get(rule);
    if (!whole) continue;
    for (const { task, moved, first } of influenceOfTasks(whole, board.taskOfColumn, rank)) {
      const row = rows.get(task) ?? { task: board.tasks[task] ?? "" };
      row[`${rule}_moved`] = moved;
      row[`${rule}_first`] = first.map((i) => board.systems[i]).join(", ");
      rows.set(task, row);
    }
  }
  if (rows.size === 0) return;
  const moved = (row: Row): number => Number(row.mean_moved ?? 0) + Number(row.borda_moved ?? 0);
  const used = Object.keys(rules).filter((rule) => results.has(rule));
  run.table("influence", {
    title: "What leaving a task out does: pairs of systems that change sides, and who is first then",
    columns: [
      { key: "task", label: "without" },
      ...used.flatMap((rule) => [
        { key: `${rule}_moved`, label: `${rule}, pairs`, digits: 1 },
        { key: `${rule}_first`, label: `${rule}, first` },
      ]),
    ],
    rows: [...rows.values()].sort((a, b) => moved(b) - moved(a)).slice(0, mostShown),
  });
}

/** Without a task a system may have no score left; all then count as tied. */
function orTied(board: Leaderboard, rank: () => Consensus): Pick<Consensus, "rank"> {
  try {
    return rank();
  } catch {
    return { rank: new Array<number>(board.systems.length).fill((board.systems.length + 1) / 2) };
  }
}
