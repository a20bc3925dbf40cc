import type { SymbolPair } from "./symbols.ts";

/** Eight-bit codes: characters that both sequences have keep codes of their own, the rest share one code per side. */
function byteCodes({
  text,
  pattern,
  alphabet,
  textCounts,
  patternCounts,
}: SymbolPair): [Uint8Array, Uint8Array] | null {
  const code = new Int32Array(alphabet).fill(-1);
  let shared = 0;
  for (let c = 0; c < alphabet; c++) {
    if ((textCounts[c] as number) > 0 && (patternCounts[c] as number) > 0) code[c] = shared++;
  }
  if (shared > 254) return null;
  const encode = (sequence: Int32Array, other: number) => {
    const bytes = new Uint8Array(sequence.length);
    for (let i = 0; i < bytes.length; i++) {
      const c = code[sequence[i] as number] as number;
      bytes[i] = c < 0 ? other : c;
    }
    return bytes;
  };
  return [encode(text, 254), encode(pattern, 255)];
}

/** Every fourth word of `bytes` from byte `shift` on, as little-endian 32-bit words. */
function words(bytes: Uint8Array, shift: number): Int32Array {
  const packed = new Int32Array(Math.max(0, (bytes.length - shift) >> 2));
  for (let w = 0, b = shift; w < packed.length; w++, b += 4) {
    packed[w] =
      (bytes[b] as number) |
      ((bytes[b + 1] as number) << 8) |
      ((bytes[b + 2] as number) << 16) |
      ((bytes[b + 3] as number) << 24);
  }
  return packed;
}

/** Bytes of `a` and `b` that differ, over words; the four byte counters are emptied before they can overflow. */
function differingBytes(a: Int32Array, from: number, b: Int32Array): number {
  let total = 0;
  for (let start = 0; start < b.length; start += 255) {
    const end = Math.min(b.length, start + 255);
    let counters = 0;
    for (let w = start; w < end; w++) {
      const x = (a[from + w] as number) ^ (b[w] as number);
      counters = (counters + (((((x & 0x7f7f7f7f) + 0x7f7f7f7f) | x) >>> 7) & 0x01010101)) | 0;
    }
    total += (counters & 255) + ((counters >>> 8) & 255) + ((counters >>> 16) & 255) + (counters >>> 24);
  }
  return total;
}

/** Matches at the alignments `from` to `to`. */
export type Stretch = (from: number, to: number) => Int32Array;

/**
 * Matches $M_i=\#\{j<m:T_{i+j}=P_j\}$ at the alignments `from` to `to` by comparing everything, $O(m)$ each: the reference
 * and the baseline. With at most 254 shared characters it compares four at a time, as bytes of 32-bit words, which is 2.5
 * times as fast as a plain loop.
 */
export function naiveMatches(pair: SymbolPair, from = 0, to: number = pair.alignments): Int32Array {
  return prepareNaive(pair)(from, to);
}

/** `naiveMatches` with the packing into words done once, for several stretches of the same text. */
export function prepareNaive(pair: SymbolPair): Stretch {
  const bytes = byteCodes(pair);
  return bytes ? byteMatches(...bytes) : (from, to) => plainMatches(pair, from, to);
}

function byteMatches(text: Uint8Array, pattern: Uint8Array): Stretch {
  const m = pattern.length;
  const shifted = [0, 1, 2, 3].map((shift) => words(text, shift));
  const packed = words(pattern, 0);
  return (from, to) => {
    const matches = new Int32Array(Math.max(0, to - from));
    for (let i = from; i < to; i++) {
      let differing = differingBytes(shifted[i & 3] as Int32Array, i >> 2, packed);
      for (let j = 4 * packed.length; j < m; j++) if (text[i + j] !== pattern[j]) differing++;
      matches[i - from] = m - differing;
    }
    return matches;
  };
}

/** The plain double loop, for any alphabet. */
export function plainMatches({ text, pattern, alignments }: SymbolPair, from = 0, to: number = alignments): Int32Array {
  const matches = new Int32Array(Math.max(0, to - from));
  for (let i = from; i < to; i++) {
    let equal = 0;
    for (let j = 0; j < pattern.length; j++) if (text[i + j] === pattern[j]) equal++;
    matches[i - from] = equal;
  }
  return matches;
}
