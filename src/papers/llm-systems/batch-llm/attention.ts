/** Attention of one query over a part of the keys: output, largest score m and $\ell = \sum_j e^{s_j - m}$. */
export interface PartialAttention {
  o: Float64Array;
  m: number;
  l: number;
}

/**
 * Merges partial attentions by the online-softmax rule, exactly: with $m = \max_i m_i$ and weights
 * $w_i = \ell_i e^{m_i - m}$, $o = \sum_i w_i o_i / \sum_i w_i$. A part without keys has $m = -\infty$, $\ell = 0$ and changes
 * nothing.
 */
export function mergeAttention(parts: readonly PartialAttention[]): Float64Array {
  const width = parts[0]?.o.length ?? 0;
  const top = parts.reduce((largest, { m }) => Math.max(largest, m), Number.NEGATIVE_INFINITY);
  if (top === Number.NEGATIVE_INFINITY) throw new RangeError("attention over no key at all");
  const merged = new Float64Array(width);
  let total = 0;
  for (const { o, m, l } of parts) {
    if (o.length !== width) throw new RangeError(`partial outputs of ${o.length} and ${width} numbers`);
    const weight = l === 0 ? 0 : l * Math.exp(m - top);
    total += weight;
    for (let c = 0; c < width; c++) merged[c] = (merged[c] as number) + weight * (o[c] as number);
  }
  for (let c = 0; c < width; c++) merged[c] = (merged[c] as number) / total;
  return merged;
}

/** Keys and values, row-major n × width each. */
export interface KeyValues {
  keys: ArrayLike<number>;
  values: ArrayLike<number>;
  width: number;
}

/** Softmax attention of one query over some keys, scores $q \cdot k / \sqrt d$. */
export function partialAttention(query: ArrayLike<number>, { keys, values, width }: KeyValues): PartialAttention {
  const n = keys.length / width;
  if (!Number.isInteger(n) || values.length !== keys.length || query.length !== width) {
    throw new RangeError(
      `query of ${query.length}, keys of ${keys.length} and values of ${values.length} for width ${width}`,
    );
  }
  const scores = new Float64Array(n);
  let m = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < n; j++) {
    let score = 0;
    for (let c = 0; c < width; c++) score += (query[c] as number) * (keys[j * width + c] as number);
    scores[j] = score / Math.sqrt(width);
    m = Math.max(m, scores[j] as number);
  }
  const o = new Float64Array(width);
  let l = 0;
  for (let j = 0; j < n; j++) {
    const weight = Math.exp((scores[j] as number) - m);
    l += weight;
    for (let c = 0; c < width; c++) o[c] = (o[c] as number) + weight * (values[j * width + c] as number);
  }
  if (l > 0) for (let c = 0; c < width; c++) o[c] = (o[c] as number) / l;
  return { o, m, l };
}

/**
 * Attention of several requests that share a prefix: each request attends to the prefix and to its own suffix, and the two
 * partial results are merged. One kernel reads the prefix once for all members; the mathematics is this.
 */
export function prefixSharedAttention(
  queries: readonly ArrayLike<number>[],
  prefix: KeyValues,
  suffixes: readonly KeyValues[],
): Float64Array[] {
  if (queries.length !== suffixes.length)
    throw new RangeError(`${queries.length} queries and ${suffixes.length} suffixes`);
  return queries.map(
    (query, i) => mergeAttention([partialAttention(query, prefix), partialAttention(query, suffixes[i] as KeyValues)]), // same length
  );
}
