import { quantile } from "../../../kit/stats.ts";

/** True rewards of the candidates of one prompt, one row a property. */
export interface TruePrompt {
  truth: readonly ArrayLike<number>[];
  base?: ArrayLike<number>;
  /** Candidates whose proxy reward was gamed. */
  hacked?: ArrayLike<number>;
}

export interface RewardReport {
  /** Probability that an answer of the policy beats an independent base answer, by property. */
  winRate: number[];
  /** Beats it on every property: $\mathbb E\, \prod_i \sigma(T_i - T_i')$. */
  jointWinRate: number;
  /** Tenth percentile over prompts of the win rate, by property. */
  p10: number[];
  /** Probability mass on gamed candidates. */
  hackMass: number;
  kl: number;
  klStdAcrossPrompts: number;
}

/** Chances of every candidate against a base answer: by property, and on all of them together. */
interface Chances {
  single: Float64Array[];
  joint: Float64Array;
}

const known = new WeakMap<TruePrompt, Chances>();

/** The chances do not depend on the policy, so each prompt's $K^2$ pairs are summed once however many policies are judged. */
function chancesOf(prompt: TruePrompt): Chances {
  const found = known.get(prompt);
  if (found) return found;
  const { truth, base } = prompt;
  const count = truth[0]?.length ?? 0;
  const single = truth.map(() => new Float64Array(count));
  const joint = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    for (let j = 0; j < count; j++) {
      const weight = base?.[j] ?? 1 / count;
      let all = weight;
      for (const [i, row] of truth.entries()) {
        const win = 1 / (1 + Math.exp((row[j] as number) - (row[k] as number)));
        const own = single[i] as Float64Array;
        own[k] = (own[k] as number) + weight * win;
        all *= win;
      }
      joint[k] = (joint[k] as number) + all;
    }
  }
  const chances = { single, joint };
  known.set(prompt, chances);
  return chances;
}

/** Judges aligned policies with the true rewards, which no rule has seen. Exact: $O(K^2 m)$ once a prompt, then $O(K)$ a policy. */
export function rewardReport(policies: readonly Float64Array[], prompts: readonly TruePrompt[]): RewardReport {
  if (policies.length !== prompts.length)
    throw new RangeError(`${policies.length} policies for ${prompts.length} prompts`);
  const properties = prompts[0]?.truth.length ?? 0;
  const perPrompt = prompts.map((prompt, p) => judgePrompt(policies[p] as Float64Array, prompt));
  const mean = (of: (r: (typeof perPrompt)[number]) => number): number =>
    perPrompt.reduce((sum, r) => sum + of(r), 0) / perPrompt.length;
  const kl = mean((r) => r.kl);
  return {
    winRate: Array.from({ length: properties }, (_, i) => mean((r) => r.wins[i] ?? 0)),
    jointWinRate: mean((r) => r.joint),
    p10: Array.from({ length: properties }, (_, i) =>
      quantile(
        perPrompt.map((r) => r.wins[i] ?? 0),
        0.1,
      ),
    ),
    hackMass: mean((r) => r.hacked),
    kl,
    klStdAcrossPrompts: Math.sqrt(mean((r) => (r.kl - kl) ** 2)),
  };
}

function judgePrompt(policy: Float64Array, prompt: TruePrompt) {
  const { base, hacked } = prompt;
  const { single, joint } = chancesOf(prompt);
  const expect = (values: ArrayLike<number>): number =>
    policy.reduce((sum, p, k) => sum + p * (values[k] as number), 0);
  const kl = policy.reduce((sum, p, k) => sum + (p > 0 ? p * Math.log(p / (base?.[k] ?? 1 / policy.length)) : 0), 0);
  return { wins: single.map(expect), joint: expect(joint), hacked: hacked ? expect(hacked) : 0, kl };
}
