import type { Random } from "../../../kit/random.ts";
import { hammingDistances } from "./hamming.ts";
import { encodeSymbols, type Seq, toSymbols } from "./symbols.ts";

/** A multiset of integers: safe integers as numbers, or 64-bit ones. */
export type Integers = readonly number[] | Float64Array | BigInt64Array;

/** $c\mapsto\#\{(a,b)\in A\times B:a-b=c\}$ for $c\in[0,N)$. */
export type CountDifferences = (a: Integers, b: Integers, range: number) => Float64Array;

/** Distances by any method. */
export type Distances = (text: Uint32Array, pattern: Uint32Array) => Int32Array;

function checkRange(range: number): void {
  if (!Number.isInteger(range) || range < 1 || range > 2 ** 31) {
    throw new RangeError(`range is ${range}; wanted a whole number from 1 to 2^31`);
  }
}

/** Sorted copy; a number that is not a safe integer is refused. */
function sorted(values: Integers, name: string): Float64Array | BigInt64Array {
  if (values instanceof BigInt64Array) return values.slice().sort();
  for (let i = 0; i < values.length; i++) {
    if (!Number.isSafeInteger(values[i])) throw new RangeError(`${name}[${i}] is ${values[i]}; wanted a safe integer`);
  }
  return Float64Array.from(values).sort();
}

/**
 * Range-restricted counting, directly: $\#\{(a,b)\in A\times B:a-b=c\}$ for every $c\in[0,N)$, by sorting both sides and moving
 * a window of $B$ along $A$. It costs the sorting plus one step per pair whose difference lies in the range.
 *
 * @returns $N$ counts.
 * @throws RangeError for a range that is not a whole number of at least 1, and for values that are not safe integers.
 */
export function countDifferences(a: Integers, b: Integers, range: number): Float64Array {
  checkRange(range);
  const mixed = a instanceof BigInt64Array !== b instanceof BigInt64Array;
  const left = sorted(mixed ? big(a, "A") : a, "A");
  const right = sorted(mixed ? big(b, "B") : b, "B");
  const counts = new Float64Array(range);
  let low = 0;
  for (let s = 0; s < left.length; s++) {
    const x = left[s] as number; // or bigint; both sides are of the same kind
    const difference = (r: number): number => Number(x - (right[r] as number));
    while (low < right.length && difference(low) >= range) low++;
    for (let r = low; r < right.length; r++) {
      const c = difference(r);
      if (c < 0) break;
      counts[c] = (counts[c] as number) + 1;
    }
  }
  return counts;
}

function big(values: Integers, name: string): BigInt64Array {
  if (values instanceof BigInt64Array) return values;
  return BigInt64Array.from(Array.from(sorted(values, name) as Float64Array, BigInt));
}

/**
 * Hamming distances by counting differences: with $R>n+m$, $A=\{T_pR+p\}$ and $B=\{P_qR+q\}$, a difference $a-b=i$ in
 * $[0,n-m]$ means $T_p=P_q$ and $p-q=i$, since different characters put $a$ and $b$ more than $n$ apart. So
 * $H_i=m-\#\{a-b=i\}$. Characters are numbered densely first, which keeps $A$ and $B$ below $2^{53}$.
 */
export function hammingFromCounting(text: Seq, pattern: Seq, count: CountDifferences = countDifferences): Int32Array {
  const pair = encodeSymbols(toSymbols(text, "text"), toSymbols(pattern, "pattern"));
  const [n, m] = [pair.text.length, pair.pattern.length];
  if (m === 0) throw new RangeError("the pattern is empty");
  if (m > n) throw new RangeError(`the pattern (${m} symbols) is longer than the text (${n})`);
  const radix = n + m + 1;
  const place = (codes: Int32Array) => Float64Array.from(codes, (c, position) => c * radix + position);
  const counts = count(place(pair.text), place(pair.pattern), pair.alignments);
  return Int32Array.from(counts, (c) => m - c);
}

/** Quotient, as a key, and remainder in [0, N). */
function split(value: number | bigint, modulus: number): { quotient: number | bigint; rest: number } {
  if (typeof value === "number") {
    const rest = ((value % modulus) + modulus) % modulus;
    // Rounded, because value − rest may lie just outside the safe integers.
    return { quotient: Math.round((value - rest) / modulus), rest };
  }
  const n = BigInt(modulus);
  const rest = ((value % n) + n) % n;
  return { quotient: (value - rest) / n, rest: Number(rest) };
}

/** Elements over cells 0…N−1, in layers that hold at most one element per cell; a cell holds a quotient's character. */
function layers(
  values: Integers,
  modulus: number,
  character: (quotient: number | bigint) => number,
  empty: number,
  copy: boolean,
): Uint32Array[] {
  const filled = new Int32Array(modulus);
  const made: Uint32Array[] = [];
  for (const value of values) {
    const { quotient, rest } = split(value, modulus);
    const depth = filled[rest] as number;
    filled[rest] = depth + 1;
    let layer = made[depth];
    if (!layer) {
      layer = new Uint32Array(copy ? 2 * modulus : modulus).fill(empty);
      made.push(layer);
    }
    layer[rest] = character(quotient);
    if (!copy) continue;
    layer[rest + modulus] = character(typeof quotient === "number" ? quotient - 1 : quotient - 1n);
  }
  return made;
}

/**
 * Counting differences by Hamming distances: write $a=a_1N'+a_0$ and $b=b_1N'+b_0$. Then $a-b=c\in[0,N')$ exactly if
 * $a_1=b_1$ and $a_0-b_0=c$, or $a_1=b_1+1$ and $a_0+N'-b_0=c$. So put the character $a_1$ at text position $a_0$ and
 * $a_1-1$ at $a_0+N'$, and $b_1$ at pattern position $b_0$; unused cells hold characters that match nothing, and the matches
 * at alignment $c$ are the pairs. Elements that share a cell go to layers of their own, one Hamming instance per pair of
 * layers. $N'\ge N$ is drawn at random above twice the sizes of the sets, which keeps the layers few for sets without equal
 * elements; counts for $c\ge N$ are dropped.
 */
export function countingFromHamming(
  a: Integers,
  b: Integers,
  range: number,
  { rng, distances = hammingDistances }: { rng?: Random; distances?: Distances } = {},
): Float64Array {
  checkRange(range);
  const counts = new Float64Array(range);
  if (a.length === 0 || b.length === 0) return counts;
  const mixed = a instanceof BigInt64Array !== b instanceof BigInt64Array;
  const left = mixed ? big(a, "A") : sorted(a, "A");
  const right = mixed ? big(b, "B") : sorted(b, "B");
  const least = Math.max(range, 2 * Math.max(a.length, b.length));
  const modulus = rng ? rng.int(least, 2 * least) : least;
  const codes = new Map<number | bigint, number>();
  const character = (quotient: number | bigint): number => {
    let code = codes.get(quotient);
    if (code === undefined) {
      code = codes.size + 2; // 0 and 1 fill unused cells of text and pattern
      codes.set(quotient, code);
    }
    return code;
  };
  const texts = layers(left, modulus, character, 0, true);
  const patterns = layers(right, modulus, character, 1, false);
  for (const text of texts) {
    for (const pattern of patterns) {
      const h = distances(text, pattern);
      for (let c = 0; c < range; c++) counts[c] = (counts[c] as number) + modulus - (h[c] as number);
    }
  }
  return counts;
}
