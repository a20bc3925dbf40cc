import { addLight, occurrences } from "./abrahamson.ts";
import { blockSize } from "./correlate.ts";
import { fourier } from "./fft.ts";
import { prepareNaive } from "./naive.ts";
import { PackedCounter, type PerTransform } from "./packed.ts";
import { encodeSymbols, type Seq, type SymbolPair, toSymbols } from "./symbols.ts";

/** What the elementary steps cost on a machine, in nanoseconds. */
export interface Costs {
  /** One comparison of the naive method. */
  compare: number;
  /** One increment of the light part. */
  increment: number;
  /** A transform of $L$ points, per $L\log_2L$. */
  butterfly: number;
  /** Writing, multiplying and reading a transform of $L$ points, per $L$. */
  point: number;
}

/** Costs measured on the machine this was written on; on others their ratios differ little. */
export const referenceCosts: Costs = { compare: 0.9, increment: 1.5, butterfly: 1.15, point: 5 };

/** What a split may use; everything by default. The restrictions are there for comparison. */
export interface SplitOptions {
  /** Characters per transform. Default 4. */
  perTransform?: PerTransform;
  /** `"light"` keeps every character on increments, `"heavy"` sends all through transforms. */
  only?: "light" | "heavy" | undefined;
  costs?: Costs;
}

/** How a pair is split: which characters take transforms, in which blocks. */
export interface SplitPlan {
  perTransform: PerTransform;
  /** Points of a transform, $L$, and alignments it serves, $L-m+1$. */
  size: number;
  step: number;
  /** Characters that may take transforms, in groups of `perTransform`, most increments first. */
  groups: number[][];
  /** For each block of alignments, the groups that take a transform there; the rest are counted by increments. */
  blocks: number[][];
  increments: number;
  /** Transforms of `size` points, pattern and inverse ones included. */
  transforms: number;
  predictedNs: number;
}

/** The rounding risk above which a packing is not used, in units of the wanted digit. */
const riskLimit = 0.125;

/** Nanoseconds of a transform with its share of reading and writing. */
function transformCost(size: number, costs: Costs): number {
  return size * (costs.butterfly * Math.max(1, Math.log2(size)) + costs.point);
}

function grouped(characters: readonly number[], count: number): number[][] {
  return Array.from({ length: Math.ceil(characters.length / count) }, (_, g) =>
    characters.slice(g * count, (g + 1) * count),
  );
}

/** Increments each group would take in each block. */
function blockIncrements(
  { text, pattern, alphabet, patternCounts, alignments }: SymbolPair,
  groups: readonly number[][],
  step: number,
): Float64Array[] {
  const m = pattern.length;
  /** Characters outside the groups go to a place of their own at the end. */
  const groupOf = new Int32Array(alphabet).fill(groups.length);
  for (const [g, group] of groups.entries()) for (const c of group) groupOf[c] = g;
  const blocks: Float64Array[] = [];
  for (let from = 0; from < alignments; from += step) {
    const to = Math.min(from + step, alignments);
    const work = new Float64Array(groups.length + 1);
    const add = (start: number, end: number, share: (p: number) => number): void => {
      for (let p = start; p < end; p++) {
        const c = text[p] as number;
        const g = groupOf[c] as number;
        work[g] = (work[g] as number) + (patternCounts[c] as number) * share(p);
      }
    };
    // A text position near the ends of the block meets a part of the pattern only.
    const full = Math.min(to - from, m);
    const whole = full / m;
    add(from, from + full - 1, (p) => (p - from + 1) / m);
    for (let p = from + full - 1; p < to + m - full; p++) {
      const c = text[p] as number;
      const g = groupOf[c] as number;
      work[g] = (work[g] as number) + (patternCounts[c] as number) * whole;
    }
    add(to + m - full, to + m - 1, (p) => (to + m - 1 - p) / m);
    blocks.push(work);
  }
  return blocks;
}

/** Characters that both sequences have, the ones that cost most increments first. */
function sharedCharacters({ alphabet, textCounts, patternCounts }: SymbolPair): number[] {
  const weight = (c: number): number => (textCounts[c] as number) * (patternCounts[c] as number);
  const shared: number[] = [];
  for (let c = 0; c < alphabet; c++) if (weight(c) > 0) shared.push(c);
  return shared.sort((a, b) => weight(b) - weight(a) || a - b);
}

/** Increments that the whole pair would take, over all characters in the list. */
function totalIncrements(pair: SymbolPair, characters: readonly number[]): number {
  const { textCounts, patternCounts, alignments, text } = pair;
  let sum = 0;
  for (const c of characters) sum += (textCounts[c] as number) * (patternCounts[c] as number);
  return (sum * alignments) / text.length;
}

