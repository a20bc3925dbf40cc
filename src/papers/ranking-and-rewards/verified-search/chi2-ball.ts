/**
 * $\chi^2(\pi \,\|\, \pi_b) = \sum_a \pi(a)^2 / \pi_b(a) - 1$; infinite where π plays what the base never does. The ball
 * $\Pi_\kappa = \{\pi : \chi^2 \le \kappa\}$ around the base policy holds the experts of the paper.
 */
export function chi2Divergence(policy: ArrayLike<number>, base: ArrayLike<number>): number {
  let sum = 0;
  for (let a = 0; a < base.length; a++) {
    const p = policy[a] ?? 0;
    const b = base[a] as number;
    if (p > 0) sum += b > 0 ? (p - b) ** 2 / b : Number.POSITIVE_INFINITY;
    else sum += b;
  }
  return sum;
}

/**
 * The most mass that a policy of the ball can put on a set of base probability $p$:
 * $q^* = \min(1,\; p + \sqrt{\kappa\, p (1-p)})$, by keeping the base's shape inside and outside the set. Throws unless
 * $0 < p < 1$ and $\kappa \ge 0$.
 */
export function chi2Best(p: number, kappa: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`p is ${p}, not inside (0, 1)`);
  checkKappa(kappa);
  return Math.min(1, p + Math.sqrt(kappa * p * (1 - p)));
}

export function checkKappa(kappa: number): void {
  if (!(kappa >= 0)) throw new RangeError(`κ is ${kappa}, not 0 or more`);
}

/** Throws unless `base` is a distribution: no negative mass, sum 1. */
export function checkDistribution(base: ArrayLike<number>): void {
  let sum = 0;
  for (let a = 0; a < base.length; a++) {
    const b = base[a] as number;
    if (!(b >= 0)) throw new RangeError(`action ${a} has base probability ${b}`);
    sum += b;
  }
  if (!(Math.abs(sum - 1) < 1e-9)) throw new RangeError(`the base probabilities sum to ${sum}, not 1`);
}

/**
 * $\arg\max_{\pi \in \Pi_\kappa} \sum_a \pi(a)\, v(a)$, exact. On its support S, which is a set of largest values, the
 * policy is $\pi(a) = \pi_b(a)\,(\alpha + \beta (v(a) - \bar v_S))$; the lowest values leave S while they would get
 * negative mass. Of several best policies it is the one closest to the base. $O(n \log n)$.
 */
export function bestInBall(values: ArrayLike<number>, base: ArrayLike<number>, kappa: number): Float64Array {
  checkKappa(kappa);
  checkDistribution(base);
  if (values.length !== base.length) throw new RangeError(`${values.length} values for ${base.length} actions`);
  const played = Array.from({ length: base.length }, (_, a) => a).filter((a) => (base[a] as number) > 0);
  for (const a of played)
    if (!Number.isFinite(values[a])) throw new RangeError(`the value of action ${a} is not finite`);
  played.sort((a, b) => (values[b] as number) - (values[a] as number));
  const policy = new Float64Array(base.length);
  let size = played.length;
  for (;;) {
    const { mass, mean, variance } = moments(played.slice(0, size), values, base, size === played.length);
    const lowest = values[played[size - 1] as number] as number;
    const spread = (kappa - (1 / mass - 1)) / (mass * variance);
    // One value left, or all alike: nothing is gained by leaving the base's shape.
    const slope = variance > 0 && lowest < (values[played[0] as number] as number) ? Math.sqrt(Math.max(0, spread)) : 0;
    if (slope > 0 && 1 / mass + slope * (lowest - mean) < 0) {
      while (size > 1 && values[played[size - 1] as number] === lowest) size -= 1;
      continue;
    }
    for (const a of played.slice(0, size))
      policy[a] = (base[a] as number) * (1 / mass + slope * ((values[a] as number) - mean));
    return policy;
  }
}

/** Mass of a set under the base, exactly 1 if it is `whole`, and mean and variance of the values given the set. */
function moments(actions: readonly number[], values: ArrayLike<number>, base: ArrayLike<number>, whole: boolean) {
  let mass = 0;
  let mean = 0;
  for (const a of actions) {
    const b = base[a] as number;
    mass += b;
    mean += (b / mass) * ((values[a] as number) - mean);
  }
  let variance = 0;
  for (const a of actions) variance += ((base[a] as number) / mass) * ((values[a] as number) - mean) ** 2;
  return { mass: whole ? 1 : mass, mean, variance };
}
