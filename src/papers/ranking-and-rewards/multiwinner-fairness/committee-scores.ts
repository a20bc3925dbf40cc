/** Committee scores of the paper (section 2); `sntv`, `bloc` and `borda` add up over members, `cc` and `pav` are submodular. */
export const scoreNames = ["sntv", "bloc", "borda", "cc", "pav"] as const;
export type ScoreName = (typeof scoreNames)[number];
export type AdditiveScore = "sntv" | "bloc" | "borda";

export function isAdditive(score: ScoreName): score is AdditiveScore {
  return score === "sntv" || score === "bloc" || score === "borda";
}

/**
 * Positions of the items in every ranking, row-major n × m, 0 = best and −1 = not ranked. Throws on an item that stands twice
 * or is not below m, and on an empty list.
 */
export function positions(rankings: readonly (readonly number[])[], m: number): Int32Array {
  if (rankings.length === 0) throw new RangeError("no rankings");
  const table = new Int32Array(rankings.length * m).fill(-1);
  for (const [v, ranking] of rankings.entries()) {
    for (const [place, item] of ranking.entries()) {
      if (!(Number.isInteger(item) && item >= 0 && item < m))
        throw new RangeError(`ranking ${v} names item ${item} of ${m}`);
      if (table[v * m + item] !== -1) throw new RangeError(`ranking ${v} names item ${item} twice`);
      table[v * m + item] = place;
    }
  }
  return table;
}

/**
 * Borda points $m - 1 - \text{pos}$ of every entry; items that a voter left out share the mean of the places left,
 * $(m - 1 - r)/2$ for r ranked items.
 */
export function bordaPoints(pos: Int32Array, n: number, m: number): Float64Array {
  const points = new Float64Array(n * m);
  for (let v = 0; v < n; v++) {
    let ranked = 0;
    for (let i = 0; i < m; i++) if ((pos[v * m + i] as number) >= 0) ranked++;
    const rest = (m - 1 - ranked) / 2;
    for (let i = 0; i < m; i++) {
      const place = pos[v * m + i] as number;
      points[v * m + i] = place >= 0 ? m - 1 - place : rest;
    }
  }
  return points;
}

/**
 * Mean over voters of an item's own score: first places (`sntv`, $[\text{pos} = 0]$), places among the first k (`bloc`), or
 * Borda points.
 */
export function itemScores(pos: Int32Array, n: number, m: number, score: AdditiveScore, k: number): Float64Array {
  const scores = new Float64Array(m);
  const points = score === "borda" ? bordaPoints(pos, n, m) : undefined;
  for (let v = 0; v < n; v++) {
    for (let i = 0; i < m; i++) {
      const place = pos[v * m + i] as number;
      const gain = points ? (points[v * m + i] as number) : place >= 0 && place < (score === "sntv" ? 1 : k) ? 1 : 0;
      scores[i] = (scores[i] as number) + gain;
    }
  }
  return scores.map((total) => total / n);
}

/**
 * Score of a committee, mean over voters. `cc` (ℓ₁ Chamberlin–Courant): Borda points of the voter's best member. `pav`:
 * $\sum_{j=1}^{h} 1/j$ for h members among the voter's first k. The others: sum of {@link itemScores}.
 */
export function committeeScore(
  pos: Int32Array,
  n: number,
  m: number,
  score: ScoreName,
  committee: readonly number[],
  k: number,
): number {
  if (isAdditive(score)) {
    const scores = itemScores(pos, n, m, score, k);
    return committee.reduce((sum, item) => sum + (scores[item] ?? 0), 0);
  }
  if (committee.length === 0) return 0;
  const points = score === "cc" ? bordaPoints(pos, n, m) : undefined;
  let total = 0;
  for (let v = 0; v < n; v++) {
    let best = 0;
    let hits = 0;
    for (const item of committee) {
      if (points) best = Math.max(best, points[v * m + item] as number);
      const place = pos[v * m + item] as number;
      if (place >= 0 && place < k) hits++;
    }
    if (points) total += best;
    else for (let j = 1; j <= hits; j++) total += 1 / j;
  }
  return total / n;
}