/**
 * The cut between heavy and light characters that costs least by the model. A group of characters takes a transform in a
 * block where its increments $\sum_c t_cf_c$ (with the block's own text counts) cost more than the transform, provided that
 * over all blocks this pays for the transform of the pattern; a block with transforms pays for one inverse. No threshold on
 * $f_c$ is set: a character rare in the pattern but frequent in the text is as expensive as the reverse.
 */
export function splitPlan(pair: SymbolPair, o: SplitOptions = {}): SplitPlan {
  const { perTransform: wanted = 4, only, costs = referenceCosts } = o;
  const { alignments, pattern } = pair;
  const m = pattern.length;
  const shared = sharedCharacters(pair);
  const total = totalIncrements(pair, shared);
  const perPosition = 2 * pair.text.length; // reading each text position, whatever follows
  const lightOnly: SplitPlan = {
    perTransform: wanted,
    size: 0,
    step: alignments,
    groups: [],
    blocks: [[]],
    increments: total,
    transforms: 0,
    predictedNs: costs.increment * total + perPosition,
  };
  if (only === "light" || shared.length === 0) return lightOnly;
  const perTransform = wanted === 4 && shared.length <= 2 ? 2 : wanted;
  const all = grouped(shared, perTransform);
  const work = all.map((group) => totalIncrements(pair, group) * costs.increment);
  /** Groups worth a transform in every block of this size, if the text were even. */
  const evenHeavy = (size: number, blocks: number): number => {
    const worth = only === "heavy" ? -1 : (blocks + 1) * transformCost(size, costs);
    let count = 0;
    while (count < work.length && (work[count] as number) > worth) count++;
    return count;
  };
  const workFrom = new Float64Array(work.length + 1);
  for (let g = work.length - 1; g >= 0; g--) workFrom[g] = (workFrom[g + 1] as number) + (work[g] as number);
  const { size, step, blocks } = blockSize(alignments, m, (points, count) => {
    const heavy = Math.max(1, evenHeavy(points, count));
    return (heavy * (count + 1) + count) * transformCost(points, costs) + (workFrom[heavy] as number);
  });
  if (blocks === 0) return lightOnly; // a pattern beyond the largest transform
  const each = transformCost(size, costs);
  // A group can pay off in some blocks although it does not in all, so more are looked at than an even text needs.
  const candidates =
    only === "heavy" ? all.length : Math.max(evenHeavy(size, blocks), work.filter((cost) => cost > 2 * each).length);
  const groups = all.slice(0, candidates);
  while (groups.length > 0 && PackedCounter.risk(pair, groups, size, perTransform) > riskLimit) {
    if (perTransform > 1) return splitPlan(pair, { costs, only, perTransform: perTransform === 4 ? 2 : 1 });
    groups.pop();
  }
  if (groups.length === 0) return lightOnly;
  const inBlocks = blockIncrements(pair, groups, step);
  const gain = (g: number): number =>
    inBlocks.reduce((sum, block) => sum + Math.max(0, costs.increment * (block[g] as number) - each), 0);
  const kept = only === "heavy" ? groups.map((_, g) => g) : groups.flatMap((_, g) => (gain(g) > each ? [g] : []));
  const chosen = inBlocks.map((block) => {
    if (only === "heavy") return kept;
    const here = kept.filter((g) => costs.increment * (block[g] as number) > each);
    const saved = here.reduce((sum, g) => sum + costs.increment * (block[g] as number) - each, 0);
    return saved > each ? here : [];
  });
  const used = new Set(chosen.flat());
  if (used.size === 0) return lightOnly;
  const transforms = used.size + chosen.reduce((sum, here) => sum + here.length + (here.length > 0 ? 1 : 0), 0);
  const saved = chosen.reduce(
    (sum, here, b) => sum + here.reduce((inner, g) => inner + ((inBlocks[b] as Float64Array)[g] as number), 0),
    0,
  );
  const increments = Math.max(0, total - saved);
  const predictedNs = costs.increment * increments + transforms * each + perPosition;
  if (only !== "heavy" && predictedNs > lightOnly.predictedNs) return lightOnly;
  return { perTransform, size, step, groups, blocks: chosen, increments, transforms, predictedNs };
}

/** Predicted nanoseconds of the naive method. */
export function naiveNs({ alignments, pattern, text }: SymbolPair, costs: Costs): number {
  return costs.compare * alignments * pattern.length + 2 * text.length;
}

