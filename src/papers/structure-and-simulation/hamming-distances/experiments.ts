import type { Trial } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { hammingDistancesApprox } from "./approximate.ts";
import { type Family, familyPair } from "./families.ts";
import { type CountOptions, countMatches } from "./hamming.ts";
import { kMismatch } from "./k-mismatch.ts";
import { plainMatches } from "./naive.ts";
import { countDifferences, countingFromHamming, hammingFromCounting } from "./reductions.ts";
import { encodeSymbols, type SymbolPair } from "./symbols.ts";

/** All ways of counting that have to agree with the plain loop. */
const ways: Record<string, CountOptions> = {
  auto: {},
  naive: { method: "naive" },
  fft: { method: "fft" },
  abrahamson: { method: "abrahamson" },
  packed: { method: "packed" },
  "transforms, 1 each": { method: "packed", only: "heavy", perTransform: 1 },
  "transforms, 2 each": { method: "packed", only: "heavy", perTransform: 2 },
  "transforms, 4 each": { method: "packed", only: "heavy", perTransform: 4 },
};

/** Names of the ways that are compared, for tables. */
export const wayNames = [...Object.keys(ways), "k mismatches"];

export interface ExactnessResult {
  instances: number;
  alignments: number;
  /** Wrong distances by way. */
  wrong: Record<string, number>;
}

