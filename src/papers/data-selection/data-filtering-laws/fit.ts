import { type Checkpoint, prepareCheckpoints, type Series } from "./checkpoints.ts";
import { type Grids, gridOf, gridSearch, type Point } from "./grid-search.ts";
import { type Bucket, defaultN0, type LawConstants, type LawOptions, predictError } from "./law.ts";
import { polish } from "./polish.ts";

export interface FitOptions {
  law?: NonNullable<LawOptions["law"]>;
  n0?: number;
  /** Irreducible error; `fit` chooses it with the rest. Default 0.1. */
  d?: number | "fit";
  /** `error` is in (0, 1]; a `loss` is anything above 0. Default `error`. */
  metric?: "error" | "loss";
  /** Bounds of b; default [−0.5, −0.005]. */
  bRange?: readonly [number, number];
  /** Bounds of τ; default [1, 10]. */
  tauRange?: readonly [number, number];
  /** Bounds of a; default those with which $a N/n_0$ of the smallest bucket is from 0.01 to 10,000. */
  aRange?: readonly [number, number];
  /** Upper bound of d when it is fitted; default 0.4, never as much as the least error seen. */
  dMax?: number;
  /** Local search after the grid; default on. */
  polish?: boolean;
}

export interface LawFit {
  buckets: Bucket[];
  constants: Required<LawConstants>;
  /** Root mean squared error over all checkpoints. */
  rmse: number;
  perBucket: Record<string, number>;
  /** Fitted values on the edge of what was searched, e.g. "tau of noisy". */
  atBound: string[];
  /** Buckets whose error rises again at the end, which no decaying utility can follow. */
  rising: string[];
  /** With `d: "fit"`: the least rmse on the grid for every d, since d and τ trade off. */
  profile: { d: number; rmse: number }[];
  /** What was mended in the observations. */
  notes: string[];
}

/**
 * Fits the law to training runs on single buckets (paper, the estimation): b and τ of every bucket and one a for all minimise
 * the squared difference of predicted and observed errors, by search over the full grid of 100 × 100 × 100 (the paper visits a
 * random part of it, since gradient methods fail from a cold start), then by a bounded local search from the best point. Sums of
 * logarithms do not depend on b, and powers along the grid are products, so that a bucket takes a fraction of a second. Ranges
 * are even grids, logarithmic ones where they span more than a factor of ten.
 *
 * Throws RangeError for an unknown bucket, fewer than three checkpoints of one, sizes and samples that are not positive,
 * errors outside (0, 1] (percent is named as such) or losses that are not positive, and a given d that is not below all errors.
 */