/** The predicted cost of a plan and of its rivals, and what it does with the characters. */
export interface Plan {
  /** The method that `auto` would take. */
  method: "naive" | "packed";
  /** Shared characters counted by increments everywhere, and by transforms in some block. */
  lightChars: number;
  heavyChars: number;
  /** Points of a transform; 0 when there is none. */
  transformSize: number;
  blocks: number;
  increments: number;
  transforms: number;
  /** By method, in milliseconds. */
  predictedMs: Record<"naive" | "fft" | "abrahamson" | "packed", number>;
}

/** `plan` on encoded sequences. */
export function planPair(pair: SymbolPair, o: SplitOptions = {}): Plan {
  const { costs = referenceCosts } = o;
  const packed = splitPlan(pair, o);
  const heavyChars = [...new Set(packed.blocks.flat())].reduce((n, g) => n + (packed.groups[g]?.length ?? 0), 0);
  const ms = (ns: number): number => ns / 1e6;
  return {
    method: naiveNs(pair, costs) < packed.predictedNs ? "naive" : "packed",
    lightChars: sharedCharacters(pair).length - heavyChars,
    heavyChars,
    transformSize: packed.size,
    blocks: packed.blocks.length,
    increments: packed.increments,
    transforms: packed.transforms,
    predictedMs: {
      naive: ms(naiveNs(pair, costs)),
      fft: ms(splitPlan(pair, { perTransform: 2, costs, only: "heavy" }).predictedNs),
      abrahamson: ms(splitPlan(pair, { perTransform: 1, costs }).predictedNs),
      packed: ms(packed.predictedNs),
    },
  };
}

/**
 * What `hammingDistances` would do with this text and pattern, and how long each method would take by the cost model:
 * $\mathit{compare}\cdot m$ per alignment for naive, $\mathit{increment}\sum_ct_cf_c$ for light characters and
 * $\mathit{butterfly}\,L\log_2L+\mathit{point}\,L$ for a transform.
 */
export function plan(text: Seq, pattern: Seq, o: { costs?: Costs; codePoints?: boolean } = {}): Plan {
  const pair = encodeSymbols(toSymbols(text, "text", o.codePoints), toSymbols(pattern, "pattern", o.codePoints));
  if (pair.pattern.length === 0) throw new RangeError("the pattern is empty");
  if (pair.alignments === 0) throw new RangeError("the pattern is longer than the text");
  return planPair(pair, { costs: o.costs ?? calibrateCosts() });
}

let calibrated: Costs | undefined;

/** Measures the costs of this machine once, in about 30 ms: the least of interleaved rounds, which other programs disturb least. */
export function calibrateCosts(): Costs {
  if (calibrated) return calibrated;
  const [n, m, size] = [12_287, 8192, 1 << 14];
  const sequence = (length: number) =>
    Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 63);
  const pair = encodeSymbols(sequence(n), sequence(m));
  const lists = occurrences(pair);
  const matches = new Int32Array(pair.alignments);
  const none = new Uint8Array(pair.alphabet);
  const compare = prepareNaive(pair);
  const [re, im] = [new Float64Array(size).fill(1), new Float64Array(size)];
  let increments = 1;
  const works = {
    compare: () => compare(0, 64),
    increment: () => {
      increments = addLight(matches, pair, lists, none, 0, pair.alignments);
    },
    butterfly: () => fourier(size).forward(re, im),
  };
  const names = ["compare", "increment", "butterfly"] as const;
  const least = {
    compare: Number.POSITIVE_INFINITY,
    increment: Number.POSITIVE_INFINITY,
    butterfly: Number.POSITIVE_INFINITY,
  };
  for (let round = 0; round < 15; round++) {
    re.fill(1); // values would grow beyond all bounds otherwise
    im.fill(0);
    for (const name of names) {
      const start = performance.now();
      works[name]();
      least[name] = Math.min(least[name], (performance.now() - start) * 1e6);
    }
  }
  // A clock too coarse for these works gives nonsense; the usual costs bound what is believed.
  const guard = (value: number, usual: number): number => Math.min(20 * usual, Math.max(usual / 20, value));
  const butterfly = guard(least.butterfly / (size * Math.log2(size)), referenceCosts.butterfly);
  calibrated = {
    compare: guard(least.compare / (64 * m), referenceCosts.compare),
    increment: guard(least.increment / increments, referenceCosts.increment),
    butterfly,
    point: (referenceCosts.point * butterfly) / referenceCosts.butterfly,
  };
  return calibrated;
}
