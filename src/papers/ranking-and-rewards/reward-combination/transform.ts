import { logSigmoid } from "../logistic.ts";

/** $\log(1 - e^{a})$ for $a \le 0$, stable at both ends. */
function log1mExp(a: number): number {
  if (a === 0) return Number.NEGATIVE_INFINITY;
  return a > -Math.LN2 ? Math.log(-Math.expm1(a)) : Math.log1p(-Math.exp(a));
}

/**
 * Reference reward of a prompt: a quantile of the rewards of base-policy samples (paper: 0.85 for helpfulness), with linear
 * interpolation; `probs` weights the samples. It is fixed before training, from the base policy, and belongs to its prompt:
 * a reward model is known only up to a function of the prompt, which the centring removes.
 */
export function referenceReward(
  samples: ArrayLike<number>,
  { quantile = 0.85, probs }: { quantile?: number; probs?: ArrayLike<number> } = {},
): number {
  if (!(quantile > 0 && quantile < 1)) throw new RangeError(`quantile ${quantile} is not inside (0, 1)`);
  if (samples.length === 0) throw new RangeError("no samples for the reference");
  checkFinite(samples);
  const order = Array.from(samples, (_, i) => i).sort((a, b) => (samples[a] as number) - (samples[b] as number));
  if (!probs) {
    const at = quantile * (samples.length - 1);
    const low = Math.floor(at);
    const value = (i: number): number => samples[order[Math.min(i, order.length - 1)] as number] as number;
    return value(low) + (at - low) * (value(low + 1) - value(low));
  }
  let seen = 0;
  for (const i of order) {
    seen += probs[i] ?? 0;
    if (seen >= quantile - 1e-12) return samples[i] as number;
  }
  return samples[order.at(-1) ?? 0] as number;
}

function checkFinite(values: ArrayLike<number>): void {
  for (let k = 0; k < values.length; k++) {
    if (!Number.isFinite(values[k])) throw new RangeError(`reward ${k} is ${values[k]}`);
  }
}

/** The log-sigmoid-centred transform of the paper, $u_k = \log\sigma(r_k - r_{\text{ref}})$: the log-probability of beating the reference. */
export function lsc(rewards: ArrayLike<number>, reference: number): Float64Array {
  checkFinite(rewards);
  return Float64Array.from(rewards, (r) => logSigmoid(r - reference));
}

export const combinationRules = ["and", "or", "weightedSum", "logSigmoidUncentered", "probProduct", "min"] as const;
export type CombinationRule = (typeof combinationRules)[number];

export interface CombineOptions {
  /** Importance $\alpha_i$ of every reward; 1 is the paper's rule. For `weightedSum` the weights themselves. */
  weights?: readonly number[];
  /** Properties that must NOT hold: $\log\sigma(r_{\text{ref}} - r)$. */
  negate?: readonly boolean[];
}

/**
 * One utility from several rewards of the same K candidates, $p_i = \sigma(r_i - r_{i,\text{ref}})$:
 *
 * - `and` (the paper): $\sum_i \alpha_i \log p_i$, good on every count.
 * - `or`: $\log(1 - \prod_i (1 - p_i)^{\alpha_i})$, good on some count.
 * - `weightedSum`: $\sum_i w_i r_i$, the usual baseline.
 * - `logSigmoidUncentered`: $\sum_i \alpha_i \log\sigma(r_i)$, the transform without its centre.
 * - `probProduct`: $\prod_i p_i^{\alpha_i}$, the probability itself as utility.
 * - `min`: $\min_i (r_i - r_{i,\text{ref}})$.
 */
export function combineRewards(
  rewards: readonly ArrayLike<number>[],
  references: readonly number[],
  rule: CombinationRule,
  { weights, negate }: CombineOptions = {},
): Float64Array {
  const count = rewards[0]?.length ?? 0;
  if (count === 0) throw new RangeError("no rewards to combine");
  if (references.length !== rewards.length)
    throw new RangeError(`${references.length} references for ${rewards.length} rewards`);
  for (const row of rewards) {
    if (row.length !== count) throw new RangeError(`rewards of ${row.length} and ${count} candidates`);
    checkFinite(row);
  }
  const alpha = (i: number): number => weights?.[i] ?? 1;
  const sign = (i: number): number => (negate?.[i] ? -1 : 1);
  return Float64Array.from({ length: count }, (_, k) => {
    let sum = 0;
    let none = 0; // log-probability that no property holds
    let least = Number.POSITIVE_INFINITY;
    for (const [i, row] of rewards.entries()) {
      const reward = row[k] as number;
      const centred = sign(i) * (reward - (references[i] as number));
      if (rule === "weightedSum") sum += alpha(i) * sign(i) * reward;
      else if (rule === "logSigmoidUncentered") sum += alpha(i) * logSigmoid(sign(i) * reward);
      else sum += alpha(i) * logSigmoid(centred);
      none += alpha(i) * logSigmoid(-centred);
      least = Math.min(least, centred);
    }
    if (rule === "or") return log1mExp(none);
    if (rule === "min") return least;
    return rule === "probProduct" ? Math.exp(sum) : sum;
  });
}
