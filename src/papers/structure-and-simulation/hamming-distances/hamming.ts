import { Random } from "../../../kit/random.ts";
import { addLight, occurrences } from "./abrahamson.ts";
import { naiveMatches } from "./naive.ts";
import { PackedCounter, PackingError } from "./packed.ts";
import { calibrateCosts, naiveNs, referenceCosts, type SplitOptions, type SplitPlan, splitPlan } from "./plan.ts";
import { encodeSymbols, type Seq, type SymbolPair, toSymbols } from "./symbols.ts";
import { matchesAgree, prime } from "./verify.ts";

/** How the distances are computed; `auto` takes what its cost model predicts to be fastest. */
export type Method = "auto" | "naive" | "fft" | "abrahamson" | "packed";

export interface CountOptions extends SplitOptions {
  /** Default `auto`. */
  method?: Method;
  /** Check the counts of any floating-point path and repeat more safely when they are wrong. Default true. */
  verify?: boolean;
}

/** `costs` for the plan are measured once on this machine when left out. */
export interface HammingOptions extends CountOptions {
  /** A symbol that matches every symbol, on either side. */
  wildcard?: number | string;
  /** Take strings apart by code points instead of UTF-16 code units. */
  codePoints?: boolean;
  /** With `false`, a pattern longer than the text gives an empty result instead of an error. */
  strict?: boolean;
}

/** Work below this many comparisons is not worth measuring the machine for. */
const smallWork = 1 << 22;

/** Counts by a plan: transforms for its groups, increments for the rest. Throws PackingError when rounding failed. */
export function splitMatches(pair: SymbolPair, plan: SplitPlan): Int32Array {
  const matches = new Int32Array(pair.alignments);
  const lists = occurrences(pair);
  const counter = plan.size > 0 ? new PackedCounter(pair, plan.groups, plan.size, plan.perTransform) : undefined;
  const heavy = new Uint8Array(pair.alphabet);
  const shared = pair.patternCounts.reduce(
    (n, count, c) => n + (count > 0 && (pair.textCounts[c] ?? 0) > 0 ? 1 : 0),
    0,
  );
  for (const [b, chosen] of plan.blocks.entries()) {
    const from = b * plan.step;
    const to = Math.min(from + plan.step, pair.alignments);
    let inTransforms = 0;
    heavy.fill(0);
    for (const g of chosen) {
      for (const c of plan.groups[g] ?? []) {
        heavy[c] = 1;
        inTransforms++;
      }
    }
    if (inTransforms < shared) addLight(matches, pair, lists, heavy, from, to);
    if (chosen.length > 0) counter?.addBlock(matches, from, to, chosen);
  }
  return matches;
}

/**
 * Match counts $M_i=m-H_i$ by one method. Las Vegas: a result that took floating-point transforms is checked by
 * `matchesAgree`, and on failure computed again with fewer characters per transform and at last by increments alone, which
 * are exact. A wrong array is returned with probability at most $(n-m)/2^{30}$ per check.
 */
export function countMatches(pair: SymbolPair, o: CountOptions = {}): Int32Array {
  const { method = "auto", verify = true, only, perTransform = 4 } = o;
  const work = pair.alignments * pair.pattern.length;
  const costs = o.costs ?? (work < smallWork ? referenceCosts : calibrateCosts());
  if (method === "naive") return naiveMatches(pair);
  const wanted: Record<typeof method, SplitOptions> = {
    auto: { perTransform, costs, only },
    packed: { perTransform, costs, only },
    abrahamson: { perTransform: 1, costs, only },
    fft: { perTransform: 2, costs, only: "heavy" },
  };
  const checks = new Random(pair.alignments).fork("verify");
  for (const options of [wanted[method], { perTransform: 2, costs }, { perTransform: 1, costs }] as SplitOptions[]) {
    const plan = splitPlan(pair, options);
    if (method === "auto" && naiveNs(pair, costs) < plan.predictedNs) return naiveMatches(pair);
    try {
      const matches = splitMatches(pair, plan);
      if (plan.transforms === 0 || !verify) return matches;
      if (matchesAgree(pair, matches, checks.int(2, prime - 1))) return matches;
    } catch (error) {
      if (!(error instanceof PackingError)) throw error;
    }
  }
  return splitMatches(pair, splitPlan(pair, { only: "light" }));
}

