import type { Random } from "../../../kit/random.ts";

/** Group 1 is the disadvantaged one. */
export const disadvantaged = 1;

/** Utility bias: every item of the disadvantaged group loses b, that is, its Plackett–Luce weight is multiplied by $e^{-b}$. */
export function biasByShift(logWeights: ArrayLike<number>, groups: readonly number[], b: number): Float64Array {
  return Float64Array.from(
    { length: logWeights.length },
    (_, i) => (logWeights[i] as number) - (groups[i] === disadvantaged ? b : 0),
  );
}

/**
 * Swap bias: from the latent ranking, every item of the disadvantaged group, from the last to the first, tries up to
 * `attempts` swaps with the next item below when that belongs to the other group, each with probability φ.
 */
export function biasBySwaps(
  ranking: readonly number[],
  groups: readonly number[],
  phi: number,
  attempts: number,
  random: Random,
): number[] {
  const biased = [...ranking];
  for (let start = biased.length - 1; start >= 0; start--) {
    const item = biased[start] as number; // start is in range
    if (groups[item] !== disadvantaged) continue;
    for (let at = start, tries = 0; at + 1 < biased.length && tries < attempts; at++, tries++) {
      const below = biased[at + 1] as number;
      if (groups[below] === disadvantaged || !random.bool(phi)) break;
      biased[at] = below;
      biased[at + 1] = item;
    }
  }
  return biased;
}

/** How well a score separates the items of the disadvantaged group, and how many rankings that asks for. */
export interface Separability {
  /** Mean over pairs of $(\mathbb E s_i - \mathbb E s_j)^2 / (\mathrm{Var}\, s_i + \mathrm{Var}\, s_j)$. */
  mean: number;
  /** The hardest pair. */
  min: number;
  /** $2 \ln(m/\delta) / \text{mean}$ with δ = 0.1: rankings that order most pairs. */
  suggestedN: number;
}

/** Separability from the per-voter scores of the items of one group (paper: the smoothness condition; operational form ours). */
export function separability(perVoter: Float64Array, n: number, m: number, items: readonly number[]): Separability {
  const moments = items.map((i) => {
    let sum = 0;
    let squares = 0;
    for (let v = 0; v < n; v++) {
      const s = perVoter[v * m + i] as number;
      sum += s;
      squares += s * s;
    }
    const mean = sum / n;
    return { mean, variance: Math.max(0, squares / n - mean * mean) };
  });
  let total = 0;
  let pairs = 0;
  let min = Number.POSITIVE_INFINITY;
  for (const [a, first] of moments.entries()) {
    for (const second of moments.slice(a + 1)) {
      const spread = first.variance + second.variance;
      const value = spread > 0 ? (first.mean - second.mean) ** 2 / spread : 0;
      total += value;
      pairs++;
      min = Math.min(min, value);
    }
  }
  const mean = pairs > 0 ? total / pairs : 0;
  return {
    mean,
    min: pairs > 0 ? min : 0,
    suggestedN: mean > 0 ? Math.ceil((2 * Math.log(m / 0.1)) / mean) : Number.POSITIVE_INFINITY,
  };
}
