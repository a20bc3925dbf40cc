import type { TrialContext } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { mean, median } from "../../../kit/stats.ts";
import { batchNoise } from "./batch.ts";
import { TreeNoise } from "./binary-tree.ts";
import { evaluate } from "./evaluation.ts";
import { bernoulliRows, decodeMarginals, marginalMaxima, marginalsToStream, tracingScores } from "./marginals.ts";
import { noiseSource } from "./noise.ts";
import { NoisyPrefix, type PrefixNoise } from "./noisy-prefix.ts";
import { PrivacyLedger } from "./privacy.ts";
import { gaussianRelease, optimalPeriod, PeriodicRelease } from "./recompute.ts";
import { FactorizationNoise, sqrtFactorizationCounter } from "./square-root-factorization.ts";

/** Budget of every mechanism in the claim. */
export const rho = 0.5;

/**
 * The paper's idea taken away: `period` refreshes at every step, `sensitivity` forgets that a record touches all d sums,
 * `noise` gives recompute the noise of a counter.
 */
export type Ablation = "none" | "period" | "sensitivity" | "noise";

/** A hard stream: nominal horizon and number of columns. */
export interface Setting {
  T: number;
  d: number;
}

/** Columns at which the lower bound is strongest, $d = T^{2/3}$. */
export function hardest(T: number): Setting {
  return { T, d: Math.round(T ** (2 / 3)) };
}

/** Rows of the secret table so that its stream has at most T records: $n = \lfloor T/(2d+1) \rfloor$. */
export function rowsFor({ T, d }: Setting): number {
  return Math.max(1, Math.floor(T / (2 * d + 1)));
}

/** Records of the hard stream of a setting. */
export function lengthOf(setting: Setting): number {
  return rowsFor(setting) * (2 * setting.d + 1);
}

function hardTable(setting: Setting, random: Random): Uint8Array[] {
  const p = Float64Array.from({ length: setting.d }, () => random.uniform(0.05, 0.95));
  return bernoulliRows(rowsFor(setting), p, random);
}

/** Worst errors of recompute on a stream of maxima, as released and after monotone post-processing. */
function recomputeErrors(maxima: Float64Array, r: number, seed: number): { raw: number; monotone: number } {
  const T = maxima.length;
  const release = new PeriodicRelease(r, gaussianRelease(Math.floor(T / r), rho));
  const source = noiseSource(seed);
  let raw = 0;
  let worst = 0;
  let highest = 0;
  for (let t = 1; t <= T; t++) {
    const truth = maxima[t - 1] as number;
    const answer = release.at(t, truth, source);
    highest = Math.max(highest, Math.min(t, answer));
    raw = Math.max(raw, Math.abs(answer - truth));
    worst = Math.max(worst, Math.abs(highest - truth));
  }
  return { raw, monotone: worst };
}

/** Multiples of {@link optimalPeriod} to choose from: that one minimises a bound, and the best is somewhat longer. */
export const multiples = [0.7, 1, 1.4, 2, 2.8];

function periodOf(setting: Setting, multiple: number): number {
  const T = lengthOf(setting);
  return Math.min(T, Math.max(1, Math.round(multiple * optimalPeriod(T, rho))));
}

export interface Tuned extends Setting {
  r: number;
}

/** A setting with one of the {@link multiples} of its optimal period; with period 1 where the idea is taken away. */
export function withMultiple(setting: Setting, multiple: number, ablate: Ablation): Tuned {
  return { ...setting, r: ablate === "period" ? 1 : periodOf(setting, multiple) };
}

/** Median worst error of recompute at every one of the {@link multiples}, on streams that serve no other end. */
export function tuningTrial(
  { setting, streams }: { setting: Setting; streams: number },
  { random }: TrialContext,
): number[] {
  const errors = multiples.map((): number[] => []);
  for (let i = 0; i < streams; i++) {
    const stream = random.fork(i);
    const maxima = marginalMaxima(hardTable(setting, stream));
    for (const [at, multiple] of multiples.entries()) {
      errors[at]?.push(recomputeErrors(maxima, periodOf(setting, multiple), stream.uint32()).raw);
    }
  }
  return errors.map(median);
}

export interface HorizonErrors {
  recompute: number[];
  monotone: number[];
  counter: number[];
  batch: number[];
}