export function fitBuckets(
  observations: readonly Checkpoint[],
  sizes: Readonly<Record<string, number>>,
  options: FitOptions = {},
): LawFit {
  const steps = fitBucketsSteps(observations, sizes, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** {@link fitBuckets} a part of the grid at a time: yields the share that is done, so that the caller may show it or stop. */
export function* fitBucketsSteps(
  observations: readonly Checkpoint[],
  sizes: Readonly<Record<string, number>>,
  options: FitOptions = {},
): Generator<number, LawFit> {
  const { law = "utility", n0 = defaultN0, metric = "error" } = options;
  const { series, notes } = prepareCheckpoints(observations, sizes, metric);
  const grids = searchGrids(series, options);
  const { profile, ...start } = yield* gridSearch(series, grids, n0, law);
  const point = options.polish === false ? start : polish(series, start, grids, n0, law);
  return { ...describe(series, point, grids, n0, law), profile: options.d === "fit" ? profile : [], notes };
}

/**
 * The local search alone, from a fit at hand, on other observations of the same buckets: what resampling for intervals needs.
 */
export function refit(
  fit: LawFit,
  observations: readonly Checkpoint[],
  sizes: Readonly<Record<string, number>>,
  options: FitOptions = {},
): LawFit {
  const { law = "utility", n0 = defaultN0, metric = "error" } = options;
  const { series, notes } = prepareCheckpoints(observations, sizes, metric);
  const grids = searchGrids(series, options);
  const bucket = (name: string): Bucket => fit.buckets.find((each) => each.name === name) as Bucket;
  const start: Point = {
    a: fit.constants.a,
    d: Math.min(fit.constants.d, grids.d[grids.d.length - 1] as number),
    b: series.map(({ name }) => bucket(name).b),
    tau: series.map(({ name }) => bucket(name).tau),
  };
  return {
    ...describe(series, polish(series, start, grids, n0, law, { rounds: 16, anyD: true }), grids, n0, law),
    profile: [],
    notes,
  };
}

function searchGrids(series: readonly Series[], options: FitOptions): Grids {
  const { law = "utility", n0 = defaultN0, d = 0.1 } = options;
  const lowest = Math.min(...series.flatMap(({ points }) => points.map(({ error }) => error)));
  if (typeof d === "number" && !(d >= 0 && d < lowest)) {
    throw new RangeError(`the irreducible error d = ${d} is not below the least error seen, ${lowest}`);
  }
  const smallest = Math.min(...series.map(({ size }) => size));
  return {
    b: gridEven(options.bRange ?? [-0.5, -0.005]),
    tau: law === "no-decay" ? [Number.POSITIVE_INFINITY] : gridOf(options.tauRange ?? [1, 10], 100),
    a: gridOf(options.aRange ?? [(0.01 * n0) / smallest, (10_000 * n0) / smallest], 100),
    d: d === "fit" ? gridOf([0, Math.min(options.dMax ?? 0.4, 0.99 * lowest)], 10) : [d],
  };
}

function gridEven([low, high]: readonly [number, number]): number[] {
  if (!(high > low && high < 0)) throw new RangeError(`the range of b from ${low} to ${high} is empty or not below 0`);
  return Array.from({ length: 100 }, (_, i) => low + ((high - low) * i) / 99);
}

function describe(
  series: readonly Series[],
  point: Point,
  grids: Grids,
  n0: number,
  law: NonNullable<LawOptions["law"]>,
): Omit<LawFit, "profile" | "notes"> {
  const constants = { a: point.a, d: point.d, n0 };
  const buckets = series.map(
    ({ name, size }, i): Bucket => ({ name, size, b: point.b[i] as number, tau: point.tau[i] as number }),
  );
  const squares = series.map(({ points }, i) =>
    points.map(({ n, error }) => (predictError(buckets[i] as Bucket, n, constants, { law }) - error) ** 2),
  );
  const root = (values: number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value, 0) / values.length);
  const perBucket = Object.fromEntries(series.map(({ name }, i) => [name, root(squares[i] as number[])]));
  return {
    buckets,
    constants,
    rmse: root(squares.flat()),
    perBucket,
    atBound: edges(buckets, constants, grids),
    rising: series.filter(({ points }) => rises(points)).map(({ name }) => name),
  };
}

function edges(buckets: readonly Bucket[], { a, d }: LawConstants, grids: Grids): string[] {
  const at = (value: number, grid: readonly number[]): boolean => {
    const [low, high] = [grid[0] as number, grid[grid.length - 1] as number];
    return grid.length > 1 && Math.min(value - low, high - value) <= 1e-6 * (high - low);
  };
  return [
    ...(at(a, grids.a) ? ["a"] : []),
    ...(at(d, grids.d) ? ["d"] : []),
    ...buckets.flatMap(({ name, b, tau }) => [
      ...(at(b, grids.b) ? [`b of ${name}`] : []),
      ...(at(tau, grids.tau) ? [`tau of ${name}`] : []),
    ]),
  ];
}

/** The last error stands three per cent or more above the least. */
function rises(points: Series["points"]): boolean {
  const least = Math.min(...points.map(({ error }) => error));
  return (points[points.length - 1]?.error ?? least) > 1.03 * least;
}
