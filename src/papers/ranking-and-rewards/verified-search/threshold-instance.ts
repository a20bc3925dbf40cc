import type { Random } from "../../../kit/random.ts";
import { quantile } from "../../../kit/stats.ts";
import { checkKappa, chi2Best } from "./chi2-ball.ts";

/**
 * The exact instance on which the two ways of learning are compared. A strategy $s \in [0,1]$ solves the prompt at once when
 * $s \ge \theta$ and never otherwise, so its return is $H\,1[s \ge \theta]$; the base policy is uniform, $p = 1 - \theta$ is
 * unknown to the learner, and the reward class is that of all thresholds. The return of the base has standard deviation
 * $\sigma_b = H\sqrt{p(1-p)}$, and the best policy of the χ² ball earns $J^* = H q^*$ with $q^*$ from {@link chi2Best}.
 */
export interface InstanceOptions {
  /** Tokens allowed, H. */
  H: number;
  /** Expert traces (verifier-free), or base rollouts with annotated outcomes (verifier-based). */
  n: number;
  /** Share of base strategies that solve the prompt. */
  p: number;
  /** Radius of the χ² ball of the experts. */
  kappa: number;
  /** Independent repetitions. */
  reps: number;
  random: Random;
}

/** Loss $J^* - J(\hat\pi)$ over repetitions, in tokens. */
export interface Shortfall {
  rms: number;
  /** 80th percentile: what one learner in five exceeds. */
  q80: number;
  mean: number;
}

/**
 * Shortfall of verifier-free learning: the maximum-likelihood clone of n traces of the best expert in the ball plays their
 * empirical distribution, $J = H \cdot \#\text{good}/n$. Its mean is 0, for the clone is unbiased; what the theorem bounds is
 * the loss with constant probability, $\text{RMS} = H\sqrt{q^*(1-q^*)/n}$.
 */
export function verifierFreeShortfall(options: InstanceOptions): Shortfall {
  const { H, n, p, kappa, random } = options;
  checkInstance(options);
  const best = chi2Best(p, kappa);
  return summarise(options, () => H * (best - random.binomial(n, best) / n));
}

export interface VerifierBasedOptions extends InstanceOptions {
  /** Which member of the version space is believed: the one that rewards least (paper), or the one that rewards most. */
  view?: "pessimistic" | "optimistic";
  /** `shuffled`: the annotations belong to other rollouts, and verify nothing. */
  outcomes?: "true" | "shuffled";
}

/**
 * Shortfall of verifier-based learning (algorithm 1). Of n annotated base samples the smallest rewarded one is the pessimistic
 * threshold $\hat\theta$, $\hat p = 1 - \hat\theta \le p$; the learner puts $\hat q = \min(1, \hat p + \sqrt{\kappa \hat p (1 - \hat p)})$
 * on $[\hat\theta, 1]$ and earns $J = H(\hat q + (1 - \hat q)(p - \hat p)/(1 - \hat p))$. Without a rewarded sample it stays at the
 * base, $J = H p$. The shortfall is $\Theta(H/n)$.
 */
export function verifierBasedShortfall(options: VerifierBasedOptions): Shortfall {
  const { H, n, p, kappa, random } = options;
  checkInstance(options);
  const best = chi2Best(p, kappa);
  return summarise(options, () => H * (best - success(believedRate(options, random.binomial(n, p)), p, kappa)));
}

/**
 * The rate $\hat p$ that the learner believes in when m of n samples were rewarded. The largest of m uniforms is $U^{1/m}$, so the
 * smallest rewarded sample leaves $\hat p = p\,U^{1/m}$, with $\mathbb E[p - \hat p] = p/(m+1)$.
 */
export function believedRate(
  { n, p, random, view = "pessimistic", outcomes = "true" }: VerifierBasedOptions,
  m: number,
): number {
  const [good, bad] = outcomes === "true" ? [p, 1 - p] : [1, 1];
  if (view === "pessimistic") return m > 0 ? good * (1 - random.float()) ** (1 / m) : 0;
  return n > m ? 1 - bad * (1 - random.float()) ** (1 / (n - m)) : 1;
}

/**
 * True success rate of the best policy for a good set believed to have base mass `believed`: the believed set gets
 * {@link chi2Best} of it. Too small a set misses some of what is good, too large a one spends mass on what is not.
 */
export function success(believed: number, p: number, kappa: number): number {
  if (believed <= 0 || believed >= 1) return p;
  const q = chi2Best(believed, kappa);
  return believed <= p ? q + ((1 - q) * (p - believed)) / (1 - believed) : (q * p) / believed;
}

function checkInstance({ H, n, p, kappa, reps }: InstanceOptions): void {
  if (!(H > 0)) throw new RangeError(`H is ${H}, not positive`);
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`n is ${n}, not 1 or more`);
  if (!Number.isInteger(reps) || reps < 1) throw new RangeError(`${reps} repetitions`);
  if (!(p > 0 && p < 1)) throw new RangeError(`p is ${p}, not inside (0, 1)`);
  checkKappa(kappa);
}

function summarise({ reps }: InstanceOptions, draw: () => number): Shortfall {
  const losses: number[] = [];
  let sum = 0;
  let squares = 0;
  for (let r = 0; r < reps; r++) {
    const loss = draw();
    losses.push(loss);
    sum += loss;
    squares += loss * loss;
  }
  return { rms: Math.sqrt(squares / reps), q80: quantile(losses, 0.8), mean: sum / reps };
}
