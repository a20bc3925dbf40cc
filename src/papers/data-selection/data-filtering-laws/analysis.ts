import type { Random } from "../../../kit/random.ts";
import { type Interval, mean, quantile } from "../../../kit/stats.ts";
import type { Checkpoint } from "./checkpoints.ts";
import { poolKey, type Settings, type TrialResult } from "./experiment.ts";
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
  /** `predicted[p − 1]`: errors of the p cleanest buckets together, at every checkpoint. */
  predicted: number[][];
  /** The law takes the buckets for cleaner or noisier than they are: its pools are others than the nested ones. */
  misordered: boolean;
  /** Size of the pool that the law chooses, and of the best one measured, at every checkpoint. */
  chosen: number[];
  best: number[];
  /** Mean over these of what the chosen pool's measured error is above the least. */
  regret: number;
  /** The same for always taking the p cleanest buckets. */
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
  const keys = Object.keys(results[0]?.pools ?? {});
  const pools = average((result) => keys.map((key) => result.pools[key] as number[]));
  return {
    single: average(({ single }) => single),
    union: average(({ union }) => union),
    pools: Object.fromEntries(keys.map((key, i) => [key, pools[i] as number[]])),
  };
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
  const position = new Map(settings.noise.map((_, q) => [bucketName(settings, q), q]));
  const order = sortBuckets(fit.buckets).map(({ name }) => position.get(name) as number);
  const named = (buckets: readonly number[]): Bucket[] =>
    buckets.map((q) => fit.buckets.find(({ name }) => name === bucketName(settings, q)) as Bucket);
  const predict = (buckets: readonly number[]): number[] => {
    const mixture = pool(named(buckets), choices.ablate);
    return settings.checkpoints.map((n) => predictError(mixture, n * settings.bucketSize, fit.constants, { law }));
  };
  const judged = settings.checkpoints.flatMap((n, k) => (n >= chosenFrom ? [k] : []));
  const trained = Object.entries(curves.pools).map(([key, errors]) => ({
    buckets: key.split("+").map(Number),
    errors,
  }));
  const best = judged.map((k) => trained.reduce((p, q) => ((q.errors[k] as number) < (p.errors[k] as number) ? q : p)));
  const excess = (errors: readonly number[] | undefined, i: number): number => {
    const k = judged[i] as number;
    return (errors?.[k] ?? Number.NaN) - (best[i]?.errors[k] ?? Number.NaN);
  };
  // The law is charged with the pools it takes, in its own order of the buckets.
  const offered = order.map((_, p) => order.slice(0, p + 1)).map((buckets) => ({ buckets, errors: predict(buckets) }));
  const chosen = judged.map((k) =>
    offered.reduce((p, q) => ((q.errors[k] as number) < (p.errors[k] as number) ? q : p)),
  );
  const misses = trained
    .filter(({ buckets }) => buckets.length > 1)
    .flatMap(({ buckets, errors }) => {
      const expected = predict(buckets);
      return judged.map((k) => ((expected[k] as number) - (errors[k] as number)) ** 2);
    });
  return {
    fit,
    predicted: order.map((_, p) => predict(order.map((_, q) => q).slice(0, p + 1))),
    misordered: order.some((q, p) => q !== p),
    chosen: chosen.map(({ buckets }) => buckets.length),
    best: best.map(({ buckets }) => buckets.length),
    regret: mean(chosen.map(({ buckets }, i) => excess(curves.pools[poolKey(buckets)], i))),
    fixed: curves.union.map((curve) => mean(judged.map((_, i) => excess(curve, i)))),
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

/** By resampling seeds: how much less the law loses than the better of the two fixed policies, and how often it misorders. */
export function regretInterval(
  settings: Settings,
  results: readonly TrialResult[],
  choices: Choices,
  comparison: Comparison,
  random: Random,
): { gain: Interval; misordered: number } {
  const law = choices.ablate === "decay" ? "no-decay" : "utility";
  const gain = ({ regret, fixed }: Comparison): number =>
    Math.min(fixed[0] as number, fixed[fixed.length - 1] as number) - regret;
  const draws = Array.from({ length: resamples }, () => {
    const curves = meanCurve(results.map(() => random.choice(results)));
    const seen = observations(settings, curves);
    const fit = refit(comparison.fit, seen, sizesOf(settings), searchOf(settings, usableD(choices.d, seen), law));
    return judge(settings, curves, fit, law, choices);
  });
  const gains = draws.map(gain);
  return {
    gain: {
      value: gain(comparison),
      low: quantile(gains, 0.025),
      high: quantile(gains, 0.975),
      n: results.length,
      level: 0.95,
    },
    misordered: mean(draws.map(({ misordered }) => Number(misordered))),
  };
}
