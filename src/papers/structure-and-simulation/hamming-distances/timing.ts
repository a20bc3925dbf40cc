import type { Run } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { type Family, familyPair, hardPair } from "./families.ts";
import { type CountOptions, countMatches } from "./hamming.ts";
import { plainMatches, prepareNaive, type Stretch } from "./naive.ts";
import type { PerTransform } from "./packed.ts";
import { referenceCosts } from "./plan.ts";
import type { SymbolPair } from "./symbols.ts";

/** What is taken away from the method, for comparison. */
export type Ablation = "none" | "transforms" | "increments" | "packing" | "maximum";

/** The method with parts of it taken away. */
export function methodUnder(ablate: Ablation): CountOptions {
  if (ablate === "transforms") return { only: "light" };
  if (ablate === "increments") return { only: "heavy" };
  return ablate === "packing" ? { perTransform: 1 } : {};
}

/** Calls are repeated until a measurement lasts this long, in milliseconds. */
const leastMs = 30;
/** Comparisons in one call of the naive method: a stretch of the alignments, scaled up. */
const naiveWork = 1 << 21;

type Work = () => unknown;

interface ThreadClock {
  process?: { threadCpuUsage?: () => { user: number; system: number } };
}

/** Milliseconds of processor time of this thread so far, where it can be read (Node 24). It advances in steps of some ms. */
function processorMs(): number | undefined {
  const used = (globalThis as ThreadClock).process?.threadCpuUsage?.();
  return used && (used.user + used.system) / 1000;
}

/** True where this thread's own processor time can be read; elsewhere times are by the wall clock alone. */
export function hasThreadClock(): boolean {
  return processorMs() !== undefined;
}

/**
 * Milliseconds of one call. By the processor's clock where there is one, as a mean over calls, because it leaves out the time
 * that other programs had; by the wall clock as the least call, which is the one they disturbed least.
 */
function measure(work: Work): number {
  const begin = processorMs();
  let least = Number.POSITIVE_INFINITY;
  let calls = 0;
  let used = 0;
  while (used < leastMs) {
    const start = performance.now();
    work();
    calls++;
    const wall = performance.now() - start;
    least = Math.min(least, wall);
    used = begin === undefined ? used + wall : (processorMs() ?? begin) - begin;
  }
  return begin === undefined ? least : used / calls;
}

/** `naive` compares four symbols at a time, `plain` one; `one` and `two` are splits with so many characters per transform. */
export type Contender = "naive" | "plain" | "one" | "two" | "auto";

/** A call to be timed; `perSymbol` turns its milliseconds into nanoseconds per text symbol. */
export interface Timed {
  exponent: number;
  /** The hard family, the hard family at a multiple of its alphabet size, or another family. */
  strings: Family | number;
  contender: Contender;
  work: Work;
  perSymbol: number;
  /** Measured in the first round only. */
  once?: boolean;
}

/**
 * Nanoseconds per text symbol of each call, as the least over rounds. A round goes through all calls before the next begins,
 * so that a busy spell of the machine meets every pattern length and not one; a call of more than a second is timed once.
 */
export async function leastTimes(
  calls: readonly Timed[],
  rounds: number,
  run: Run,
  progress: (done: number) => void,
): Promise<number[]> {
  const least = calls.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { work, once }] of calls.entries()) {
      await run.breathe();
      if (round > 0 && (once || (least[i] as number) > 1000)) continue;
      least[i] = Math.min(least[i] as number, measure(work));
      progress((round + (i + 1) / calls.length) / rounds);
    }
  }
  return least.map((ms, i) => ms * (calls[i]?.perSymbol ?? 0));
}

/** Characters per transform of the rivals, each with its own cut; two in a complex transform cost what real ones do. */
const rivals: Record<"one" | "two", PerTransform> = { one: 1, two: 2 };

function timed(
  exponent: number,
  strings: Timed["strings"],
  contender: "one" | "two" | "auto",
  pair: SymbolPair,
  ablate: Ablation,
): Timed {
  const options: CountOptions =
    contender === "auto" ? methodUnder(ablate) : { method: "packed", perTransform: rivals[contender] };
  // Fixed costs: the same split on every machine and in every round.
  options.costs = referenceCosts;
  const perSymbol = 1e6 / pair.text.length;
  return { exponent, strings, contender, work: () => countMatches(pair, options), perSymbol };
}

/** A naive method on a stretch of alignments, scaled to all of them. */
function timedNaive(exponent: number, contender: "naive" | "plain", pair: SymbolPair, random: Random): Timed {
  const stretch = Math.min(pair.alignments, Math.ceil(naiveWork / pair.pattern.length));
  const from = random.int(0, pair.alignments - stretch);
  const prepared: Stretch = contender === "naive" ? prepareNaive(pair) : (a, b) => plainMatches(pair, a, b);
  const perSymbol = (1e6 * pair.alignments) / stretch / pair.text.length;
  return { exponent, strings: "hard", contender, work: () => prepared(from, from + stretch), perSymbol };
}

/** All contenders on the hard family. */
export function hardCalls(exponent: number, random: Random, ablate: Ablation): Timed[] {
  const m = 2 ** exponent;
  const pair = hardPair(8 * m, m, random);
  return [
    timedNaive(exponent, "naive", pair, random),
    timedNaive(exponent, "plain", pair, random),
    ...(["one", "two", "auto"] as const).map((name) => timed(exponent, "hard", name, pair, ablate)),
  ];
}

/** All but the naive method, with the hard family's alphabet size multiplied by `scale`. */
export function alphabetCalls(exponent: number, scale: number, random: Random, ablate: Ablation): Timed[] {
  const m = 2 ** exponent;
  const pair = hardPair(8 * m, m, random, scale);
  return (["one", "two", "auto"] as const).map((name) => timed(exponent, scale, name, pair, ablate));
}

/** The method on another family. */
export function familyCall(exponent: number, family: Family, random: Random, ablate: Ablation): Timed {
  const m = 2 ** exponent;
  return timed(exponent, family, "auto", familyPair(family, 8 * m, m, random), ablate);
}