/**
 * The Hamming distance of a pattern of length $m$ to a text of length $n$ at every alignment,
 * $$H_i=\#\{j<m:\;T_{i+j}\ne P_j\},\qquad i=0,\dots,n-m,$$
 * exactly, for any alphabet, in about $n\sqrt{m\log m}$ steps instead of $nm$.
 *
 * - `naive` compares everything.
 * - `fft` correlates the indicator of every shared character by transforms (two real ones in a complex one).
 * - `abrahamson` counts light characters by increments and heavy ones by transforms, one character in each, with the cut of
 *   least predicted cost (Abrahamson 1987).
 * - `packed` is the same with four characters per transform and its own cut: the floating-point counterpart of the
 *   bit-packed transforms with which the paper takes the logarithm off (Section 3 of arXiv 2310.13174).
 * - `auto`, the default, is `packed` or `naive`, whichever the plan predicts to be faster.
 *
 * @returns $n-m+1$ distances.
 * @throws RangeError for an empty pattern, a pattern longer than the text (unless `strict: false`), or a bad symbol.
 */
export function hammingDistances(text: Seq, pattern: Seq, o: HammingOptions = {}): Int32Array {
  const t = toSymbols(text, "text", o.codePoints);
  const p = toSymbols(pattern, "pattern", o.codePoints);
  if (p.length === 0) throw new RangeError("the pattern is empty");
  if (p.length > t.length) {
    if (o.strict === false) return new Int32Array(0);
    throw new RangeError(`the pattern (${p.length} symbols) is longer than the text (${t.length})`);
  }
  const count = (pair: SymbolPair): Int32Array => countMatches(pair, o);
  const m = p.length;
  if (o.wildcard === undefined) return count(encodeSymbols(t, p)).map((matches) => m - matches);
  return wildcardDistances(t, p, wildcardSymbol(o.wildcard), count);
}

function wildcardSymbol(wildcard: number | string): number {
  const symbol = typeof wildcard === "string" ? (wildcard.codePointAt(0) ?? -1) : wildcard;
  const single = typeof wildcard !== "string" || wildcard.length === String.fromCodePoint(Math.max(0, symbol)).length;
  if (!single || !Number.isInteger(symbol) || symbol < 0 || symbol > 2 ** 32 - 1) {
    throw new RangeError(`the wildcard "${wildcard}" is not one symbol`);
  }
  return symbol;
}

/**
 * With a wildcard $*$: $H_i=m-w_P-w_T[i]+M^*_i-M'_i$, where $w_P$ and $w_T[i]$ count wildcards in the pattern and under it,
 * $M^*$ the places where both have one, and $M'$ matches of the other characters.
 */
function wildcardDistances(
  text: ArrayLike<number>,
  pattern: ArrayLike<number>,
  wildcard: number,
  count: (pair: SymbolPair) => Int32Array,
): Int32Array {
  const [n, m] = [text.length, pattern.length];
  /** Symbols with the wildcards of one side made unlike those of the other, so that they match nothing. */
  const others = encodeSymbols(text, pattern);
  const code = others.symbols.indexOf(wildcard);
  if (code < 0) return count(others).map((matches) => m - matches);
  const inPattern = others.patternCounts[code] as number;
  const inText = others.textCounts[code] as number;
  const wild = others.text.map((c) => (c === code ? 1 : 0));
  const both =
    inPattern > 0 && inText > 0
      ? count(
          encodeSymbols(
            wild,
            others.pattern.map((c) => (c === code ? 1 : 2)),
          ),
        )
      : new Int32Array(n - m + 1);
  // A code of its own on the text side: the counts of matches then leave wildcards out.
  others.text = others.text.map((c) => (c === code ? others.alphabet : c));
  others.alphabet++;
  others.textCounts = Int32Array.from([...others.textCounts, inText]);
  others.textCounts[code] = 0;
  others.patternCounts = Int32Array.from([...others.patternCounts, 0]);
  const matches = count(others);
  const distances = new Int32Array(n - m + 1);
  let under = 0;
  for (let p = 0; p < m - 1; p++) under += wild[p] as number;
  for (let i = 0; i <= n - m; i++) {
    under += wild[i + m - 1] as number;
    distances[i] = m - inPattern - under + (both[i] as number) - (matches[i] as number);
    under -= wild[i] as number;
  }
  return distances;
}
