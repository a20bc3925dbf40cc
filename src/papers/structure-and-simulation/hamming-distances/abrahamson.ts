import type { SymbolPair } from "./symbols.ts";

/** Where each character stands in the pattern: positions of character $c$ are `at[start[c]]` to `at[start[c+1]-1]`, rising. */
export interface Occurrences {
  start: Int32Array;
  at: Int32Array;
}

/** Occurrence lists of the pattern, laid out one after the other. */
export function occurrences({ pattern, alphabet, patternCounts }: SymbolPair): Occurrences {
  const start = new Int32Array(alphabet + 1);
  for (let c = 0; c < alphabet; c++) start[c + 1] = (start[c] as number) + (patternCounts[c] as number);
  const next = start.slice();
  const at = new Int32Array(pattern.length);
  for (let q = 0; q < pattern.length; q++) {
    const c = pattern[q] as number;
    at[next[c] as number] = q;
    next[c] = (next[c] as number) + 1;
  }
  return { start, at };
}

/** First index in [low, high) of the rising list whose value is at least `value`. */
function lowerBound(list: Int32Array, low: number, high: number, value: number): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Abrahamson's light part at the alignments $[\mathit{from},\mathit{to})$: for every text position $p$ with a light character
 * and every occurrence $q$ of it in the pattern, $M_{p-q}\mathrel{+}=1$. It costs $\sum_p f_{T_p}$ increments; the text's
 * counts matter as much as the pattern's.
 *
 * @param heavy 1 for characters that are counted elsewhere, by code.
 * @returns the number of increments.
 */
export function addLight(
  matches: Int32Array,
  { text, pattern }: SymbolPair,
  { start, at }: Occurrences,
  heavy: Uint8Array,
  from: number,
  to: number,
): number {
  const m = pattern.length;
  const end = to + m - 1;
  let increments = 0;
  for (let p = from; p < end; p++) {
    const c = text[p] as number;
    if (heavy[c] === 1) continue;
    let k = start[c] as number;
    let last = start[c + 1] as number;
    // Near the ends of the range only the occurrences with from ≤ p − q < to count.
    if (p - from < m - 1) last = lowerBound(at, k, last, p - from + 1);
    if (p >= to) k = lowerBound(at, k, last, p - to + 1);
    increments += last - k;
    for (; k < last; k = (k + 1) | 0) {
      const i = (p - (at[k] as number)) | 0;
      matches[i] = ((matches[i] as number) + 1) | 0;
    }
  }
  return increments;
}
