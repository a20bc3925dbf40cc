import { BadInput } from "../../../kit/errors.ts";
import type { ToolRun } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { bootstrapMeans, type Interval, median } from "../../../kit/stats.ts";
import type { GradedPrompt, Rollouts } from "./rollouts.ts";
import { type Attempt, type CurveRow, type Rule, scalingCurve } from "./scaling-curve.ts";

/** The budgets asked for, or powers of two up to the attempts that half of the prompts have. */
export function chooseBudgets(prompts: readonly GradedPrompt[], asked: readonly number[]): number[] {
  const counts = prompts.map(({ attempts }) => attempts.length);
  const most = Math.max(...counts);
  if (asked.length > 0) {
    const largest = Math.max(...asked);
    if (largest > most) {
      throw new BadInput(`no prompt to be judged has ${largest} attempts; the most is ${most}`, { where: "--budgets" });
    }
    return [...new Set(asked)].sort((a, b) => a - b);
  }
  const half = Math.floor(median(counts));
  return Array.from({ length: Math.floor(Math.log2(half)) + 1 }, (_, i) => 2 ** i);
}

/** The rules that the file has what it takes for. */
export function rulesFor({ hasAnswers }: Rollouts, verified: boolean): Rule[] {
  return [
    "single",
    ...(hasAnswers ? (["majority"] as const) : []),
    ...(verified ? (["best-of-n"] as const) : []),
    ...(verified && hasAnswers ? (["weighted"] as const) : []),
    "pass",
  ];
}

export interface Judged {
  rows: (CurveRow & { interval: Interval })[];
  /** At the largest budget: oracle minus the better rule without a verifier. */
  headroom: Interval;
  /** At the largest budget: the verifier's rules minus the better rule without one, the best first. */
  leads: { rule: Rule; interval: Interval }[];
}

/** Accuracy, prompt by prompt, minus that of the better of one attempt and majority vote. */
function differences(rows: readonly CurveRow[]): { rule: Rule; perPrompt: Float64Array }[] {
  const rivals = rows.filter(({ rule }) => rule === "single" || rule === "majority");
  const rival = rivals.reduce((best, row) => (row.accuracy > best.accuracy ? row : best));
  return rows
    .filter(({ rule }) => rule !== "single" && rule !== "majority")
    .map(({ rule, perPrompt }) => ({ rule, perPrompt: perPrompt.map((a, x) => a - (rival.perPrompt[x] as number)) }));
}

/** The curve with a bootstrap interval over prompts on every point, and what the largest budget has in it for a verifier. */
export async function judge(
  attempts: readonly (readonly Attempt[])[],
  budgets: readonly number[],
  rules: readonly Rule[],
  { bootstrap: resamples, seed }: { bootstrap: number; seed: number },
  run: ToolRun,
): Promise<Judged> {
  const random = new Random(seed).fork("bootstrap");
  const curve = scalingCurve(attempts, budgets, rules);
  const intervals = new Map<CurveRow, Interval>();
  let over: { rule: Rule; interval: Interval }[] = [];
  for (const [i, N] of budgets.entries()) {
    run.progress(0.3 + (0.6 * i) / budgets.length, `intervals at ${N} attempts`);
    const rows = curve.filter(({ budget }) => budget === N);
    const apart = differences(rows);
    const found = bootstrapMeans(
      [...rows, ...apart].map(({ perPrompt }) => perPrompt),
      random,
      { resamples },
    );
    for (const [c, row] of rows.entries()) intervals.set(row, found[c] as Interval);
    over = apart.map(({ rule }, c) => ({ rule, interval: found[rows.length + c] as Interval }));
    await run.breathe();
  }
  return {
    rows: curve.map((row) => ({ ...row, interval: intervals.get(row) as Interval })), // every row has a budget
    headroom: over.find(({ rule }) => rule === "pass")?.interval as Interval, // pass is always among the rules
    leads: over.filter(({ rule }) => rule !== "pass").sort((a, b) => b.interval.value - a.interval.value),
  };
}
