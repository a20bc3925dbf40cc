/** Score tables, rankings with ties, and the distances between them; shared by the papers of the field. */

/** Which end of a score is good. */
export type Direction = "higher" | "lower";

/**
 * Scores $S_{nt}$ of systems $n = 1..N$ (rows) on tasks $t = 1..T$ (columns). `null` is a missing score; `NaN` and infinite
 * values are errors.
 */
export type Scores = readonly (readonly (number | null)[])[];

/** A consensus of rankings. All lists are by system, in the order of the rows. */
export interface Consensus {
  /** Systems from best to worst; systems with equal scores stand in input order and share their rank. */
  order: number[];
  /** Rank of every system, 1 = best; ties get the average of the ranks they span. */
  rank: number[];
  /** What was sorted: ascending for rank sums, descending for means. */
  score: number[];
}

/** A weight a task, 1 by default. */
export interface TableOptions {
  /** One per task; "higher" by default. */
  directions?: readonly Direction[];
  /** Non-negative votes of the tasks; near-duplicate metrics can share one. */
  weights?: readonly number[];
}

/** Numbers of systems and tasks. Throws on fewer than two systems, no task, ragged rows, and values that are not finite. */
export function tableShape(scores: Scores, { directions, weights }: TableOptions = {}): { n: number; t: number } {
  const n = scores.length;
  const t = scores[0]?.length ?? 0;
  if (n < 2) throw new RangeError(`a ranking needs two or more systems, got ${n}`);
  if (t < 1) throw new RangeError("a ranking needs one or more tasks, got none");
  scores.forEach((row, i) => {
    if (row.length !== t) throw new RangeError(`row ${i} has ${row.length} scores and row 0 has ${t}`);
    row.forEach((value, j) => {
      if (value !== null && !Number.isFinite(value))
        throw new RangeError(`score of system ${i} on task ${j} is ${value}`);
    });
  });
  if (directions && directions.length !== t) throw new RangeError(`${directions.length} directions for ${t} tasks`);
  if (weights) {
    if (weights.length !== t) throw new RangeError(`${weights.length} weights for ${t} tasks`);
    weights.forEach((w, j) => {
      if (!(w >= 0 && Number.isFinite(w)))
        throw new RangeError(`weight of task ${j} is ${w}, not a non-negative number`);
    });
    if (weights.every((w) => w === 0)) throw new RangeError("all task weights are 0");
  }
  return { n, t };
}

/** True when some score is missing. */
export function hasMissing(scores: Scores): boolean {
  return scores.some((row) => row.includes(null));
}

/**
 * Ranks of one column, 1 = best. Equal scores share the average of the ranks they span, so that the ranks always sum to
 * $N(N+1)/2$ and row order never decides.
 */
export function rankColumn(scores: ArrayLike<number>, direction: Direction = "higher"): Float64Array {
  const n = scores.length;
  const sign = direction === "higher" ? -1 : 1;
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = sign * (scores[i] as number);
  // Sorting plain numbers is several times faster than sorting positions with a comparison, and finding them again is cheap.
  const sorted = keys.slice().sort();
  const shared = new Float64Array(n); // rank of the run of equal keys that starts here
  for (let start = 0; start < n; ) {
    let end = start + 1;
    while (end < n && sorted[end] === sorted[start]) end++;
    shared[start] = (start + 1 + end) / 2;
    start = end;
  }
  const ranks = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const key = keys[i] as number;
    let low = 0;
    let high = n;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    ranks[i] = shared[low] as number;
  }
  return ranks;
}

/** The consensus that sorts systems by `score`, best first. */
export function consensusBy(score: readonly number[], best: "low" | "high"): Consensus {
  const rank = Array.from(rankColumn(score, best === "low" ? "lower" : "higher"));
  const order = score.map((_, i) => i).sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || a - b);
  return { order, rank, score: [...score] };
}

/** The consensus of a strict order, best first. */
export function consensusOfOrder(order: readonly number[]): Consensus {
  const rank = new Array<number>(order.length).fill(0);
  order.forEach((system, position) => {
    rank[system] = position + 1;
  });
  return { order: [...order], rank, score: [...rank] };
}

/**
 * Weighted preferences: $Q_{ij} = \sum_t w_t\,([S_{it} \succ S_{jt}] + \tfrac12 [S_{it} = S_{jt}])$ over the tasks in which
 * both scores are present. Row-major $N \times N$, zero diagonal.
 */
export function pairwisePreferences(scores: Scores, options: TableOptions = {}): Float64Array {
  const { n, t } = tableShape(scores, options);
  const preferences = new Float64Array(n * n);
  const values = new Float64Array(n);
  for (let task = 0; task < t; task++) {
    const sign = options.directions?.[task] === "lower" ? -1 : 1;
    const weight = options.weights?.[task] ?? 1;
    for (let i = 0; i < n; i++) {
      const value = scores[i]?.[task] ?? null;
      values[i] = value === null ? Number.NaN : sign * value;
    }
    for (let i = 0; i < n; i++) {
      const a = values[i] as number;
      for (let j = i + 1; j < n; j++) {
        const b = values[j] as number;
        const ij = i * n + j;
        const ji = j * n + i;
        if (a > b) preferences[ij] = (preferences[ij] as number) + weight;
        else if (b > a) preferences[ji] = (preferences[ji] as number) + weight;
        else if (a === b) {
          preferences[ij] = (preferences[ij] as number) + weight / 2;
          preferences[ji] = (preferences[ji] as number) + weight / 2;
        }
      }
    }
  }
  return preferences;
}

/**
 * Kendall distance between two rankings given as ranks: one for every pair ordered oppositely, ½ for every pair tied in
 * one of them only. Pairs with a `NaN` rank do not count.
 */
export function kendallDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`rankings of ${a.length} and ${b.length} systems`);
  let distance = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = i + 1; j < a.length; j++) {
      const x = Math.sign((a[i] as number) - (a[j] as number));
      const y = Math.sign((b[i] as number) - (b[j] as number));
      distance += x * y < 0 ? 1 : x === y || Number.isNaN(x * y) ? 0 : 0.5;
    }
  }
  return distance;
}

/**
 * Kendall's $\tau_b = (C - D)/\sqrt{(P - T_a)(P - T_b)}$: concordant minus discordant pairs, corrected for the ties
 * $T_a$, $T_b$ of each ranking among the $P$ pairs. `NaN` when one ranking ties everything.
 */
export function kendallTau(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`rankings of ${a.length} and ${b.length} systems`);
  let balance = 0;
  let strictA = 0;
  let strictB = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = i + 1; j < a.length; j++) {
      const x = Math.sign((a[i] as number) - (a[j] as number));
      const y = Math.sign((b[i] as number) - (b[j] as number));
      balance += x * y;
      strictA += x * x;
      strictB += y * y;
    }
  }
  return balance / Math.sqrt(strictA * strictB);
}
