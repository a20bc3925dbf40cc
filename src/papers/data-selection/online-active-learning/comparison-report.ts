import { stringify } from "csv-stringify/sync";
import type { Row, ToolRun } from "../../../kit/paper.ts";
import { type Interval, mean } from "../../../kit/stats.ts";
import { type Blocks, errorGap, errorOf, meanError, type Replayed } from "./replays.ts";

/** A strategy beside the random arm. */
export interface Compared extends Replayed {
  error: number;
  /** Its error minus that of the random arm; absent for the random arm itself. */
  gap?: Interval;
}

/** Holds every strategy against the random arm, with intervals that hold for all of them together (Bonferroni). */
export function compare(random: Replayed, others: readonly Replayed[], blocks: Blocks, run: ToolRun): Compared[] {
  const level = 1 - 0.05 / Math.max(1, others.length);
  return [
    { ...random, error: meanError(random, blocks) },
    ...others.map((one) => ({
      ...one,
      error: meanError(one, blocks),
      gap: errorGap(one, random, blocks, run.random.fork("bootstrap").fork(one.strategy), level),
    })),
  ];
}

/** The strategy with the least error among those whose interval against the random arm lies below 0. */
export function winner(compared: readonly Compared[]): (Compared & { gap: Interval }) | undefined {
  const better = compared.filter(
    (one): one is Compared & { gap: Interval } => one.gap !== undefined && one.gap.high < 0,
  );
  return better.sort((a, b) => a.error - b.error)[0];
}

/** Writes the comparison as a table and a file. */
export async function report(
  run: ToolRun,
  compared: readonly Compared[],
  blocks: Blocks,
  { error, title }: { error: "error" | "RMSE"; title: string },
): Promise<void> {
  const rows = compared.map(({ strategy, replays, error: value, gap }): Row => {
    const errors = replays.map((replay) => errorOf(replay, blocks));
    return {
      strategy,
      error: value,
      lowest: Math.min(...errors),
      highest: Math.max(...errors),
      labels: mean(replays.map(({ labels }) => labels)),
      rate: mean(replays.map(({ labelRate }) => labelRate)),
      drifts: mean(replays.map(({ drifts }) => drifts)),
      gap: gap?.value ?? null,
      low: gap?.low ?? null,
      high: gap?.high ?? null,
    };
  });
  run.table("comparison", {
    title,
    columns: [
      { key: "strategy", label: "strategy" },
      { key: "error", label: error, digits: 4 },
      { key: "gap", label: "minus random", digits: 4 },
      { key: "low", label: "95% from", digits: 4 },
      { key: "high", label: "to", digits: 4 },
      { key: "lowest", label: "lowest replay", digits: 4 },
      { key: "highest", label: "highest", digits: 4 },
      { key: "labels", label: "labels" },
      { key: "rate", label: "label rate", digits: 4 },
      { key: "drifts", label: "new models", digits: 1 },
    ],
    rows: rows.map((row) => ({ ...row, labels: Math.round(Number(row.labels)) })),
  });
  const header = ["strategy", error.toLowerCase(), "lowest", "highest", "labels", "label_rate", "drifts"];
  const keys = ["strategy", "error", "lowest", "highest", "labels", "rate", "drifts", "gap", "low", "high"];
  const file = await run.output("comparison.csv", "text/csv");
  await file.write(
    stringify([[...header, "minus_random", "from", "to"], ...rows.map((row) => keys.map((key) => row[key] ?? ""))]),
  );
  await file.close();
}
