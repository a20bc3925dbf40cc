/** A policy over the candidates of one prompt. */
export interface Tilted {
  probs: Float64Array;
  /** $\mathrm{KL}(\pi \,\|\, \pi_0)$ in nats. */
  kl: number;
  /** $\gamma \log \sum_k b_k e^{u_k/\gamma}$, the optimum of $\mathbb E_\pi u - \gamma\,\mathrm{KL}$. */
  value: number;
}

function baseOf(count: number, base: ArrayLike<number> | undefined): ArrayLike<number> {
  if (!base) return new Float64Array(count).fill(1 / count);
  if (base.length !== count) throw new RangeError(`base policy of ${base.length} and ${count} candidates`);
  let total = 0;
  for (let k = 0; k < count; k++) {
    if (!((base[k] as number) >= 0)) throw new RangeError(`base probability ${k} is ${base[k]}`);
    total += base[k] as number;
  }
  if (Math.abs(total - 1) > 1e-6) throw new RangeError(`base probabilities sum to ${total}, not 1`);
  return base;
}

/**
 * The KL-regularised optimum over finitely many candidates, $\pi_k \propto b_k e^{u_k/\gamma}$: the exact solution of
 * $\max_\pi \mathbb E_\pi u - \gamma\,\mathrm{KL}(\pi\|b)$ that alignment approaches by training (paper, section 2).
 */
export function tilt(utility: ArrayLike<number>, gamma: number, base?: ArrayLike<number>): Tilted {
  if (!(gamma > 0)) throw new RangeError(`strength γ = ${gamma} is not above 0`);
  const b = baseOf(utility.length, base);
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < utility.length; k++) if ((b[k] as number) > 0) top = Math.max(top, utility[k] as number);
  const probs = new Float64Array(utility.length);
  let total = 0;
  for (let k = 0; k < utility.length; k++) {
    const weight = (b[k] as number) * Math.exp(((utility[k] as number) - top) / gamma);
    probs[k] = weight;
    total += weight;
  }
  let kl = 0;
  for (let k = 0; k < utility.length; k++) {
    const p = (probs[k] as number) / total;
    probs[k] = p;
    if (p > 0) kl += p * Math.log(p / (b[k] as number));
  }
  return { probs, kl: Math.max(0, kl), value: top + gamma * Math.log(total) };
}

/** KL of the tilted policy alone, without building it: $\mathbb E_\pi[(u - u_{\max})/\gamma] - \log Z$. */
function tiltedKl(utility: ArrayLike<number>, base: ArrayLike<number>, gamma: number, top: number): number {
  let total = 0;
  let weighted = 0;
  for (let k = 0; k < utility.length; k++) {
    const scaled = ((utility[k] as number) - top) / gamma;
    const weight = (base[k] as number) * Math.exp(scaled);
    total += weight;
    if (weight > 0) weighted += weight * scaled;
  }
  return Math.max(0, weighted / total - Math.log(total));
}

/** The KL of the policy that keeps only the best candidates: no γ reaches more. */
function supremum(utility: ArrayLike<number>, base: ArrayLike<number>): number {
  let top = Number.NEGATIVE_INFINITY;
  let mass = 0;
  for (let k = 0; k < utility.length; k++) {
    const u = utility[k] as number;
    if (!((base[k] as number) > 0)) continue;
    if (u > top) {
      top = u;
      mass = 0;
    }
    if (u === top) mass += base[k] as number;
  }
  return -Math.log(mass);
}

export interface Matched {
  gamma: number;
  policies: Float64Array[];
  /** Mean KL over the prompts. */
  kl: number;
}

/**
 * Finds the one γ at which the mean KL over all prompts is `targetKl`, by bisection on $\log\gamma$ (the KL falls with γ).
 * Rules are compared at equal KL, never at equal γ, since their utilities have different units. Throws when the target is
 * out of reach for this utility.
 */
export function matchKl(
  utilities: readonly ArrayLike<number>[],
  targetKl: number,
  bases?: readonly (ArrayLike<number> | undefined)[],
): Matched {
  if (utilities.length === 0) throw new RangeError("no prompts");
  const all = utilities.map((u, p) => baseOf(u.length, bases?.[p]));
  const tops = utilities.map((u, p) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < u.length; k++) if ((all[p]?.[k] as number) > 0) top = Math.max(top, u[k] as number);
    return top;
  });
  const most = utilities.reduce((sum, u, p) => sum + supremum(u, all[p] as ArrayLike<number>), 0) / utilities.length;
  if (!(targetKl > 0 && targetKl < most)) {
    throw new RangeError(
      `a mean KL of ${targetKl} nats is not between 0 and ${most.toPrecision(4)}, the most this utility can reach`,
    );
  }
  const klAt = (logGamma: number): number => {
    const gamma = Math.exp(logGamma);
    return (
      utilities.reduce((sum, u, p) => sum + tiltedKl(u, all[p] as ArrayLike<number>, gamma, tops[p] as number), 0) /
      utilities.length
    );
  };
  let low = -2;
  let high = 2;
  while (klAt(low) < targetKl && low > -60) low *= 2;
  while (klAt(high) > targetKl && high < 60) high *= 2;
  let middle = (low + high) / 2;
  for (let step = 0; step < 100; step++) {
    const kl = klAt(middle);
    if (Math.abs(kl - targetKl) < 1e-9) break;
    if (kl > targetKl) low = middle;
    else high = middle;
    middle = (low + high) / 2;
  }
  const gamma = Math.exp(middle);
  const tilted = utilities.map((u, p) => tilt(u, gamma, bases?.[p]));
  return {
    gamma,
    policies: tilted.map(({ probs }) => probs),
    kl: tilted.reduce((sum, t) => sum + t.kl, 0) / tilted.length,
  };
}
