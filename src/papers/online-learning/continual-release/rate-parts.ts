import type { Row, Run } from "../../../kit/paper.ts";
import { median, quantile } from "../../../kit/stats.ts";
import { all as every, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import { predictedError } from "./error-bounds.ts";
import { type HorizonErrors, horizonTrial, lengthOf, rho, type Tuned } from "./experiments.ts";
import { rateFigure } from "./figures.ts";
import { meanSlope, negated, spread, within } from "./slopes.ts";

/** Slopes are taken from this horizon on: below it the hard stream has too few rows to be hard. */
export const fittedFrom = 2 ** 12;

const series = { recompute: "max-sum, continual", counter: "count, continual", batch: "max-sum, once" } as const;

const column = (from: readonly HorizonErrors[], key: keyof HorizonErrors, at: number): number[] =>
  from.map((errors) => errors[key][at] as number);

function showRates(run: Run, lengths: readonly number[], from: readonly HorizonErrors[]): void {
  const keys = Object.keys(series) as (keyof typeof series)[];
  const points = lengths.flatMap((T, at) =>
    keys.map((key): Row => ({ T, series: series[key], ...spread(column(from, key, at)) })),
  );
  const anchor = lengths.findIndex((T) => 2 * T > fittedFrom);
  const factor = median(column(from, "recompute", anchor)) / Math.cbrt(lengths[anchor] as number);
  const reference = [lengths[0] as number, lengths.at(-1) as number].map((T): Row => {
    const value = factor * Math.cbrt(T);
    return { T, series: "slope 1/3", value, low: value, high: value };
  });
  run.chart("rate", rateFigure([...points, ...reference]));
}

/**
 * The parts "rate" and "counting". `released` is the median error of the factorization at the horizons where it was
 * measured: the better of the two mechanisms counts.
 */
export async function rateParts(
  run: Run,
  tuned: readonly Tuned[],
  released: ReadonlyMap<number, number>,
  { seeds }: { seeds: number },
): Promise<{ rate: PartResult; counting: PartResult }> {
  const lengths = tuned.map(lengthOf);
  const arrived: HorizonErrors[] = [];
  const results = await run.map(
    horizonTrial,
    Array.from({ length: seeds }, () => ({ tuned: [...tuned], batchDraws: 400 })),
    (errors, _, done) => {
      arrived.push(errors);
      if (done % 4 === 0) showRates(run, lengths, arrived);
      run.progress(0.4 + (0.4 * done) / seeds, `rates, seed ${done} of ${seeds}`);
    },
  );
  showRates(run, lengths, results);

  const better = results.map(({ recompute }) =>
    recompute.map((error, at) => Math.min(error, released.get(tuned[at]?.T ?? 0) ?? error)),
  );
  const first = tuned.findIndex(({ T }) => T >= fittedFrom);
  const fitted = lengths.slice(first);
  const tail = (errors: readonly number[][]): number[][] => errors.map((path) => path.slice(first));
  const rate = meanSlope(fitted, tail(better));
  const corrected = meanSlope(
    fitted.map((T) => T * Math.log(T)),
    tail(better),
  );
  const counting = meanSlope(fitted, tail(results.map(({ counter }) => counter)));
  const batch = meanSlope(fitted, tail(results.map((errors) => errors.batch)));
  run.table("rate", {
    title: `Worst error by horizon, median of ${seeds} seeds (ρ = ${rho})`,
    columns: [
      { key: "T", label: "T" },
      { key: "d", label: "d" },
      { key: "r", label: "period" },
      { key: "recompute", label: "recompute", digits: 1 },
      { key: "low", label: "10%", digits: 1 },
      { key: "high", label: "90%", digits: 1 },
      { key: "monotone", label: "recompute, monotone", digits: 1 },
      { key: "bound", label: "its bound (2/3)", digits: 1 },
      { key: "factorization", label: "factorization", digits: 1 },
      { key: "counter", label: "count", digits: 1 },
      { key: "batch", label: "once, mean", digits: 2 },
    ],
    rows: tuned.map(({ T: nominal, d, r }, at): Row => {
      const T = lengths[at] as number;
      const errors = column(results, "recompute", at);
      return {
        T,
        d,
        r,
        recompute: median(errors),
        low: quantile(errors, 0.1),
        high: quantile(errors, 0.9),
        monotone: median(column(results, "monotone", at)),
        bound: predictedError({ T, d, rho, problem: "max-sum", mechanism: "recompute", r }),
        factorization: released.get(nominal) ?? null,
        counter: median(column(results, "counter", at)),
        batch: median(column(results, "batch", at)),
      };
    }),
  });
  return {
    rate: {
      outcome: within(rate, 0.28, 0.42),
      measured: [measured("slope against log T", rate), measured("slope against log(T ln T)", corrected)],
      reason: "Logarithms raise the slope over a finite window; against T ln T it is nearer to 1/3.",
    },
    counting: {
      outcome: every([exceeds(negated(counting), -0.22), within(batch, -0.05, 0.05)]),
      measured: [measured("slope of the count's error", counting), measured("slope of the batch error", batch)],
    },
  };
}
