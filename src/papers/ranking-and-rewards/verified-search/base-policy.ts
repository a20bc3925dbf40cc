import type { Row, Run } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import { antiConcentration, heterogeneity } from "./diagnostics.ts";
import type { GradedPrompt, Rollouts } from "./rollouts.ts";

/** Returns of the attempts: tokens left when the prompt was solved, 0 when it was not; 1 and 0 without token counts. */
function returnsOf(prompts: readonly GradedPrompt[], horizon: number): number[][] {
  return prompts.map(({ attempts }) =>
    attempts.map(({ correct, tokens }) => (correct ? (tokens === undefined ? 1 : Math.max(0, horizon - tokens)) : 0)),
  );
}

export interface Diagnosis {
  /** One a prompt. */
  rows: Row[];
  /** Token budget H of the returns; 1 where a return is 0 or 1. */
  horizon: number;
  /** Median of $\sigma_x$ over prompts. */
  sigma: number;
  /** Median anti-concentration of the prompts whose returns vary. */
  concentration: number;
  /** Share of prompts with right and wrong attempts. */
  mixed: number;
}

/** Heterogeneity and anti-concentration of every prompt with two or more attempts. */
export function diagnose(
  { prompts, hasTokens }: Rollouts,
  { kappa, horizon: asked }: { kappa: number; horizon: number },
): Diagnosis | undefined {
  const several = prompts.filter(({ attempts }) => attempts.length >= 2);
  if (several.length === 0) return undefined;
  let longest = 0;
  for (const { attempts } of several) for (const { tokens = 0 } of attempts) longest = Math.max(longest, tokens);
  // Twice the longest: however slow, a right attempt then earns more than half of what any can.
  const horizon = hasTokens ? asked || 2 * longest : 1;
  const returns = returnsOf(several, horizon);
  const spread = heterogeneity(returns);
  const { c, median: concentration } = antiConcentration(returns, kappa);
  const rows = several.map(
    ({ id, attempts }, x): Row => ({
      prompt_id: id,
      attempts: attempts.length,
      success: mean(attempts.map(({ correct }) => +correct)),
      sigma: spread.perPrompt[x] ?? 0,
      anti_concentration: c[x] ?? 1,
    }),
  );
  const mixed = rows.filter(({ success }) => Number(success) > 0 && Number(success) < 1).length / rows.length;
  return { rows, horizon, sigma: spread.median, concentration, mixed };
}

/** Shows a diagnosis as a table. */
export function showDiagnosis(run: Run, { horizon, sigma, concentration, mixed }: Diagnosis, kappa: number): void {
  run.table("base", {
    title: "The base policy",
    columns: [
      { key: "what", label: "" },
      { key: "value", label: "value", digits: 3 },
    ],
    rows: [
      { what: "return at most, H (tokens; 1 without token counts)", value: horizon },
      { what: "heterogeneity σ, median over prompts", value: sigma },
      { what: "the same, as a share of H", value: horizon > 0 ? sigma / horizon : 0 },
      { what: `anti-concentration at κ = ${kappa}, median`, value: concentration },
      { what: "share of prompts with right and wrong attempts", value: mixed },
    ],
  });
}
