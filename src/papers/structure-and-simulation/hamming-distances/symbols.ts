/**
 * A sequence of symbols: a string (one symbol per UTF-16 code unit, or per code point on request), bytes, or whole
 * numbers from 0 to $2^{32}-1$.
 */
export type Seq = string | Uint8Array | Uint32Array | readonly number[];

/**
 * A text and a pattern over one dense alphabet $0,\dots,\sigma-1$, the union of their characters.
 * All counting methods work on this form.
 */
export interface SymbolPair {
  /** $n$ codes. */
  text: Int32Array;
  /** $m$ codes, $1\le m\le n$. */
  pattern: Int32Array;
  /** $\sigma$, the number of distinct characters in text and pattern together. */
  alphabet: number;
  /** $t_c$: how often each character stands in the text. */
  textCounts: Int32Array;
  /** $f_c$: how often each character stands in the pattern. */
  patternCounts: Int32Array;
  /** $n-m+1$. */
  alignments: number;
  /** The symbol that each code stands for. */
  symbols: number[];
}

const largestSymbol = 2 ** 32 - 1;
/** Alphabets whose largest symbol is below this are looked up in an array, others in a map. */
const tableLimit = 1 << 20;

/** The symbols of a sequence as numbers. */
export function toSymbols(sequence: Seq, name: string, codePoints = false): ArrayLike<number> {
  if (typeof sequence === "string") {
    if (codePoints) return Uint32Array.from(sequence, (character) => character.codePointAt(0) ?? 0);
    const units = new Uint32Array(sequence.length);
    for (let i = 0; i < units.length; i++) units[i] = sequence.charCodeAt(i);
    return units;
  }
  if (sequence instanceof Uint8Array || sequence instanceof Uint32Array) return sequence;
  for (let i = 0; i < sequence.length; i++) {
    const symbol = sequence[i] as number; // i < length
    if (!Number.isInteger(symbol) || symbol < 0 || symbol > largestSymbol) {
      throw new RangeError(`${name}[${i}] is ${symbol}; a symbol is a whole number from 0 to ${largestSymbol}`);
    }
  }
  return sequence;
}

/** Numbers the distinct symbols of both sequences 0, 1, … in order of first appearance, pattern first. */
export function encodeSymbols(text: ArrayLike<number>, pattern: ArrayLike<number>): SymbolPair {
  const [n, m] = [text.length, pattern.length];
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, text[i] as number);
  for (let j = 0; j < m; j++) largest = Math.max(largest, pattern[j] as number);
  const symbols: number[] = [];
  const encode = largest < tableLimit ? tableEncoder(largest, symbols) : mapEncoder(symbols);
  const patternCodes = encode(pattern);
  const textCodes = encode(text);
  const alphabet = symbols.length;
  return {
    text: textCodes,
    pattern: patternCodes,
    alphabet,
    textCounts: countCodes(textCodes, alphabet),
    patternCounts: countCodes(patternCodes, alphabet),
    alignments: Math.max(0, n - m + 1),
    symbols,
  };
}

type Encoder = (sequence: ArrayLike<number>) => Int32Array;

function tableEncoder(largest: number, symbols: number[]): Encoder {
  const table = new Int32Array(largest + 1).fill(-1);
  return (sequence) => {
    const codes = new Int32Array(sequence.length);
    for (let i = 0; i < codes.length; i++) {
      const symbol = sequence[i] as number;
      let code = table[symbol] as number;
      if (code < 0) {
        code = symbols.push(symbol) - 1;
        table[symbol] = code;
      }
      codes[i] = code;
    }
    return codes;
  };
}

function mapEncoder(symbols: number[]): Encoder {
  const map = new Map<number, number>();
  return (sequence) => {
    const codes = new Int32Array(sequence.length);
    for (let i = 0; i < codes.length; i++) {
      const symbol = sequence[i] as number;
      let code = map.get(symbol);
      if (code === undefined) {
        code = symbols.push(symbol) - 1;
        map.set(symbol, code);
      }
      codes[i] = code;
    }
    return codes;
  };
}

function countCodes(codes: Int32Array, alphabet: number): Int32Array {
  const counts = new Int32Array(alphabet);
  for (let i = 0; i < codes.length; i++) counts[codes[i] as number] = (counts[codes[i] as number] as number) + 1;
  return counts;
}
