import type { Random } from "../../../kit/random.ts";

/**
 * Scores whose order is a Plackett–Luce draw: $s_n = -\varphi n + \text{Gumbel}(0, 1)$ for n = 0..N−1, so that the true
 * order is 0, 1, 2, … and $\varphi$ says how far the systems lie apart. (The Gumbel location is the logarithm of the
 * Plackett–Luce weight; the notebooks published with the paper use the weight itself.)
 */
export function plackettLuceScores(systems: number, spread: number, random: Random): number[] {
  return Array.from({ length: systems }, (_, n) => -spread * n + random.gumbel());
}

/** Error of a ranking against the true order 0, 1, 2, …: Kendall distance over the number of pairs, ties ½. */
export function orderError(rank: readonly number[]): number {
  const n = rank.length;
  let wrong = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const difference = (rank[i] ?? 0) - (rank[j] ?? 0);
      wrong += difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
    }
  }
  return wrong / ((n * (n - 1)) / 2);
}
