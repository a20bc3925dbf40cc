import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { type Cell, defineTool, type Row, type SampleFile, type ToolRun } from "../../../kit/paper.ts";
import { sampleName } from "../../../kit/samples.ts";
import type { Consensus } from "../rankings.ts";
import { bordaByLevel, meanByTask, safeBorda } from "./by-level.ts";
import { bootstrapRanking } from "./diagnostics.ts";
import { kemenyRanking } from "./kemeny.ts";
import { type Leaderboard, readLeaderboard } from "./leaderboard.ts";
import { type ScoreTable, scoreTableCsv, scoreTables } from "./score-tables.ts";
import { largeTool } from "./tool-large.ts";
import { show, showInfluence, showWins, summarise } from "./tool-views.ts";

const rules = ["mean", "zscore", "borda", "kemeny"] as const;

const options = z.object({
  rule: z
    .array(z.enum(rules))
    .default([...rules])
    .describe("Rules to apply, side by side"),
  lower: z
    .array(z.string())
    .default([])
    .describe("Tasks in which a lower score is better; or write task:lower in the header"),
  bootstrap: z.number().int().min(0).max(10_000).default(1000).describe("Resamples for the rank intervals; 0 for none"),
  level: z
    .enum(["two", "one"])
    .default("two")
    .describe("With one score per instance: rank within each task first (two), or let every instance vote (one)"),
  kemenySeconds: z.number().min(1).max(600).default(30).describe("Time limit of the exact Kemeny order, in seconds"),
  groups: z
    .boolean()
    .default(false)
    .describe("Headers are group/task: tasks vote within their group first, then the groups"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of the bootstrap"),
  format: z.enum(["csv", "json"]).default("csv").describe("Format of the output"),
});

type Options = z.output<typeof options>;

function scoresFile(table: ScoreTable): SampleFile {
  return { input: "scores", name: `${sampleName(table.title)}.csv`, content: scoreTableCsv(table) };
}

async function applyRules(board: Leaderboard, chosen: Options, run: ToolRun): Promise<Map<string, Consensus>> {
  const results = new Map<string, Consensus>();
  const all = board.taskOfColumn.map((_, column) => column);
  if (chosen.rule.includes("mean")) results.set("mean", meanByTask(board, "none"));
  if (chosen.rule.includes("zscore")) results.set("zscore", meanByTask(board, "zscore"));
  if (chosen.rule.includes("borda")) results.set("borda", bordaByLevel(board, board.scores, all, chosen.level));
  if (chosen.rule.includes("kemeny")) {
    run.progress(0.3, "Kemeny");
    const weights = board.taskOfColumn.map((task) => 1 / board.taskOfColumn.filter((other) => other === task).length);
    const kemeny = await kemenyRanking(board.scores, {
      directions: board.directions,
      ...(chosen.level === "two" ? { weights } : {}),
      timeLimitS: chosen.kemenySeconds,
    });
    results.set("kemeny", kemeny);
    if (!kemeny.optimal) {
      const gap = (100 * (kemeny.cost - kemeny.bound)) / Math.max(kemeny.bound, Number.MIN_VALUE);
      run.note(
        `The Kemeny order was not proved optimal within ${chosen.kemenySeconds} s: it costs ${kemeny.cost.toFixed(1)}, no order costs less than ${kemeny.bound.toFixed(1)}, so that it is within ${gap.toFixed(1)}% of the best.`,
      );
    } else if (!kemeny.unique)
      run.note("Several orders have the least Kemeny cost; the one closest to Borda is shown.");
  }
  return results;
}

export const tools = [
  defineTool({
    name: "rank",
    summary: "Ranks the systems of a scores table by mean, Borda and Kemeny, with an interval on every rank.",
    inputs: [
      {
        name: "scores",
        description: "One row a system and one column a task, or a long table system,task,instance,score",
        accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      },
    ],
    options,
    example: "leaderboard.csv --rule borda,kemeny,mean --bootstrap 1000 --out ranking.csv",
    sample: async () => ({ files: scoreTables.slice(0, 1).map(scoresFile) }),
    examples: async () =>
      scoreTables.slice(1).map((table) => ({ title: table.title, source: table.source, files: [scoresFile(table)] })),
    async apply({ scores: files = [] }, chosen, run) {
      const [file] = files;
      if (!file) throw new BadInput("no scores table was given");
      if (chosen.rule.length === 0) throw new BadInput("no rule was chosen", { where: "--rule" });
      run.progress(0, `reading ${file.name}`);
      const board = await readLeaderboard(file, chosen.lower, chosen.groups);
      run.progress(0.2, "ranking");
      const results = await orRefuse(file.name, () => applyRules(board, chosen, run));
      const columns = board.taskOfColumn.map((_, column) => column);
      run.progress(0.6, "bootstrap");
      const uncertainty =
        chosen.bootstrap > 0
          ? bootstrapRanking(
              board.scores,
              (drawn, at) =>
                safeBorda(
                  board,
                  drawn,
                  at.map((i) => columns[i] ?? 0),
                  chosen.level,
                ),
              {
                over: board.tasks.length === columns.length ? "tasks" : "instances",
                B: affordable(chosen.bootstrap, board, run),
                random: run.random.fork(chosen.seed),
                task: board.taskOfColumn,
              },
            )
          : undefined;
      const rows = board.systems
        .map((system, i): Row => {
          const row: Row = { system };
          for (const [rule, result] of results) {
            row[rule] = result.rank[i] ?? null;
            row[`${rule}_score`] = result.score[i] ?? null;
          }
          if (uncertainty) {
            const [low, high] = uncertainty.rankCI[i] ?? [null, null];
            Object.assign(row, { rank_low: low, rank_high: high, win_probability: uncertainty.winProb[i] ?? null });
          }
          return row;
        })
        .sort((a, b) => sortKey(a, results) - sortKey(b, results));
      show(run, rows, results, Boolean(uncertainty));
      showWins(run, board, rows);
      showInfluence(run, board, results, chosen.level);
      const output = await run.output(
        `ranking.${chosen.format}`,
        chosen.format === "csv" ? "text/csv" : "application/json",
      );
      const lines: Cell[][] = rows.map((row) => Object.values(row));
      await output.write(
        chosen.format === "csv"
          ? stringify([Object.keys(rows[0] ?? {}), ...lines])
          : `${JSON.stringify(rows, null, 2)}\n`,
      );
      await output.close();
      return { summary: summarise(board, results, chosen) };
    },
  }),
  largeTool,
] as const;

/** A system without any score, or without a common task, is the reader's to mend. */
async function orRefuse<T>(file: string, compute: () => Promise<T>): Promise<T> {
  try {
    return await compute();
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(error.message, { where: file });
    throw error;
  }
}

/** Fewer resamples for very large tables: about two billion cells in all. */
function affordable(wanted: number, board: Leaderboard, run: ToolRun): number {
  const cells = board.systems.length * board.taskOfColumn.length;
  const affordableDraws = Math.max(20, Math.floor(2e8 / cells));
  if (wanted <= affordableDraws) return wanted;
  run.note(`The table is large: ${affordableDraws} resamples instead of ${wanted}.`);
  return affordableDraws;
}

function sortKey(row: Row, results: Map<string, Consensus>): number {
  const rule = ["kemeny", "borda", "zscore", "mean"].find((name) => results.has(name)) ?? "mean";
  return Number(row[rule]);
}
