import type { Random } from "../../../kit/random.ts";
import type { EventRecord } from "./mechanism.ts";

/** A table of n rows with d entries, each 0 or 1: the secret data of the lower bound. */
export type BinaryTable = readonly Uint8Array[];

function tableShape(table: BinaryTable): { n: number; d: number } {
  const n = table.length;
  const d = table[0]?.length ?? 0;
  if (n === 0 || d === 0) throw new RangeError("the table has no rows, or no columns");
  for (const row of table) {
    if (row.length !== d) throw new RangeError(`a row has ${row.length} entries and the first has ${d}`);
    for (const bit of row) if (bit > 1) throw new RangeError(`an entry is ${bit}; 0 or 1 is wanted`);
  }
  return { n, d };
}

/**
 * The reduction behind the paper's lower bound: a stream on which continual max-sum gives away all column means of a table.
 * It holds the n rows of Y; then, for each column j, n copies of the unit vector $e_j$ and n copies of its complement
 * $1 - e_j$. That makes $T = n(1 + 2d)$ records. After the copies of $e_j$ the maximum is $S_j + nj$, for all other sums
 * are at most $nj$; after the complements every sum is $S_i + nj$ again. Replacing a row of Y replaces one record.
 *
 * Equal records are the same array, so that the stream takes $O((n + d)\,d)$ memory.
 */
export function marginalsToStream(table: BinaryTable): EventRecord[] {
  const { n, d } = tableShape(table);
  const stream: EventRecord[] = [...table];
  for (let j = 0; j < d; j++) {
    const unit = new Uint8Array(d);
    unit[j] = 1;
    const complement = new Uint8Array(d).fill(1);
    complement[j] = 0;
    for (let i = 0; i < n; i++) stream.push(unit);
    for (let i = 0; i < n; i++) stream.push(complement);
  }
  return stream;
}

/** Time at which the answer shows column j (from 0): $t = n + 2nj + n$. */
function revealTime(n: number, j: number): number {
  return 2 * n * (j + 1);
}

/** Column means read off the answers to {@link marginalsToStream}: $(a_t - n(j+1))/n$ at $t = 2n(j+1)$, j from 0. */
export function decodeMarginals(outputs: ArrayLike<number>, n: number, d: number): Float64Array {
  if (outputs.length !== n * (1 + 2 * d)) {
    throw new RangeError(
      `there are ${outputs.length} answers and the stream has n(1 + 2d) = ${n * (1 + 2 * d)} records`,
    );
  }
  return Float64Array.from({ length: d }, (_, j) => ((outputs[revealTime(n, j) - 1] as number) - n * (j + 1)) / n);
}

/**
 * The exact maxima of {@link marginalsToStream} at all times, without walking through its T·d entries: after the rows the
 * two largest sums say everything. $O(nd + T)$.
 */
export function marginalMaxima(table: BinaryTable): Float64Array {
  const { n, d } = tableShape(table);
  const maxima = new Float64Array(n * (1 + 2 * d));
  const sums = new Float64Array(d);
  let largest = 0;
  let t = 0;
  for (const row of table) {
    for (let j = 0; j < d; j++) {
      const sum = (sums[j] as number) + (row[j] as number);
      sums[j] = sum;
      if (sum > largest) largest = sum;
    }
    maxima[t++] = largest;
  }
  const leader = sums.indexOf(largest);
  let second = 0;
  for (let j = 0; j < d; j++) if (j !== leader) second = Math.max(second, sums[j] as number);
  for (let j = 0; j < d; j++) {
    const own = sums[j] as number;
    const others = d === 1 ? Number.NEGATIVE_INFINITY : j === leader ? second : largest;
    for (let k = 1; k <= n; k++) maxima[t++] = n * j + Math.max(own + k, others);
    for (let k = 1; k <= n; k++) maxima[t++] = n * j + Math.max(own + n, others + k);
  }
  return maxima;
}

/**
 * Membership scores of a tracing attack: with column means p of the population and released means $\hat m$ (clipped to
 * [0, 1]), $\mathrm{score}(z) = \sum_j (z_j - p_j)(\hat m_j - p_j) / (p_j(1 - p_j))$. Rows of the table score high unless
 * the release is noisy; fresh rows score 0 on average.
 */
export function tracingScores(marginals: ArrayLike<number>, p: ArrayLike<number>, rows: BinaryTable): number[] {
  if (marginals.length !== p.length) throw new RangeError(`${marginals.length} means and ${p.length} probabilities`);
  const lean = Float64Array.from({ length: p.length }, (_, j) => {
    const mean = p[j] as number;
    return (Math.min(1, Math.max(0, marginals[j] as number)) - mean) / (mean * (1 - mean));
  });
  return rows.map((row) => {
    let score = 0;
    for (let j = 0; j < lean.length; j++) score += ((row[j] as number) - (p[j] as number)) * (lean[j] as number);
    return score;
  });
}

/** Rows with independent entries, 1 with probability p_j in column j. */
export function bernoulliRows(count: number, p: ArrayLike<number>, random: Random): Uint8Array[] {
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: p.length }, (_, j) => +random.bool(p[j] as number)),
  );
}
