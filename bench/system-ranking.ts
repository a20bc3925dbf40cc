import { memoryFile, readLines } from "../src/kit/files.ts";
import { Random } from "../src/kit/random.ts";
import { bordaRanking, kemenyRanking, meanRanking } from "../src/papers/ranking-and-rewards/index.ts";
import { rankLargeTable } from "../src/papers/ranking-and-rewards/system-ranking/large-borda.ts";
import type { Bench } from "./bench.ts";

function table(systems: number, tasks: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: systems }, (_, n) => Array.from({ length: tasks }, () => -0.001 * n + random.gumbel()));
}

/** The straightforward way: sort an array of pairs for every task and look every system up. */
function plainBorda(scores: number[][]): number[] {
  const sums = scores.map(() => 0);
  for (let t = 0; t < (scores[0]?.length ?? 0); t++) {
    const sorted = scores.map((row, i) => ({ i, score: row[t] ?? 0 })).sort((a, b) => b.score - a.score);
    for (const [position, { i }] of sorted.entries()) sums[i] = (sums[i] ?? 0) + position + 1;
  }
  return sums;
}

/** The tool for tables larger than memory against reading the same bytes, at two sizes: time grows with the table, memory does not. */
async function large(report: Bench): Promise<void> {
  const random = new Random(3);
  for (const systems of [5_000, 20_000]) {
    const header = ["system", ...Array.from({ length: 200 }, (_, t) => `t${t}`)].join(",");
    const rows = Array.from(
      { length: systems },
      (_, i) => `s${i},${Array.from({ length: 200 }, () => random.normal().toFixed(4)).join(",")}`,
    );
    const file = memoryFile("large.csv", [header, ...rows].join("\n"));
    await report.compare(
      `${systems.toLocaleString("en")} systems × 200 tasks from a CSV of ${Math.round((file.size ?? 0) / 1e6)} MB, 32 MB of scores at a time`,
      {
        "borda in passes": () => rankLargeTable(file, { lower: [], memory: 32 << 20 }),
        "reading once": async () => {
          for await (const _ of readLines(file)) void _;
        },
      },
      { rounds: 3, unit: { name: "scores", count: systems * 200 } },
    );
  }
}

/** Borda against the mean and a plain sort of objects, and exact Kemeny by size. */
export default async function bench(report: Bench): Promise<void> {
  for (const [systems, tasks] of [
    [50, 100_000],
    [2_000, 100],
    [10_000, 1_000],
  ] as const) {
    const scores = table(systems, tasks, 1);
    await report.compare(
      `${systems.toLocaleString("en")} systems × ${tasks.toLocaleString("en")} tasks`,
      { borda: () => bordaRanking(scores), mean: () => meanRanking(scores), "plain borda": () => plainBorda(scores) },
      { rounds: 3, unit: { name: "scores", count: systems * tasks } },
    );
  }
  const close = (n: number) => table(n, 7, n).map((row) => row.map((x) => Math.round(3 * x)));
  await report.compare(
    "exact Kemeny, 7 tasks",
    {
      "subsets, 12 systems": () => kemenyRanking(close(12), { method: "dp" }),
      "subsets, 16 systems": () => kemenyRanking(close(16), { method: "dp" }),
      "program, 16 systems": () => kemenyRanking(close(16), { method: "milp" }),
      "program, 25 systems": () => kemenyRanking(close(25), { method: "milp" }),
    },
    { rounds: 3 },
  );
  const hard = await kemenyRanking(close(40), { method: "milp", timeLimitS: 30 });
  report.line(
    `  40 systems: ${hard.optimal ? "proved optimal" : "time limit"}, cost ${hard.cost}, components ${hard.components.join("+")}`,
  );
  await large(report);
  report.skipped("PyPI rank-aggregation packages", "they need Python");
}
