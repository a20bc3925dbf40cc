/**
 * What a stakeholder values: $U = \sum_g w_g\,u(s_g)$ with $u$ increasing and concave, or the lowest score (`maximin`).
 * `atkinson` is isoelastic, $u(s) = s^{1-\eta}/(1-\eta)$ and $\ln s$ for $\eta = 1$: the larger η, the more a low score counts;
 * η = 0 is `identity`.
 */
export type Utility =
  | { kind: "identity" }
  | { kind: "atkinson"; eta: number }
  | { kind: "maximin" }
  | { kind: "custom"; u(s: number): number; du(s: number): number };

/** `identity`, `log`, `maximin`, or `atkinson:η`; throws RangeError for anything else. */
export function parseUtility(text: string): Utility {
  if (text === "identity" || text === "maximin") return { kind: text };
  if (text === "log") return { kind: "atkinson", eta: 1 };
  const eta = /^atkinson:(\d+(?:\.\d+)?)$/.exec(text)?.[1];
  if (eta === undefined) throw new RangeError(`"${text}" is not identity, log, maximin or atkinson:η`);
  return { kind: "atkinson", eta: Number(eta) };
}

/** $u(s)$: −∞ where an Atkinson utility has no value. For `maximin` the score itself. */
export function worth(utility: Utility, score: number): number {
  if (utility.kind === "custom") return utility.u(score);
  if (utility.kind !== "atkinson" || utility.eta === 0) return score;
  if (score < 0 || (score === 0 && utility.eta >= 1)) return Number.NEGATIVE_INFINITY;
  return utility.eta === 1 ? Math.log(score) : score ** (1 - utility.eta) / (1 - utility.eta);
}

/** $u'(s)$: ∞ where an Atkinson utility has no value, so that such a group comes first. */
export function marginalWorth(utility: Utility, score: number): number {
  if (utility.kind === "custom") return utility.du(score);
  if (utility.kind !== "atkinson" || utility.eta === 0) return 1;
  return score <= 0 ? Number.POSITIVE_INFINITY : score ** -utility.eta;
}

/**
 * $U$ of all groups' scores. Throws RangeError where an Atkinson utility has no value: `names` (or the position) say for which
 * group.
 */
export function totalUtility(
  utility: Utility,
  scores: readonly number[],
  weights: readonly number[],
  names?: readonly string[],
): number {
  if (utility.kind === "maximin") return Math.min(...scores);
  return scores.reduce((sum, score, g) => {
    const u = worth(utility, score);
    if (u === Number.NEGATIVE_INFINITY) {
      const group = names?.[g] ?? `group ${g + 1}`;
      throw new RangeError(`this utility needs scores above 0 and that of ${group} is ${score}`);
    }
    return sum + (weights[g] as number) * u;
  }, 0);
}
