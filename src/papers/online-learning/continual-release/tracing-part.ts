import type { Row, Run } from "../../../kit/paper.ts";
import { bootstrapInterval, type Interval } from "../../../kit/stats.ts";
import { all as every, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import { areaUnderCurve } from "./evaluation.ts";
import { type Ablation, rho, type TracingScores, tracedRows, tracingTrial } from "./experiments.ts";
import { tracingFigure } from "./figures.ts";
import { attackLimit } from "./privacy.ts";

const attackedColumns = [64, 256, 1024];
const names = {
  recompute: "recompute, optimal period",
  fresh: "recompute, once a block",
  impostor: "impostor",
} as const;
type Name = keyof typeof names;

/** AUC over the pooled scores of some attacks: nearly all pairs are of independent runs, as the limit supposes. */
function pooledArea(attacks: readonly (TracingScores[] | undefined)[], name: Name, at: number): number {
  const scores = (key: "members" | "outsiders"): number[] =>
    attacks.flatMap((attack) => attack?.[at]?.[name][key] ?? []);
  return areaUnderCurve(scores("members"), scores("outsiders"));
}

/** The part "tracing". */
export async function tracingPart(
  run: Run,
  { attacks, ablate }: { attacks: number; ablate: Ablation },
): Promise<PartResult> {
  const limit = attackLimit(rho);
  const results = await run.map(
    tracingTrial,
    Array.from({ length: attacks }, () => ({ columns: attackedColumns, ablate })),
    (_, __, done) => run.progress(0.8 + (0.18 * done) / attacks, `attack ${done} of ${attacks}`),
  );
  const numbers = results.map((_, i) => i);
  const area = (name: Name, at: number): Interval =>
    bootstrapInterval(
      numbers,
      (sample) =>
        pooledArea(
          sample.map((i) => results[i]),
          name,
          at,
        ),
      run.random.fork(`bootstrap ${name} ${at}`),
      { resamples: 200 },
    );
  const areas = (Object.keys(names) as Name[]).flatMap((name) =>
    attackedColumns.map((d, at) => ({ name, d, interval: area(name, at) })),
  );
  const rows = areas.map(
    ({ name, d, interval: { value, low, high } }): Row => ({ series: names[name], d, value, low, high }),
  );
  run.chart("tracing", tracingFigure(rows, limit));
  run.table("tracing", {
    title: `AUC of the tracing attack on tables of ${tracedRows} rows, ${attacks} attacks each; no attack on ρ = ${rho} may exceed ${limit.toFixed(3)}`,
    columns: [
      { key: "series", label: "mechanism" },
      { key: "d", label: "d" },
      { key: "value", label: "AUC", digits: 3 },
      { key: "low", label: "2.5%", digits: 3 },
      { key: "high", label: "97.5%", digits: 3 },
    ],
    rows,
  });
  const impostor = areas.filter(({ name }) => name === "impostor").map(({ interval }) => interval);
  return {
    outcome: every([
      ...areas.filter(({ name }) => name !== "impostor").map(({ interval }) => interval.value <= limit + 0.02),
      ...impostor.slice(1).map((interval) => exceeds(interval, limit)),
      ...impostor.slice(1).map(({ value }, at) => value > (impostor[at]?.value ?? 1)),
    ]),
    measured: [
      measured("limit Φ(√ρ)", limit),
      ...areas.map(({ name, d, interval }) => measured(`AUC, ${names[name]}, d = ${d}`, { ...interval, n: attacks })),
    ],
  };
}
