import type { Row, Run } from "../../../kit/paper.ts";
import { median, pairedInterval } from "../../../kit/stats.ts";
import { all as every, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import { type Ablation, type DimensionErrors, dimensionTrial, type Tuned } from "./experiments.ts";
import { dimensionFigure } from "./figures.ts";
import { meanSlope, negated, spread, within } from "./slopes.ts";

const keys = ["recompute", "factorization", "tree"] as const;

/** Numbers of columns compared at one horizon; the last is $T^{2/3}$. */
export const comparedColumns = [1, 2, 4, 8, 32, 256];

/**
 * The part "dimension", on the settings `columns`. The factorization is measured at the settings `others` as well; its
 * medians are returned by horizon, for $d = T^{2/3}$.
 */
export async function dimensionPart(
  run: Run,
  columns: readonly Tuned[],
  others: readonly Tuned[],
  { dimensionSeeds: seeds, ablate }: { dimensionSeeds: number; ablate: Ablation },
): Promise<{ part: PartResult; released: Map<number, number> }> {
  const tuned = [...columns, ...others];
  const of = (from: readonly DimensionErrors[], key: keyof DimensionErrors, at: number): number[] =>
    from.map((errors) => errors[key][at] as number);
  const show = (from: readonly DimensionErrors[]): void => {
    const points = columns.flatMap(({ d }, at) =>
      keys.map((series): Row => ({ d, series, ...spread(of(from, series, at)) })),
    );
    run.chart("dimension", dimensionFigure(points));
  };
  const arrived: DimensionErrors[] = [];
  const results = await run.map(
    dimensionTrial,
    Array.from({ length: seeds }, () => ({ tuned, ablate })),
    (errors, _, done) => {
      arrived.push(errors);
      show(arrived);
      run.progress(0.1 + (0.3 * done) / seeds, `columns, seed ${done} of ${seeds}`);
    },
  );
  show(results);
  run.table("dimension", {
    title: `Worst error at one horizon (T ≈ ${columns[0]?.T}) by columns, median of ${seeds} seeds`,
    columns: [
      { key: "d", label: "d" },
      { key: "r", label: "period" },
      ...keys.map((key) => ({ key, label: key, digits: 1 })),
    ],
    rows: columns.map(({ d, r }, at): Row => {
      const [recompute, factorization, tree] = keys.map((key) => median(of(results, key, at)));
      return { d, r, recompute: recompute ?? null, factorization: factorization ?? null, tree: tree ?? null };
    }),
  });

  const slope = meanSlope(
    columns.map(({ d }) => d),
    results.map(({ factorization }) => factorization.slice(0, columns.length)),
  );
  const outcomes: PartResult["outcome"][] = [within(slope, 0.4, 0.65)];
  const numbers = [measured("slope of the factorization against log d", slope)];
  for (const [at, { d }] of columns.entries()) {
    const hard = at === columns.length - 1;
    if (d > 8 && !hard) continue;
    const gain = pairedInterval(of(results, "recompute", at), of(results, "factorization", at));
    numbers.push(measured(`ERR(recompute) − ERR(factorization), d = ${d}`, gain));
    outcomes.push(exceeds(hard ? negated(gain) : gain, 0));
  }
  const released = new Map<number, number>();
  for (const [at, { T }] of tuned.entries()) {
    if (at >= columns.length - 1) released.set(T, median(of(results, "factorization", at)));
  }
  return { part: { outcome: every(outcomes), measured: numbers }, released };
}
