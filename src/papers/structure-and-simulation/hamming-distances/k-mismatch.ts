import { countMatches } from "./hamming.ts";
import { planPair } from "./plan.ts";
import { encodeSymbols, type Seq, type SymbolPair, toSymbols } from "./symbols.ts";

/** How alignments within $k$ mismatches are found; `auto` takes what is predicted to be fastest. */
export type KMismatchMethod = "auto" | "scan" | "kangaroo" | "exact";

/** Alignments with at most $k$ mismatches, in order, and their distances. */
export interface KMismatches {
  positions: Int32Array;
  distances: Int32Array;
}

/** Most numbers the names of the kangaroo method may take, 1 GB. */
const namesLimit = 1 << 28;

/**
 * Names of all substrings whose length is a power of two (Karp, Miller and Rosenberg 1972): equal substrings have equal
 * names. Text substrings that do not occur in the pattern are named −1.
 */
interface Names {
  text: Int32Array[];
  pattern: Int32Array[];
}

function nameLevels(pair: SymbolPair): Names {
  const names: Names = { text: [pair.text], pattern: [pair.pattern] };
  for (let level = 1; 2 ** level <= pair.pattern.length; level++) {
    const half = 2 ** (level - 1);
    const dictionary = new Map<number, number>();
    const below = names.pattern[level - 1] as Int32Array;
    const own = new Int32Array(pair.pattern.length - 2 * half + 1);
    const radix = Math.max(pair.alphabet, pair.pattern.length) + 1;
    for (let j = 0; j < own.length; j++) {
      const key = (below[j] as number) * radix + (below[j + half] as number);
      let name = dictionary.get(key);
      if (name === undefined) {
        name = dictionary.size;
        dictionary.set(key, name);
      }
      own[j] = name;
    }
    names.pattern.push(own);
    const belowText = names.text[level - 1] as Int32Array;
    const ownText = new Int32Array(pair.text.length - 2 * half + 1);
    for (let p = 0; p < ownText.length; p++) {
      const [first, second] = [belowText[p] as number, belowText[p + half] as number];
      ownText[p] = first < 0 || second < 0 ? -1 : (dictionary.get(first * radix + second) ?? -1);
    }
    names.text.push(ownText);
  }
  return names;
}

/** Length of the longest common extension of text from `p` and pattern from `j`, in $O(\log m)$ steps. */
function commonExtension(names: Names, p: number, j: number): number {
  let length = 0;
  let level = 0;
  const equal = (at: number): boolean => {
    const own = names.pattern[at] as Int32Array;
    return j + length < own.length && (names.text[at] as Int32Array)[p + length] === own[j + length];
  };
  while (level < names.pattern.length && equal(level)) length += 2 ** level++;
  while (--level >= 0) if (equal(level)) length += 2 ** level;
  return length;
}

/** Kangaroo jumps (Landau and Vishkin 1986): from mismatch to mismatch, at most $k+1$ jumps an alignment. */
function kangaroo(pair: SymbolPair, k: number, found: (position: number, distance: number) => void): void {
  const names = nameLevels(pair);
  const m = pair.pattern.length;
  for (let i = 0; i < pair.alignments; i++) {
    let mismatches = 0;
    for (let j = commonExtension(names, i, 0); j < m; j += 1 + commonExtension(names, i + j + 1, j + 1)) {
      if (++mismatches > k) break;
    }
    if (mismatches <= k) found(i, mismatches);
  }
}

/** Mismatches at alignment `i`, or $k+1$ as soon as there are so many. */
function boundedDistance(text: Int32Array, pattern: Int32Array, i: number, k: number): number {
  let mismatches = 0;
  for (let j = 0; j < pattern.length; j++) {
    if (text[i + j] !== pattern[j] && ++mismatches > k) break;
  }
  return mismatches;
}

