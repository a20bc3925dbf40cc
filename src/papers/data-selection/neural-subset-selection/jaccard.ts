/** Jaccard coefficient $|A \cap B| / |A \cup B|$ of two subsets given by their indices; two empty ones agree fully, 1. */
export function jaccard(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const first = new Set(Array.from(a));
  const second = new Set(Array.from(b));
  let both = 0;
  for (const index of first) if (second.has(index)) both += 1;
  const either = first.size + second.size - both;
  return either === 0 ? 1 : both / either;
}

/** Mean Jaccard coefficient (MJC) over pairs of a selection and the truth; throws when their numbers differ or are 0. */
export function meanJaccard(selected: readonly ArrayLike<number>[], truth: readonly ArrayLike<number>[]): number {
  if (selected.length !== truth.length || truth.length === 0) {
    throw new RangeError(`${selected.length} selections for ${truth.length} sets`);
  }
  return truth.reduce((sum, subset, i) => sum + jaccard(selected[i] ?? [], subset), 0) / truth.length;
}

/**
 * MJC in expectation of k items drawn at random from m when k are right: the overlap h is hypergeometric,
 * $\sum_h \binom{k}{h}\binom{m-k}{k-h}\big/\binom{m}{k} \cdot \tfrac{h}{2k-h}$; 1 for k = 0.
 */
export function randomJaccard(m: number, k: number): number {
  if (!(Number.isInteger(m) && Number.isInteger(k) && k >= 0 && k <= m)) {
    throw new RangeError(`${k} of ${m} items cannot be drawn`);
  }
  if (k === 0) return 1;
  let expected = 0;
  for (let h = Math.max(0, 2 * k - m); h <= k; h++) {
    const log = logChoose(k, h) + logChoose(m - k, k - h) - logChoose(m, k);
    expected += (Math.exp(log) * h) / (2 * k - h);
  }
  return expected;
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log(n - k + i) - Math.log(i);
  return sum;
}

/** Indices of the k largest values in rising order; of equal values the earlier ones. */
export function topIndices(values: ArrayLike<number>, k: number): Int32Array {
  const order = Array.from(values, (_, i) => i);
  order.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  return Int32Array.from(order.slice(0, k)).sort();
}
