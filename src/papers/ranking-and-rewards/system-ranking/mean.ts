import { type Consensus, consensusBy, type Scores, type TableOptions, tableShape } from "../rankings.ts";

export interface MeanOptions extends TableOptions {
  /** Per task: leave as it is, subtract mean and divide by standard deviation, or map to [0, 1]. */
  normalize?: "none" | "zscore" | "minmax";
}

/**
 * The usual leaderboard: the (weighted) mean of the scores, after turning lower-is-better tasks around and optionally
 * normalising each task. Missing scores are left out of their system's mean. A task on which all systems agree is 0 after
 * normalisation.
 */
export function meanRanking(scores: Scores, options: MeanOptions = {}): Consensus {
  const { n, t } = tableShape(scores, options);
  const sums = new Float64Array(n);
  const totals = new Float64Array(n);
  for (let task = 0; task < t; task++) {
    const sign = options.directions?.[task] === "lower" ? -1 : 1;
    const weight = options.weights?.[task] ?? 1;
    const { shift, scale } = normalizer(scores, task, sign, options.normalize ?? "none");
    for (let i = 0; i < n; i++) {
      const value = scores[i]?.[task] ?? null;
      if (value === null) continue;
      sums[i] = (sums[i] as number) + weight * (sign * value - shift) * scale;
      totals[i] = (totals[i] as number) + weight;
    }
  }
  const means = Array.from(sums, (sum, i) => {
    const total = totals[i] as number;
    if (total === 0) throw new RangeError(`system ${i} has no score`);
    return sum / total;
  });
  return consensusBy(means, "high");
}

function normalizer(scores: Scores, task: number, sign: number, kind: "none" | "zscore" | "minmax") {
  if (kind === "none") return { shift: 0, scale: 1 };
  let count = 0;
  let sum = 0;
  let squares = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const row of scores) {
    const value = row[task] ?? null;
    if (value === null) continue;
    const x = sign * value;
    count++;
    sum += x;
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  const middle = sum / count;
  for (const row of scores) {
    const value = row[task] ?? null;
    if (value !== null) squares += (sign * value - middle) ** 2;
  }
  if (kind === "minmax") return { shift: low, scale: high > low ? 1 / (high - low) : 0 };
  const deviation = Math.sqrt(squares / count);
  return { shift: middle, scale: deviation > 0 ? 1 / deviation : 0 };
}