/** Symbols that the scan reads per alignment, measured on alignments spread over the text. */
function scanLength({ text, pattern, alignments }: SymbolPair, k: number): number {
  const samples = Math.min(alignments, 64);
  let read = 0;
  for (let s = 0; s < samples; s++) {
    const i = Math.floor(((s + 0.5) * alignments) / samples);
    let mismatches = 0;
    let j = 0;
    while (j < pattern.length && mismatches <= k) if (text[i + j] !== pattern[j++]) mismatches++;
    read += j;
  }
  return read / samples;
}

/** Predicted milliseconds of each way; infinite for names that would not fit in memory. */
export function predictKMismatch(pair: SymbolPair, k: number): Record<Exclude<KMismatchMethod, "auto">, number> {
  const { alignments, pattern, text } = pair;
  const levels = Math.floor(Math.log2(pattern.length)) + 1;
  const { naive, packed } = planPair(pair).predictedMs;
  const jumps = alignments * Math.min(k + 1, pattern.length);
  const kangarooNs = levels * text.length * 40 + jumps * 25 * Math.max(1, Math.log2(pattern.length / (k + 1)));
  return {
    scan: (alignments * (5 + 1.5 * scanLength(pair, k))) / 1e6,
    kangaroo: levels * text.length > namesLimit ? Number.POSITIVE_INFINITY : kangarooNs / 1e6,
    exact: Math.min(naive, packed),
  };
}

function cheapest(pair: SymbolPair, k: number): Exclude<KMismatchMethod, "auto"> {
  const ms = predictKMismatch(pair, k);
  return (["scan", "kangaroo", "exact"] as const).reduce((best, method) => (ms[method] < ms[best] ? method : best));
}

/**
 * All alignments with $H_i\le k$, with their exact distances.
 *
 * - `scan` compares from the left and stops at the $(k+1)$-th mismatch: best where mismatches are frequent.
 * - `kangaroo` jumps from mismatch to mismatch by longest common extensions, $O(nk\log m)$ at worst; the extensions come from
 *   names of substrings and are exact. (With suffix trees the jumps take constant time, $O(nk)$.)
 * - `exact` computes all distances by `hammingDistances`.
 * - `auto`, the default, takes the one of least predicted cost.
 *
 * The paper's bound for this problem, $O(n+nk/\sqrt m)$ up to logarithms (Theorem 1.3), is not implemented.
 *
 * @throws RangeError for a $k$ that is not a whole number of at least 0, an empty pattern, or one longer than the text.
 */
export function kMismatch(
  text: Seq,
  pattern: Seq,
  k: number,
  o: { method?: KMismatchMethod; codePoints?: boolean } = {},
): KMismatches {
  if (!Number.isInteger(k) || k < 0) throw new RangeError(`k is ${k}; wanted a whole number of at least 0`);
  const pair = encodeSymbols(toSymbols(text, "text", o.codePoints), toSymbols(pattern, "pattern", o.codePoints));
  const m = pair.pattern.length;
  if (m === 0) throw new RangeError("the pattern is empty");
  if (pair.alignments === 0) {
    throw new RangeError(`the pattern (${m} symbols) is longer than the text (${pair.text.length})`);
  }
  const positions: number[] = [];
  const distances: number[] = [];
  const found = (position: number, distance: number): void => {
    positions.push(position);
    distances.push(distance);
  };
  const chosen = o.method ?? "auto";
  const method = chosen === "auto" ? cheapest(pair, k) : chosen;
  if (method === "exact") {
    const matches = countMatches(pair);
    for (let i = 0; i < matches.length; i++) if (m - (matches[i] as number) <= k) found(i, m - (matches[i] as number));
  } else if (method === "kangaroo") {
    kangaroo(pair, k, found);
  } else {
    for (let i = 0; i < pair.alignments; i++) {
      const distance = boundedDistance(pair.text, pair.pattern, i, k);
      if (distance <= k) found(i, distance);
    }
  }
  return { positions: Int32Array.from(positions), distances: Int32Array.from(distances) };
}
