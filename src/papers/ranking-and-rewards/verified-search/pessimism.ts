import { solveProgram } from "../../../kit/highs.ts";
import { bestInBall, checkDistribution, checkKappa } from "./chi2-ball.ts";

/** One base rollout with its annotated outcome: the action taken and the reward it was given. */
export interface Rollout {
  action: number;
  reward: number;
}

/** A finite class $\mathcal R$ of reward functions over the actions, and how far a member may miss the annotations. */
export interface RewardClass {
  /** One reward an action, for every member. */
  members: readonly ArrayLike<number>[];
  /** Radius γ of the version space, in the units of `loss`; 0 when annotations are exact and the truth is in the class. */
  gamma?: number;
  /** Sum of squared errors (paper, algorithm 1), or number of rollouts missed (algorithm 2, for 0/1 correctness). */
  loss?: "squared" | "zero-one";
}

/** The thresholds over K ordered actions: member j gives 1 from action j on, j = 0, …, K. */
export function thresholdRewards(actions: number): RewardClass {
  return {
    members: Array.from({ length: actions + 1 }, (_, j) => Float64Array.from({ length: actions }, (_, a) => +(a >= j))),
  };
}

/**
 * The version space $\mathcal R_\gamma = \{\hat r \in \mathcal R : \sum_i (\hat r(\tau_i) - r_i)^2 \le \gamma\}$: the members
 * that agree with the annotated rollouts. Throws on an empty class, ragged members, unknown actions, rewards that are not
 * finite, and when nothing agrees.
 */
export function versionSpace(
  rollouts: readonly Rollout[],
  actions: number,
  { members, gamma = 0, loss = "squared" }: RewardClass,
): Float64Array[] {
  if (members.length === 0) throw new RangeError("the reward class is empty");
  if (!(gamma >= 0)) throw new RangeError(`γ is ${gamma}, not 0 or more`);
  for (const [i, { action, reward }] of rollouts.entries()) {
    if (!Number.isInteger(action) || action < 0 || action >= actions)
      throw new RangeError(`rollout ${i} takes action ${action}; there are ${actions}`);
    if (!Number.isFinite(reward)) throw new RangeError(`the reward of rollout ${i} is not finite`);
  }
  const misses = members.map((member, j) => {
    if (member.length !== actions) throw new RangeError(`member ${j} has ${member.length} rewards, not ${actions}`);
    for (let a = 0; a < actions; a++)
      if (!Number.isFinite(member[a])) throw new RangeError(`member ${j} has a reward that is not finite`);
    return rollouts.reduce((sum, { action, reward }) => {
      const miss = (member[action] as number) - reward;
      return sum + (loss === "squared" ? miss * miss : +(Math.abs(miss) > 1e-9));
    }, 0);
  });
  const kept = members.filter((_, j) => (misses[j] as number) <= gamma + 1e-9);
  if (kept.length === 0)
    throw new RangeError(
      `no member of the reward class agrees with the rollouts within γ = ${gamma}; the closest misses by ${Math.min(...misses)}`,
    );
  return kept.map((member) => Float64Array.from(member));
}

/**
 * The paper's simple verifier-based method (algorithm 1; algorithm 2 with the zero-one loss):
 * $\hat\pi = \arg\max_{\pi \in \Pi_\kappa} \min_{\hat r \in \mathcal R_\gamma} \mathbb E_\pi\, \hat r$, for one prompt with finitely
 * many actions. Where one member lies below all others it alone counts, and the answer is exact; else the worst cases are
 * balanced by linear programs (HiGHS) to about $10^{-7}$ of the largest reward. The result is in the ball and sums to 1.
 */
export async function pessimisticPolicy(
  rollouts: readonly Rollout[],
  base: ArrayLike<number>,
  kappa: number,
  rewardClass: RewardClass,
): Promise<Float64Array> {
  checkKappa(kappa);
  checkDistribution(base);
  const space = distinct(versionSpace(rollouts, base.length, rewardClass));
  const lowest = space.find((low) => space.every((other) => other.every((r, a) => r >= (low[a] as number))));
  return lowest ? bestInBall(lowest, base, kappa) : balance(space, base, kappa);
}

/** What pessimism guards against: $\arg\max_\pi \max_{\hat r \in \mathcal R_\gamma} \mathbb E_\pi\, \hat r$ over the same version space. */
export function optimisticPolicy(
  rollouts: readonly Rollout[],
  base: ArrayLike<number>,
  kappa: number,
  rewardClass: RewardClass,
): Float64Array {
  const policies = versionSpace(rollouts, base.length, rewardClass).map((rewards) => {
    const policy = bestInBall(rewards, base, kappa);
    return { policy, value: expectation(policy, rewards) };
  });
  return policies.reduce((best, other) => (other.value > best.value + 1e-12 ? other : best)).policy;
}

function expectation(policy: ArrayLike<number>, rewards: ArrayLike<number>): number {
  let sum = 0;
  for (let a = 0; a < rewards.length; a++) sum += (policy[a] as number) * (rewards[a] as number);
  return sum;
}

function distinct(members: readonly Float64Array[]): Float64Array[] {
  return [...new Map(members.map((member) => [member.join(), member])).values()];
}

/**
 * Solves the game between policies of the ball and members of the version space by growing the list of policies: a linear
 * program finds the worst mixture of members against the policies so far, and {@link bestInBall} answers it exactly. The value
 * of that answer bounds the game from above, the best mixture of policies, which is in the ball as well, from below.
 */
async function balance(space: readonly Float64Array[], base: ArrayLike<number>, kappa: number): Promise<Float64Array> {
  const scale = Math.max(...space.map((rewards) => Math.max(...rewards.map(Math.abs)))) || 1;
  const policies = space.map((rewards) => bestInBall(rewards, base, kappa));
  const payoffs = policies.map((policy) => space.map((rewards) => expectation(policy, rewards) / scale));
  for (let round = 0; round < 500; round++) {
    const members = await maximin(space.map((_, j) => payoffs.map((row) => -(row[j] as number))));
    const mixed = Float64Array.from(base, (_, a) =>
      expectation(
        members,
        space.map((rewards) => rewards[a] as number),
      ),
    );
    const policy = bestInBall(mixed, base, kappa);
    const upper = expectation(policy, mixed) / scale;
    const lower = Math.max(...payoffs.map((row) => expectation(members, row)));
    if (upper - lower < 1e-7) break;
    policies.push(policy);
    payoffs.push(space.map((rewards) => expectation(policy, rewards) / scale));
  }
  const weights = await maximin(payoffs);
  return Float64Array.from(base, (_, a) =>
    expectation(
      weights,
      policies.map((policy) => policy[a] as number),
    ),
  );
}

/** Mixture over the rows of a matrix game that maximises the least expected payoff over its columns. */
async function maximin(payoffs: readonly (readonly number[])[]): Promise<Float64Array> {
  const term = (coefficient: number, i: number): string =>
    `${coefficient < 0 ? "-" : "+"} ${Math.abs(coefficient)} w${i}`;
  const columns = (payoffs[0] ?? []).map(
    (_, j) => ` ${payoffs.map((row, i) => term(row[j] as number, i)).join(" ")} - t >= 0`,
  );
  const { values } = await solveProgram(
    `Maximize\n t\nSubject To\n${columns.join("\n")}\n ${payoffs.map((_, i) => term(1, i)).join(" ")} = 1\nBounds\n t free\nEnd\n`,
  );
  const weights = Float64Array.from(payoffs, (_, i) => Math.max(0, values[`w${i}`] ?? 0));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}
