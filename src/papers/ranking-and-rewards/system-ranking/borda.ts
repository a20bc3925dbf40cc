import {
  type Consensus,
  consensusBy,
  hasMissing,
  pairwisePreferences,
  rankColumn,
  type Scores,
  type TableOptions,
  tableShape,
} from "../rankings.ts";

export interface BordaOptions extends TableOptions {
  /** What to do with missing scores: refuse them (default), or compare each pair on the tasks both have. */
  missing?: "refuse" | "pairwise";
}

/**
 * Borda consensus (paper, section 3): rank the systems on every task and add up the ranks,
 * $B_n = \sum_t w_t\, r_{nt}$, smallest first. A 5-approximation of the Kemeny consensus in $O(T N \log N)$, and the rule
 * the paper recommends by default.
 *
 * With `missing: "pairwise"` the score is the mean, over the opponents that share a task, of the share of common tasks
 * lost (a tie is half a loss); on a complete table this orders exactly like the rank sums.
 */
export function bordaRanking(scores: Scores, options: BordaOptions = {}): Consensus {
  const { n, t } = tableShape(scores, options);
  if (hasMissing(scores)) {
    if (options.missing !== "pairwise")
      throw new RangeError('scores are missing; pass missing: "pairwise" to allow it');
    return bordaPairwise(scores, options);
  }
  const sums = new Float64Array(n);
  const column = new Float64Array(n);
  for (let task = 0; task < t; task++) {
    for (let i = 0; i < n; i++) column[i] = scores[i]?.[task] as number; // checked complete above
    const ranks = rankColumn(column, options.directions?.[task]);
    const weight = options.weights?.[task] ?? 1;
    for (let i = 0; i < n; i++) sums[i] = (sums[i] as number) + weight * (ranks[i] as number);
  }
  return consensusBy(Array.from(sums), "low");
}

function bordaPairwise(scores: Scores, options: TableOptions): Consensus {
  const n = scores.length;
  const preferences = pairwisePreferences(scores, options);
  const lossRates = scores.map((_, i) => {
    let total = 0;
    let opponents = 0;
    for (let j = 0; j < n; j++) {
      const won = preferences[i * n + j] as number;
      const lost = preferences[j * n + i] as number;
      if (i === j || won + lost === 0) continue;
      total += lost / (won + lost);
      opponents++;
    }
    if (opponents === 0) throw new RangeError(`system ${i} shares no task with any other system`);
    return total / opponents;
  });
  return consensusBy(lossRates, "low");
}
