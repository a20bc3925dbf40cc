import type { Measured, PartOutcome, Row, Run } from "../../../kit/paper.ts";
import { type Interval, logLogSlope, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import { growthChart } from "./charts.ts";
import { type Family, hardAlphabet, hardPair } from "./families.ts";
import { splitPlan } from "./plan.ts";
import {
  type Ablation,
  alphabetCalls,
  type Contender,
  familyCall,
  hardCalls,
  leastTimes,
  type Timed,
} from "./timing.ts";

/** Slopes are taken from this pattern length on, in powers of two; the packing is judged from `packingFrom` on. */
const slopeFrom = 10;
const packingFrom = 12;
/** Alphabet sizes are varied up to this pattern length, and the easy families are timed there at most. */
const variedUpTo = 15;
const easyFamilies: Family[] = ["DNA", "uniform", "Zipf"];
/** Factors on the alphabet size √(m / log₂ m), besides 1. At a quarter and at twice that size all ways are faster again. */
const alphabetScales = [0.5, 0.7];

/** Holds when the whole interval is below the threshold. */
function below(interval: Interval, threshold: number): PartOutcome {
  if (interval.high < threshold) return "holds";
  return interval.low > threshold ? "does not hold" : "inconclusive";
}

function inside(interval: Interval, low: number, high: number): PartOutcome {
  return all([exceeds(interval, low), below(interval, high)]);
}

const methodNames: Record<Contender, string> = {
  plain: "naive, plain loop",
  naive: "naive, four at a time",
  one: "split, 1 per transform",
  two: "split, 2 per transform",
  auto: "auto",
};
const contenders = Object.keys(methodNames) as Contender[];

/** Times by exponent of the pattern length, one record a seed. */
type Times = Map<number, Record<Contender, number>[]>;

function showGrowth(times: Times, run: Run): void {
  const at = (exponent: number, name: Contender): Interval =>
    meanInterval((times.get(exponent) ?? []).map((record) => record[name]));
  run.table("growth", {
    title: "Hard family: nanoseconds per text symbol, n = 8 m (means over seeds)",
    columns: [
      { key: "m", label: "m" },
      { key: "alphabet", label: "characters" },
      ...contenders.map((name) => ({ key: name, label: methodNames[name], digits: 1 })),
      { key: "ratio", label: "naive / auto", digits: 1 },
    ],
    rows: [...times.keys()].map((exponent) => ({
      m: 2 ** exponent,
      alphabet: hardAlphabet(2 ** exponent),
      ...Object.fromEntries(contenders.map((name) => [name, at(exponent, name).value])),
      ratio: at(exponent, "naive").value / at(exponent, "auto").value,
    })),
  });
  const points = [...times.keys()].flatMap((exponent) =>
    contenders.map((name): Row => {
      const values = (times.get(exponent) ?? []).map((record) => record[name]);
      return {
        m: 2 ** exponent,
        method: methodNames[name],
        ns: at(exponent, name).value,
        low: Math.min(...values),
        high: Math.max(...values),
      };
    }),
  );
  run.chart("growth", growthChart(points));
}

/** Operations of the chosen splits at fixed cost ratios: increments, and 5 L log₂ L for a transform. */
function showOperations(exponents: readonly number[], run: Run): void {
  run.table("operations", {
    title: "Operations of the split on the hard family, over n √m (fixed cost ratios, first seed)",
    columns: [
      { key: "m", label: "m" },
      { key: "increments", label: "increments, 4 per transform" },
      { key: "transforms", label: "transforms, 4 per transform" },
      { key: "four", label: "operations / n√m, 4 per transform", digits: 2 },
      { key: "one", label: "operations / n√m, 1 per transform", digits: 2 },
    ],
    rows: exponents.map((exponent) => {
      const m = 2 ** exponent;
      const pair = hardPair(8 * m, m, run.random.fork(`hard ${exponent} 0`));
      const [four, one] = ([4, 1] as const).map((perTransform) => {
        const { increments, transforms, size } = splitPlan(pair, { perTransform });
        const operations = increments + transforms * 5 * size * Math.log2(Math.max(2, size));
        return { increments, transforms, operations: operations / (8 * m * Math.sqrt(m)) };
      });
      return {
        m,
        increments: Math.round(four?.increments ?? 0),
        transforms: four?.transforms ?? 0,
        four: four?.operations ?? 0,
        one: one?.operations ?? 0,
      };
    }),
  });
}

/** Times of all contenders, as `timeAll` takes them. */
export interface Timings {
  times: Times;
  /** By exponent, per seed: worst time over alphabet sizes of each way of packing. */
  worst: Map<number, { one: number; two: number; auto: number }[]>;
  /** By family, per seed: time over the hard family's at the same length. */
  easy: Map<Family, number[]>;
}

export interface TimedParams {
  seeds: number;
  /** Longest pattern, as a power of two. */
  maxExponent: number;
  rounds: number;
  ablate: Ablation;
}

/** All times, one seed after the other in this thread, so that measurements do not disturb each other. */
export async function timeAll({ seeds, maxExponent, rounds, ablate }: TimedParams, run: Run): Promise<Timings> {
  const exponents = Array.from({ length: maxExponent - 7 }, (_, i) => 8 + i);
  const varied = Math.min(maxExponent, variedUpTo);
  const result: Timings = { times: new Map(), worst: new Map(), easy: new Map() };
  const add = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
    map.set(key, [...(map.get(key) ?? []), value]);
  };
  showOperations(exponents, run);
  // A pass over short patterns compiles the code before anything counts.
  await leastTimes(hardCalls(slopeFrom, run.random.fork("warm-up"), ablate), 2, run, () => {});
  for (let seed = 0; seed < seeds; seed++) {
    const random = (label: string) => run.random.fork(`${label} ${seed}`);
    const calls = exponents.flatMap((exponent) => [
      ...hardCalls(exponent, random(`hard ${exponent}`), ablate).map((call) => ({
        ...call,
        once: exponent < slopeFrom,
      })),
      ...(exponent < packingFrom || exponent > variedUpTo ? [] : alphabetScales).flatMap((scale) =>
        alphabetCalls(exponent, scale, random(`alphabet ${exponent} ${scale}`), ablate),
      ),
      ...(exponent === varied ? easyFamilies : []).map((family) =>
        familyCall(exponent, family, random(`${family} ${exponent}`), ablate),
      ),
    ]);
    const ns = await leastTimes(calls, rounds, run, (done) =>
      run.progress(0.3 + (0.7 * (seed + done)) / seeds, `times, seed ${seed + 1} of ${seeds}`),
    );
    const found = (exponent: number, strings: Timed["strings"], contender: Contender): number =>
      ns[
        calls.findIndex(
          (call) => call.exponent === exponent && call.strings === strings && call.contender === contender,
        )
      ] ?? Number.NaN;
    for (const exponent of exponents) {
      const record = Object.fromEntries(contenders.map((name) => [name, found(exponent, "hard", name)]));
      add(result.times, exponent, record as Record<Contender, number>);
      if (exponent < packingFrom || exponent > variedUpTo) continue;
      const worst = (name: Contender): number =>
        Math.max(found(exponent, "hard", name), ...alphabetScales.map((scale) => found(exponent, scale, name)));
      add(result.worst, exponent, { one: worst("one"), two: worst("two"), auto: worst("auto") });
    }
    for (const family of easyFamilies) {
      add(result.easy, family, found(varied, family, "auto") / found(varied, "hard", "auto"));
    }
    showGrowth(result.times, run);
  }
  return result;
}

