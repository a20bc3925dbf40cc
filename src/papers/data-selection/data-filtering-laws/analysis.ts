import type { Random } from "../../../kit/random.ts";
import { type Interval, mean, quantile } from "../../../kit/stats.ts";
import type { Checkpoint } from "./checkpoints.ts";
import type { Settings, TrialResult } from "./experiment.ts";
import { type FitOptions, fitBuckets, type LawFit, refit } from "./fit.ts";
import { type Bucket, defaultN0, type LawOptions, laws, lawWarnings, predictError } from "./law.ts";
import { sortBuckets } from "./pools.ts";

/** How the law is used: its irreducible error, and the idea that is taken away. */
export interface Choices {
  d: number;
  ablate: "none" | "decay" | "stretch" | "quality";
}

/** A law against what was measured. */
export interface Comparison {
  fit: LawFit;
  /** `predicted[p − 1]`: errors of the p best buckets together, at every checkpoint. */
  predicted: number[][];
  /** Size of the pool that the law chooses, and of the best one measured, at every checkpoint. */
  chosen: number[];
  best: number[];
  /** Mean over these of what the chosen pool's measured error is above the least. */
  regret: number;
  /** The same for always taking the best p buckets. */
  fixed: number[];
  /** Over the unions of two buckets or more, none of which was fitted. */
  mixtureRmse: number;
  rising: string[];
  atBound: string[];
  warnings: string[];
}

/** Curves averaged over seeds. */
export function meanCurve(results: readonly TrialResult[]): TrialResult {
  const average = (of: (result: TrialResult) => number[][]): number[][] =>
    (of(results[0] as TrialResult) ?? []).map((curve, i) =>
      curve.map((_, k) => mean(results.map((result) => of(result)[i]?.[k] ?? Number.NaN))),
    );
  return { single: average(({ single }) => single), union: average(({ union }) => union) };
}

/** The first checkpoints are a plateau of the start and no power law. */
const fittedFrom = 4;
/** Pools are chosen from here on. */
const chosenFrom = 2;

export const bucketName = (settings: Settings, q: number): string =>
  `bucket ${q + 1} (${Math.round(100 * (settings.noise[q] ?? 0))}% noise)`;

function observations(settings: Settings, { single }: TrialResult): Checkpoint[] {
  return single.flatMap((curve, q) =>
    settings.checkpoints.flatMap((n, k) =>
      n < fittedFrom
        ? []
        : [{ bucket: bucketName(settings, q), samplesSeen: n * settings.bucketSize, error: curve[k] as number }],
    ),
  );
}

const sizesOf = (settings: Settings): Record<string, number> =>
  Object.fromEntries(settings.noise.map((_, q) => [bucketName(settings, q), settings.bucketSize]));

/** A pool as the law sees it; without stretching, half-lives shrink so that the mixture rule gives them back unchanged. */
function pool(buckets: readonly Bucket[], ablate: Choices["ablate"]): Bucket[] {
  return ablate === "stretch" ? buckets.map((each) => ({ ...each, tau: each.tau / buckets.length })) : [...buckets];
}

function judge(
  settings: Settings,
  curves: TrialResult,
  fit: LawFit,
  law: NonNullable<LawOptions["law"]>,
  choices: Choices,
): Comparison {
  const sorted = sortBuckets(fit.buckets);
  const predicted = sorted.map((_, p) =>
    settings.checkpoints.map((n) =>
      predictError(pool(sorted.slice(0, p + 1), choices.ablate), n * settings.bucketSize, fit.constants, { law }),
    ),
  );
  const at = (list: readonly number[][], k: number): number[] => list.map((curve) => curve[k] as number);
  const least = (values: readonly number[]): number => values.indexOf(Math.min(...values));
  const judged = settings.checkpoints.flatMap((n, k) => (n >= chosenFrom ? [k] : []));
  const excess = (p: number, k: number): number => {
    const errors = at(curves.union, k);
    return (errors[p] as number) - Math.min(...errors);
  };
  const chosen = judged.map((k) => least(at(predicted, k)));
  const misses = curves.union
    .slice(1)
    .flatMap((curve, p) => judged.map((k) => ((predicted[p + 1]?.[k] ?? Number.NaN) - (curve[k] as number)) ** 2));
  return {
    fit,
    predicted,
    chosen: chosen.map((p) => p + 1),
    best: judged.map((k) => least(at(curves.union, k)) + 1),
    regret: mean(judged.map((k, i) => excess(chosen[i] as number, k))),
    fixed: curves.union.map((_, p) => mean(judged.map((k) => excess(p, k)))),
    mixtureRmse: Math.sqrt(mean(misses)),
    rising: fit.rising,
    atBound: fit.atBound,
    warnings: lawWarnings(fit.buckets, fit.constants),
  };
}

/** d as given, but below every error that was seen. */
const usableD = (d: number, seen: readonly Checkpoint[]): number =>
  Math.min(d, 0.9 * Math.min(...seen.map(({ error }) => error)));

/** Every law fitted to training on single buckets, and judged on the unions. Under `decay` the utility law has no half-lives. */
export function compareLaws(settings: Settings, curves: TrialResult, choices: Choices): Record<string, Comparison> {
  const seen = observations(settings, curves);
  return Object.fromEntries(
    laws.map((law) => {
      const used = choices.ablate === "decay" && law === "utility" ? "no-decay" : law;
      const fit = fitBuckets(seen, sizesOf(settings), searchOf(settings, usableD(choices.d, seen), used));
      return [law, judge(settings, curves, fit, used, choices)];
    }),
  );
}

/**
 * Wider than the paper's ranges, whose curves are flatter, and only where the law tells good buckets from bad ones,
 * $a N/n_0 \ge 1$. Settled by the fit to single buckets, on other seeds.
 */
function searchOf(settings: Settings, d: number, law: NonNullable<LawOptions["law"]>): FitOptions {
  const scale = defaultN0 / settings.bucketSize;
  return { law, d, bRange: [-2, -0.005], tauRange: [0.5, 60], aRange: [scale, 10_000 * scale] };
}

const resamples = 200;

/** By resampling seeds: how much less the law loses than the better of the two fixed policies. */
export function regretInterval(
  settings: Settings,
  results: readonly TrialResult[],
  choices: Choices,
  comparison: Comparison,
  random: Random,
): Interval {
  const law = choices.ablate === "decay" ? "no-decay" : "utility";
  const gain = ({ regret, fixed }: Comparison): number =>
    Math.min(fixed[0] as number, fixed[fixed.length - 1] as number) - regret;
  const draws = Array.from({ length: resamples }, () => {
    const curves = meanCurve(results.map(() => random.choice(results)));
    const seen = observations(settings, curves);
    const fit = refit(comparison.fit, seen, sizesOf(settings), searchOf(settings, usableD(choices.d, seen), law));
    return gain(judge(settings, curves, fit, law, choices));
  });
  return {
    value: gain(comparison),
    low: quantile(draws, 0.025),
    high: quantile(draws, 0.975),
    n: results.length,
    level: 0.95,
  };
}