/** One seed of the rates: worst errors at every horizon, of max-sum, of counting, and of a single release at the end. */
export function horizonTrial(
  { tuned, batchDraws }: { tuned: Tuned[]; batchDraws: number },
  { random }: TrialContext,
): HorizonErrors {
  const errors: HorizonErrors = { recompute: [], monotone: [], counter: [], batch: [] };
  for (const setting of tuned) {
    const stream = random.fork(setting.T);
    const maxima = marginalMaxima(hardTable(setting, stream));
    const { raw, monotone } = recomputeErrors(maxima, setting.r, stream.uint32());
    errors.recompute.push(raw);
    errors.monotone.push(monotone);
    const counter = sqrtFactorizationCounter({ T: maxima.length, rho, seed: stream.uint32() });
    let worst = 0;
    const record = new Uint8Array(1);
    for (let t = 1, truth = 0; t <= maxima.length; t++) {
      record[0] = +stream.bool();
      truth += record[0];
      worst = Math.max(worst, Math.abs(counter.step(record) - truth));
    }
    errors.counter.push(worst);
    const batch = batchNoise({ rho, seed: stream.uint32() });
    errors.batch.push(mean(Array.from({ length: batchDraws }, () => Math.abs(batch()))));
  }
  return errors;
}

export interface DimensionErrors {
  recompute: number[];
  factorization: number[];
  tree: number[];
}

/** One seed of the comparison by d: the same streams for recompute and for the two mechanisms that release all sums. */
export function dimensionTrial(
  { tuned, ablate }: { tuned: Tuned[]; ablate: Ablation },
  { random }: TrialContext,
): DimensionErrors {
  const errors: DimensionErrors = { recompute: [], factorization: [], tree: [] };
  for (const setting of tuned) {
    const fork = random.fork(`${setting.T} ${setting.d}`);
    const table = hardTable(setting, fork);
    const stream = marginalsToStream(table);
    const options = { T: stream.length, d: setting.d, rho };
    const believed = { ...options, d: ablate === "sensitivity" ? 1 : setting.d };
    const worst = (process: PrefixNoise): number =>
      evaluate(new NoisyPrefix("max-sum", { ...options, seed: fork.uint32() }, process), stream).errMax;
    errors.recompute.push(recomputeErrors(marginalMaxima(table), setting.r, fork.uint32()).raw);
    errors.factorization.push(worst(new FactorizationNoise(options, new FactorizationNoise(believed).sigma)));
    errors.tree.push(worst(new TreeNoise(options, new TreeNoise(believed).sigma)));
  }
  return errors;
}

/** Scores of the rows of a table and of as many fresh rows. */
export interface Scores {
  members: number[];
  outsiders: number[];
}

export interface TracingScores {
  /** Recompute at its optimal period, and refreshed once a block so that every decoded answer is fresh. */
  recompute: Scores;
  fresh: Scores;
  impostor: Scores;
}

/** Rows of the tables that are attacked. */
export const tracedRows = 16;

/** One attack for each number of columns: a secret table, the answers of each mechanism, and scores from them. */
export function tracingTrial(
  { columns, ablate }: { columns: number[]; ablate: Ablation },
  { random }: TrialContext,
): TracingScores[] {
  const n = tracedRows;
  return columns.map((d) => {
    const fork = random.fork(d);
    const p = Float64Array.from({ length: d }, () => fork.uniform(0.05, 0.95));
    const table = bernoulliRows(n, p, fork);
    const outsiders = bernoulliRows(n, p, fork);
    const maxima = marginalMaxima(table);
    const T = maxima.length;
    const attack = (answers: Float64Array): Scores => {
      const decoded = decodeMarginals(answers, n, d);
      return { members: tracingScores(decoded, p, table), outsiders: tracingScores(decoded, p, outsiders) };
    };
    const counterNoise = (): Float64Array => {
      const source = noiseSource(fork.uint32());
      const noise = new FactorizationNoise({ T, d: 1, rho });
      const ledger = new PrivacyLedger();
      return maxima.map((value, i) => value + (noise.next(i + 1, source, ledger)[0] as number));
    };
    const recompute = (r: number): Float64Array => {
      if (ablate === "noise") return counterNoise();
      const source = noiseSource(fork.uint32());
      const release = new PeriodicRelease(r, gaussianRelease(Math.floor(T / r), rho));
      return maxima.map((value, i) => release.at(i + 1, value, source));
    };
    return {
      recompute: attack(recompute(optimalPeriod(T, rho))),
      fresh: attack(recompute(2 * n)),
      impostor: attack(counterNoise()),
    };
  });
}