export function ratePart({ times, easy }: Timings): PartResult {
  const exponents = [...times.keys()].filter((exponent) => exponent >= slopeFrom);
  const seeds = times.get(slopeFrom)?.length ?? 0;
  const slopes = (name: Contender): number[] =>
    Array.from(
      { length: seeds },
      (_, seed) =>
        logLogSlope(
          exponents.map((exponent) => 2 ** exponent),
          exponents.map((exponent) => times.get(exponent)?.[seed]?.[name] ?? Number.NaN),
        ).slope,
    );
  const [auto, naive] = [slopes("auto"), slopes("naive")];
  const lower = pairedInterval(naive, auto);
  const ratios = [...easy].map(([family, values]) => ({ family, ratio: meanInterval(values) }));
  const last = Math.max(...exponents);
  return {
    outcome: all([
      inside(meanInterval(auto), 0.1, 0.65),
      exceeds(lower, 0.3),
      ...ratios.map(({ ratio }) => below(ratio, 1.25)),
    ]),
    measured: [
      measured("slope of auto", meanInterval(auto)),
      measured("slope of naive", meanInterval(naive)),
      measured("slope of naive − slope of auto", lower),
      measured("slope of split, 1 per transform", meanInterval(slopes("one"))),
      measured(`time(naive) / time(auto) at m = 2^${last}`, meanInterval(ratiosAt(times, last, "naive"))),
      ...ratios.map(({ family, ratio }) => measured(`auto, ${family} / hard`, ratio)),
    ],
  };
}

function ratiosAt(times: Times, exponent: number, name: "naive" | "plain"): number[] {
  return (times.get(exponent) ?? []).map((record) => record[name] / record.auto);
}

export function speedUpPart({ times }: Timings): PartResult {
  if (!times.has(variedUpTo)) {
    return { outcome: "inconclusive", measured: [], reason: "Patterns of 2^15 symbols were not timed." };
  }
  const plain = meanInterval(ratiosAt(times, variedUpTo, "plain"));
  const naive = meanInterval(ratiosAt(times, variedUpTo, "naive"));
  return {
    outcome: all([exceeds(plain, 20), exceeds(naive, 10)]),
    measured: [
      measured("time(plain loop) / time(auto) at m = 2^15", plain),
      measured("time(four at a time) / time(auto) at m = 2^15", naive),
    ],
  };
}

export function packingPart({ worst }: Timings, run: Run): PartResult {
  if (worst.size === 0) {
    return { outcome: "inconclusive", measured: [], reason: "Patterns of 2^12 symbols were not timed." };
  }
  const numbers: Measured[] = [];
  const outcomes: PartOutcome[] = [];
  const rows: Row[] = [];
  for (const [exponent, records] of worst) {
    const overOne = meanInterval(records.map((record) => record.one / record.auto));
    const overTwo = meanInterval(records.map((record) => record.two / record.auto));
    outcomes.push(exceeds(overOne, 1.3));
    numbers.push(measured(`one / four per transform, m = 2^${exponent}`, overOne));
    numbers.push(measured(`two / four per transform, m = 2^${exponent}`, overTwo));
    const mean = (name: "one" | "two" | "auto"): number => meanInterval(records.map((record) => record[name])).value;
    rows.push({ m: 2 ** exponent, one: mean("one"), two: mean("two"), four: mean("auto"), overOne: overOne.value });
  }
  run.table("packing", {
    title: "Worst time over alphabets of 0.5, 0.7 and 1 times √(m / log₂ m) characters, ns per text symbol",
    columns: [
      { key: "m", label: "m" },
      { key: "one", label: "1 per transform", digits: 1 },
      { key: "two", label: "2 per transform", digits: 1 },
      { key: "four", label: "4 per transform", digits: 1 },
      { key: "overOne", label: "1 / 4", digits: 2 },
    ],
    rows,
  });
  return { outcome: all(outcomes), measured: numbers };
}
