import { median } from "../../../kit/stats.ts";
import { checkKappa } from "./chi2-ball.ts";

export interface Heterogeneity {
  /** $\sigma_x$ of every prompt, in the units of the return. */
  perPrompt: Float64Array;
  mean: number;
  median: number;
}

/**
 * Heterogeneity of a base policy (paper, section on heterogeneity): $\sigma_x^2$ is the variance of the return of a prompt's
 * rollouts, which equals $\sum_h \mathbb E_{s_h} \operatorname{Var}_{a \sim \pi_b} Q^{\pi_b}(s_h, a)$ where the prompt alone
 * decides what a trace earns. `returns[x]` are the returns of one prompt, e.g. H minus solving time; the variance is that of
 * the sample (divided by its size), the one whose χ² ball {@link antiConcentration} is about. Throws on no prompts, on fewer
 * than two rollouts and on returns that are not finite.
 */
export function heterogeneity(returns: readonly (readonly number[])[]): Heterogeneity {
  checkReturns(returns);
  const perPrompt = Float64Array.from(returns, (values) => spread(values).sigma);
  const all = [...perPrompt];
  return { perPrompt, mean: all.reduce((sum, s) => sum + s, 0) / all.length, median: median(all) };
}

export interface AntiConcentration {
  /** Share of a prompt's rollouts that reach what the best policy of the ball earns; 1 where all returns are equal. */
  c: Float64Array;
  /** Median over the prompts whose returns vary; 1 when none does. */
  median: number;
}

/**
 * Anti-concentration of the base (paper): $c_x = \Pr_{\tau \sim \pi_b}[\,r - \mathbb E r \ge \sigma_x \sqrt\kappa\,]$, how often
 * the base itself reaches the return of the best policy within χ² distance κ. Learning from outcomes costs about $1/c$ as many
 * rollouts; where c is near 0 good attempts are hardly ever seen.
 */
export function antiConcentration(returns: readonly (readonly number[])[], kappa: number): AntiConcentration {
  checkReturns(returns);
  checkKappa(kappa);
  const varying: number[] = [];
  const c = Float64Array.from(returns, (values) => {
    const { mean, sigma } = spread(values);
    if (sigma === 0) return 1;
    const bar = mean + sigma * Math.sqrt(kappa);
    const slack = 1e-12 * Math.max(Math.abs(bar), sigma);
    const share = values.filter((r) => r >= bar - slack).length / values.length;
    varying.push(share);
    return share;
  });
  return { c, median: varying.length > 0 ? median(varying) : 1 };
}

function spread(values: readonly number[]): { mean: number; sigma: number } {
  const first = values[0] as number; // checked: two or more
  if (values.every((r) => r === first)) return { mean: first, sigma: 0 };
  const mean = values.reduce((sum, r) => sum + r, 0) / values.length;
  return { mean, sigma: Math.sqrt(values.reduce((sum, r) => sum + (r - mean) ** 2, 0) / values.length) };
}

function checkReturns(returns: readonly (readonly number[])[]): void {
  if (returns.length === 0) throw new RangeError("no prompts");
  for (const [x, values] of returns.entries()) {
    if (values.length < 2)
      throw new RangeError(`prompt ${x} has ${values.length} rollouts; a spread needs two or more`);
    if (!values.every(Number.isFinite)) throw new RangeError(`prompt ${x} has a return that is not finite`);
  }
}
