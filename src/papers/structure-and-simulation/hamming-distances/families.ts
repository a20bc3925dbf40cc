import type { Random } from "../../../kit/random.ts";
import { encodeSymbols, type SymbolPair } from "./symbols.ts";

/** Kinds of text and pattern on which methods are compared. */
export type Family = "hard" | "DNA" | "uniform" | "Zipf" | "periodic" | "one letter";

/**
 * Alphabet size of the hard family, $s=\mathrm{round}\big(\kappa\sqrt{m/\log_2m}\big)$: then every character stands about
 * $\sqrt{m\log_2m}$ times in the pattern, too often for increments and too many characters for transforms.
 */
export function hardAlphabet(m: number, scale = 1): number {
  return Math.max(2, Math.round(scale * Math.sqrt(m / Math.log2(Math.max(2, m)))));
}

/** Pattern a random order of equal counts of each character, text independent and uniform. */
export function hardPair(n: number, m: number, random: Random, scale = 1): SymbolPair {
  const alphabet = hardAlphabet(m, scale);
  const pattern = random.shuffle(Uint32Array.from({ length: m }, (_, j) => j % alphabet));
  return encodeSymbols(uniform(n, alphabet, random), pattern);
}

function uniform(length: number, alphabet: number, random: Random): Uint32Array {
  return Uint32Array.from({ length }, () => random.int(0, alphabet - 1));
}

/** Independent characters with probability proportional to $1/c$. */
function zipf(length: number, alphabet: number, random: Random): Uint32Array {
  const cumulative = new Float64Array(alphabet);
  let total = 0;
  for (let c = 0; c < alphabet; c++) {
    total += 1 / (c + 1);
    cumulative[c] = total;
  }
  return Uint32Array.from({ length }, () => {
    const point = random.float() * total;
    let [low, high] = [0, alphabet - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] as number) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/** A random text of length `n` and pattern of length `m` of a family. */
export function familyPair(family: Family, n: number, m: number, random: Random): SymbolPair {
  if (family === "hard") return hardPair(n, m, random);
  if (family === "one letter") return encodeSymbols(new Uint8Array(n), new Uint8Array(m));
  if (family === "periodic") {
    const period = random.int(2, 9);
    const word = uniform(period, 3, random);
    const repeat = (length: number) => Uint32Array.from({ length }, (_, i) => word[i % period] as number);
    return encodeSymbols(repeat(n), repeat(m));
  }
  const alphabet = family === "DNA" ? 4 : m;
  const draw = family === "Zipf" ? zipf : uniform;
  return encodeSymbols(draw(n, alphabet, random), draw(m, alphabet, random));
}
