import type { Random } from "../../kit/random.ts";

/**
 * Draws `n` rankings of the m items from Plackett–Luce with log-weights $\log w_i$, by sorting $\log w_i$ plus Gumbel noise.
 * Returns positions, row-major n × m: entry (v, i) is the place of item i in ranking v, 0 = best.
 */
export function plackettLucePositions(logWeights: ArrayLike<number>, n: number, random: Random): Int32Array {
  const m = logWeights.length;
  const positions = new Int32Array(n * m);
  const keys = new Float64Array(m);
  const order = new Int32Array(m);
  for (let v = 0; v < n; v++) {
    // Insertion sort: for some dozens of items it beats a sort with a comparison function several times over.
    for (let i = 0; i < m; i++) {
      const key = (logWeights[i] as number) + random.gumbel();
      let at = i;
      while (at > 0 && (keys[at - 1] as number) < key) {
        keys[at] = keys[at - 1] as number;
        order[at] = order[at - 1] as number;
        at--;
      }
      keys[at] = key;
      order[at] = i;
    }
    for (let place = 0; place < m; place++) positions[v * m + (order[place] as number)] = place;
  }
  return positions;
}

/** {@link plackettLucePositions} as lists of items, best first. */
export function plackettLuceRankings(logWeights: ArrayLike<number>, n: number, random: Random): number[][] {
  const m = logWeights.length;
  const positions = plackettLucePositions(logWeights, n, random);
  return Array.from({ length: n }, (_, v) => {
    const ranking = new Array<number>(m).fill(0);
    for (let i = 0; i < m; i++) ranking[positions[v * m + i] as number] = i;
    return ranking;
  });
}

/**
 * Maximum-likelihood Plackett–Luce weights of (possibly partial) rankings, by Hunter's minorise–maximise iteration:
 * $w_i \leftarrow \text{wins}_i \big/ \sum_{\text{choices with } i} 1/\sum_{j \text{ left}} w_j$, where every place of a
 * ranking but the last is a choice among the items not placed before. Items left out count as placed after all others. Half
 * an imaginary win and loss against an item of weight 1 keeps the weights finite. Returns log-weights with mean 0.
 */
export function fitPlackettLuce(rankings: readonly (readonly number[])[], m: number, iterations = 200): Float64Array {
  let weights = new Float64Array(m).fill(1);
  const wins = new Float64Array(m).fill(0.5);
  for (const ranking of rankings) {
    const choices = ranking.length === m ? m - 1 : ranking.length;
    for (let place = 0; place < choices; place++)
      wins[ranking[place] as number] = (wins[ranking[place] as number] as number) + 1;
  }
  for (let round = 0; round < iterations; round++) {
    const demand = Float64Array.from(weights, (w) => 1 / (w + 1));
    let total = 0;
    for (const w of weights) total += w;
    let commonDemand = 0; // of choices that every item takes part in but those placed earlier
    for (const ranking of rankings) {
      const choices = ranking.length === m ? m - 1 : ranking.length;
      let left = total;
      let sum = 0;
      for (let place = 0; place < choices; place++) {
        sum += 1 / left;
        const item = ranking[place] as number;
        demand[item] = (demand[item] as number) + sum;
        left -= weights[item] as number;
      }
      commonDemand += sum;
      for (let place = 0; place < choices; place++) {
        const item = ranking[place] as number;
        demand[item] = (demand[item] as number) - sum;
      }
    }
    const next = Float64Array.from(wins, (won, i) => won / ((demand[i] as number) + commonDemand));
    const change = next.reduce((most, w, i) => Math.max(most, Math.abs(Math.log(w / (weights[i] as number)))), 0);
    weights = next;
    if (change < 1e-9) break;
  }
  const logs = weights.map(Math.log);
  const mean = logs.reduce((sum, x) => sum + x, 0) / m;
  return logs.map((x) => x - mean);
}
