import type { SymbolPair } from "./symbols.ts";

/** The largest prime below $2^{30}$: sums of two residues stay within 32 bits. */
export const prime = 2 ** 30 - 35;
const inversePrime = 1 / prime;

/** a + b modulo the prime, for residues. */
function add(a: number, b: number): number {
  const sum = (a + b - prime) | 0;
  return sum < 0 ? (sum + prime) | 0 : sum;
}

/**
 * a b modulo the prime. The quotient is taken from the product in double precision, which is right or off by one; the
 * remainder then follows from the low 32 bits of both products, which `Math.imul` gives exactly.
 */
function multiply(a: number, b: number): number {
  const quotient = (a * b * inversePrime) | 0;
  const rest = (Math.imul(a, b) - Math.imul(quotient, prime)) | 0;
  if (rest < 0) return (rest + prime) | 0;
  return rest >= prime ? (rest - prime) | 0 : rest;
}

function power(x: number, exponent: number): number {
  let result = 1;
  for (let square = x, e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** Symbols whose window sums are formed and evaluated together. */
const chunk = 4096;

/**
 * $\sum_{i<k}a_ix^i$ modulo the prime, for the first `length` residues. Four interleaved Horner chains in $x^4$, because one
 * alone would wait for its own multiplications.
 */
function evaluate(values: Int32Array, length: number, x: number): number {
  const x2 = multiply(x, x);
  const x4 = multiply(x2, x2);
  const whole = length - (length % 4);
  let a = whole < length ? (values[whole] as number) : 0;
  let b = whole + 1 < length ? (values[whole + 1] as number) : 0;
  let c = whole + 2 < length ? (values[whole + 2] as number) : 0;
  let d = 0;
  for (let i = whole - 4; i >= 0; i -= 4) {
    a = add(multiply(a, x4), values[i] as number);
    b = add(multiply(b, x4), values[i + 1] as number);
    c = add(multiply(c, x4), values[i + 2] as number);
    d = add(multiply(d, x4), values[i + 3] as number);
  }
  return add(add(a, multiply(b, x)), multiply(x2, add(c, multiply(d, x))));
}

/**
 * Checks a whole array of match counts against text and pattern without counting again: with a random $x$ modulo the prime
 * $\pi=2^{30}-35$,
 * $$\sum_{i=0}^{n-m}M_ix^i\;\equiv\;\sum_{p}x^{p}\sum_{q:\,P_q=T_p,\;0\le p-q\le n-m}x^{-q}.$$
 * The inner sums are kept per character as $p$ moves, because the allowed $q$ form a sliding window, so the check costs
 * $O(n+m)$. Wrong counts pass with probability at most $(n-m)/(\pi-2)$ over $x$.
 *
 * @param x an integer in $[2,\pi-1]$, drawn without knowledge of the counts.
 */
export function matchesAgree(pair: SymbolPair, matches: Int32Array, x: number): boolean {
  const { text, pattern, alphabet, alignments } = pair;
  const m = pattern.length;
  for (let i = 0; i < alignments; i++) {
    const count = matches[i] as number;
    if (count < 0 || count > m) return false;
  }
  const inverse = power(x, prime - 2);
  const weight = new Int32Array(m);
  for (let q = 0, w = 1; q < m; q++) {
    weight[q] = w;
    w = multiply(w, inverse);
  }
  const window = new Int32Array(alphabet);
  const sums = new Int32Array(chunk);
  const chunkPower = power(x, chunk);
  let counted = 0;
  let start = 1;
  for (let from = 0; from < text.length; from += chunk) {
    const length = Math.min(chunk, text.length - from);
    for (let u = 0, p = from; u < length; u++, p++) {
      if (p < m) {
        const c = pattern[p] as number;
        window[c] = add(window[c] as number, weight[p] as number);
      }
      const gone = p - alignments;
      if (gone >= 0) {
        const c = pattern[gone] as number;
        window[c] = add(window[c] as number, prime - (weight[gone] as number));
      }
      sums[u] = window[text[p] as number] as number;
    }
    counted = add(counted, multiply(start, evaluate(sums, length, x)));
    start = multiply(start, chunkPower);
  }
  return counted === evaluate(matches, alignments, x);
}
