import { type Interval, meanInterval } from "../../../kit/stats.ts";

/**
 * The rank of LoRA that has a given error: between two ranks the logarithm of the error is taken as linear in the logarithm
 * of the rank; outside the ranks that were measured it is the nearest of them.
 */
export function matchingRank(ladder: readonly { rank: number; error: number }[], error: number): number {
  const steps = [...ladder].sort((a, b) => a.rank - b.rank);
  for (const [i, { rank, error: above }] of steps.entries()) {
    if (error < above) continue;
    const before = steps[i - 1];
    if (!before) return rank;
    const part = Math.log(before.error / error) / Math.log(before.error / above);
    return before.rank * (rank / before.rank) ** part;
  }
  return steps.at(-1)?.rank ?? Number.NaN;
}

/** How many times e the LoRA rank is that matches MoS of equivalent rank e, task by task. */
export function savingFactor(
  ladder: readonly { rank: number; errors: readonly number[] }[],
  ours: readonly number[],
  budget: number,
): Interval {
  return meanInterval(
    ours.map(
      (error, s) =>
        matchingRank(
          ladder.map(({ rank, errors }) => ({ rank, error: errors[s] ?? Number.NaN })),
          error,
        ) / budget,
    ),
  );
}