function differing(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let count = a.length === b.length ? 0 : 1;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

const families: Family[] = ["hard", "DNA", "uniform", "Zipf", "periodic", "one letter"];

/** Random instances of all families against the plain loop; every eighth has $m=n$. */
export const exactnessTrial: Trial<{ instances: number }, ExactnessResult> = ({ instances }, { random }) => {
  const wrong: Record<string, number> = Object.fromEntries(wayNames.map((name) => [name, 0]));
  let alignments = 0;
  for (let instance = 0; instance < instances; instance++) {
    const m = random.int(1, instance % 5 === 0 ? 600 : 80);
    const n = instance % 8 === 0 ? m : m + random.int(0, 900);
    const pair = familyPair(families[instance % families.length] as Family, n, m, random);
    const expected = plainMatches(pair);
    alignments += expected.length;
    for (const [name, options] of Object.entries(ways)) {
      wrong[name] = (wrong[name] ?? 0) + differing(countMatches(pair, options), expected);
    }
    const k = random.int(0, m);
    const { positions, distances } = kMismatch(asSymbols(pair.text), asSymbols(pair.pattern), k);
    const within = [...expected.keys()].filter((i) => m - (expected[i] as number) <= k);
    const bad =
      differing(positions, within) +
      differing(
        distances,
        within.map((i) => m - (expected[i] as number)),
      );
    wrong["k mismatches"] = (wrong["k mismatches"] ?? 0) + bad;
  }
  return { instances, alignments, wrong };
};

function asSymbols(codes: Int32Array): Uint32Array {
  return Uint32Array.from(codes);
}

export interface EquivalenceResult {
  instances: number;
  /** Wrong distances by way of counting, and wrong counts by way of distances. */
  wrongDistances: number;
  wrongCounts: number;
}

/** A multiset with a cluster that meets the range, repeated values and a few far away. */
function integers(size: number, spread: number, random: Random): number[] {
  return Array.from({ length: size }, () => {
    const where = random.int(0, 9);
    if (where === 0) return random.int(-(2 ** 30), 2 ** 30) * 2 ** 22;
    return random.int(-spread, spread) * (where < 3 ? 2 : 1);
  });
}

/** Both reductions on random instances, against the plain loop and against all pairs. */
export const equivalenceTrial: Trial<{ instances: number }, EquivalenceResult> = ({ instances }, { random }) => {
  const result = { instances, wrongDistances: 0, wrongCounts: 0 };
  for (let instance = 0; instance < instances; instance++) {
    const m = random.int(1, 60);
    const pair = familyPair(families[instance % families.length] as Family, m + random.int(0, 200), m, random);
    const expected = plainMatches(pair).map((matches) => m - matches);
    const [text, pattern] = [asSymbols(pair.text), asSymbols(pair.pattern)];
    result.wrongDistances += differing(hammingFromCounting(text, pattern), expected);
    // There and back: the counting inside is done by Hamming distances again.
    if (instance % 4 === 0) {
      const nested = hammingFromCounting(text, pattern, (a, b, range) =>
        countingFromHamming(a, b, range, { rng: random }),
      );
      result.wrongDistances += differing(nested, expected);
    }
    const spread = random.int(10, 200);
    const a = integers(random.int(1, 80), spread, random);
    const b = integers(random.int(1, 80), spread, random);
    const range = random.int(1, 150);
    const direct = new Float64Array(range);
    for (const x of a) {
      for (const y of b) if (x - y >= 0 && x - y < range) direct[x - y] = (direct[x - y] as number) + 1;
    }
    result.wrongCounts += differing(countDifferences(a, b, range), direct);
    result.wrongCounts += differing(countingFromHamming(a, b, range, { rng: random }), direct);
  }
  return result;
};

export const epsilons = [0.5, 0.2, 0.1, 0.05];
/** Random maps in the claim, for both approximations. */
export const claimRounds = 12;
/** Relative error at which the two approximations are set against each other. */
export const contestEps = 0.2;

export interface ApproximationResult {
  /** For each ε: draws, alignments that exceed the distance, and the largest relative shortfall of each draw. */
  byEps: { eps: number; overestimates: number; shortfalls: number[] }[];
  /** Two-letter strings: draws, and those with an alignment further than ε = 0.2 off. */
  twoLetters: { draws: number; karloffFails: number; kopelowitzPoratFails: number };
}

/** Copies of the pattern with 2 to 60 % of the letters changed, so that small and large distances occur. */
function plant(pair: SymbolPair, random: Random): void {
  const m = pair.pattern.length;
  for (let copy = 0; copy < 4; copy++) {
    const at = random.int(0, pair.text.length - m);
    const changed = random.uniform(0.02, 0.6);
    for (let j = 0; j < m; j++) {
      pair.text[at + j] = random.bool(changed) ? random.int(0, pair.alphabet - 1) : (pair.pattern[j] as number);
    }
  }
}

function largestError(
  estimate: Float64Array,
  matches: Int32Array,
  m: number,
): { over: number; short: number; off: number } {
  let [over, short, off] = [0, 0, 0];
  for (let i = 0; i < estimate.length; i++) {
    const h = m - (matches[i] as number);
    const e = estimate[i] as number;
    if (e > h) over++;
    if (h === 0) continue;
    short = Math.max(short, (h - e) / h);
    off = Math.max(off, Math.abs(h - e) / h);
  }
  return { over, short, off };
}

/**
 * Approximations on strings with planted near copies and on strings of two letters, where all mismatches are of one pair.
 *
 * @param maps of the alphabet for Kopelowitz–Porat: 12, or 1 to take the maximum away.
 */
export const approximationTrial: Trial<{ draws: number; contests: number; maps: number }, ApproximationResult> = (
  { draws, contests, maps },
  { random },
) => {
  const byEps = epsilons.map((eps) => ({ eps, overestimates: 0, shortfalls: [] as number[] }));
  const kinds: Family[] = ["uniform", "Zipf", "hard", "DNA"];
  for (let draw = 0; draw < draws; draw++) {
    const m = random.int(64, 192);
    const pair = familyPair(kinds[draw % kinds.length] as Family, 5 * m, m, random);
    plant(pair, random);
    const [text, pattern] = [asSymbols(pair.text), asSymbols(pair.pattern)];
    const exact = plainMatches(pair);
    for (const row of byEps) {
      const estimate = hammingDistancesApprox(text, pattern, { eps: row.eps, rounds: maps, rng: random });
      const { over, short } = largestError(estimate, exact, m);
      row.overestimates += over;
      row.shortfalls.push(short);
    }
  }
  const twoLetters = { draws: contests, karloffFails: 0, kopelowitzPoratFails: 0 };
  for (let draw = 0; draw < contests; draw++) {
    const m = 32;
    const letters = (length: number) => Uint8Array.from({ length }, () => random.int(0, 1));
    const [text, pattern] = [letters(4 * m), letters(m)];
    const exact = plainMatches(encodeSymbols(text, pattern));
    const fails = (method: "karloff" | "kopelowitz-porat", rounds: number): number => {
      const estimate = hammingDistancesApprox(text, pattern, { eps: contestEps, method, rounds, rng: random });
      return largestError(estimate, exact, m).off > contestEps ? 1 : 0;
    };
    twoLetters.karloffFails += fails("karloff", claimRounds);
    twoLetters.kopelowitzPoratFails += fails("kopelowitz-porat", maps);
  }
  return { byEps, twoLetters };
};
