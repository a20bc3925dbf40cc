import type { Random } from "../../../kit/random.ts";
import { countMatches } from "./hamming.ts";
import { encodeSymbols, type Seq, type SymbolPair, toSymbols } from "./symbols.ts";

export interface ApproxOptions {
  /** Relative error $\varepsilon\in(0,1)$. */
  eps: number;
  /** Default `kopelowitz-porat`. */
  method?: "kopelowitz-porat" | "karloff";
  /** Random maps of the alphabet; by default enough for all alignments to be within ε with probability 0.95. */
  rounds?: number;
  rng: Random;
  codePoints?: boolean;
}

/** Chance that some alignment is off by more than ε when `rounds` is left to the defaults. */
const failure = 0.05;

/** Both sequences with every character replaced by `map[c]`: shared by text and pattern, or equal letters would part. */
function mapped(pair: SymbolPair, map: Uint8Array | Uint32Array): SymbolPair {
  const through = (codes: Int32Array): Uint32Array => Uint32Array.from(codes, (c) => map[c] as number);
  return encodeSymbols(through(pair.text), through(pair.pattern));
}

/** A random map of the alphabet to `buckets` symbols. */
function randomMap(alphabet: number, buckets: number, rng: Random): Uint32Array {
  return Uint32Array.from({ length: alphabet }, () => rng.int(0, buckets - 1));
}

/** Default number of maps: $\log_2$ of alignments over failure, or Hoeffding's bound for the mean of maps. */
function defaultRounds(method: "kopelowitz-porat" | "karloff", eps: number, alignments: number): number {
  return method === "kopelowitz-porat"
    ? Math.max(1, Math.ceil(Math.log2(alignments / failure)))
    : Math.max(1, Math.ceil((2 * Math.log((2 * alignments) / failure)) / eps ** 2));
}

/**
 * Approximate Hamming distances at every alignment.
 *
 * `kopelowitz-porat` (SOSA 2018; the best bound, about $n/\varepsilon$, before this paper): map the alphabet at random to
 * $\lceil 2/\varepsilon\rceil$ symbols, take the exact distances of the images, and keep the maximum over the rounds. Equal
 * letters stay equal, so it never exceeds $H_i$ and more rounds never lower it. A mismatch is lost with probability at most
 * $\varepsilon/2$ per round, so by Markov's inequality a round is at least $(1-\varepsilon)H_i$ with probability ½ or more.
 *
 * `karloff` (1993): map the alphabet to $\{0,1\}$; twice the distance of the images is unbiased. The mean of $r$ maps has a
 * relative standard deviation of up to $1/\sqrt r$, reached when all mismatches are of the same pair of letters.
 *
 * The paper's own algorithm, about $n\,\varepsilon^{-0.93}$ (Theorem 1.6), rests on fast rectangular matrix multiplication and is not here.
 *
 * @returns $n-m+1$ estimates: whole numbers for `kopelowitz-porat`.
 * @throws RangeError for ε outside (0, 1), fewer than one round, an empty pattern, or one longer than the text.
 */
export function hammingDistancesApprox(text: Seq, pattern: Seq, o: ApproxOptions): Float64Array {
  const { eps, method = "kopelowitz-porat", rng } = o;
  if (!(eps > 0 && eps < 1)) throw new RangeError(`eps is ${eps}; wanted a number between 0 and 1, both excluded`);
  const pair = encodeSymbols(toSymbols(text, "text", o.codePoints), toSymbols(pattern, "pattern", o.codePoints));
  const { alignments } = pair;
  const m = pair.pattern.length;
  if (m === 0) throw new RangeError("the pattern is empty");
  if (alignments === 0)
    throw new RangeError(`the pattern (${m} symbols) is longer than the text (${pair.text.length})`);
  const rounds = o.rounds ?? defaultRounds(method, eps, alignments);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`rounds is ${rounds}; wanted 1 or more`);
  const buckets = method === "karloff" ? 2 : Math.ceil(2 / eps);
  const estimate = new Float64Array(alignments);
  for (let round = 0; round < rounds; round++) {
    const image = mapped(pair, randomMap(pair.alphabet, buckets, rng));
    const matches = countMatches(image);
    for (let i = 0; i < alignments; i++) {
      const distance = m - (matches[i] as number);
      estimate[i] =
        method === "karloff"
          ? (estimate[i] as number) + (2 * distance) / rounds
          : Math.max(estimate[i] as number, distance);
    }
  }
  return estimate;
}
