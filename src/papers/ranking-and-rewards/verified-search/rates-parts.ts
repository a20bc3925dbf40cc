import type { PartOutcome, Row, Run } from "../../../kit/paper.ts";
import { type Interval, logLogSlope, mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import { ratesChart } from "./charts.ts";
import type { RatesResult, Setting } from "./experiment.ts";

/** Decides `low ≤ value ≤ high` with an interval. */
export function within(interval: Interval, low: number, high: number): PartOutcome {
  return all([exceeds(interval, low), below(interval, high)]);
}

/** Decides `value < threshold` with an interval. */
export function below({ value, low, high, ...rest }: Interval, threshold: number): PartOutcome {
  return exceeds({ value: -value, low: -high, high: -low, ...rest }, -threshold);
}

type Group = keyof RatesResult;

/** A number of one setting, by seed. */
function bySeed(results: readonly RatesResult[], group: Group, at: number, of: (setting: Setting) => number): number[] {
  return results.map((result) => of(result[group][at] as Setting)); // every seed measures the same settings
}

/** Slope of log loss in log x over the settings of a group, one a seed. */
function slopes(results: readonly RatesResult[], group: Group, of: (setting: Setting) => number): Interval {
  const x = (setting: Setting): number => (group === "budget" ? setting.H : setting.n);
  return meanInterval(results.map((result) => logLogSlope(result[group].map(x), result[group].map(of)).slope));
}

function ratePart(results: readonly RatesResult[]): PartResult {
  const free = slopes(results, "data", ({ free }) => free.rms);
  const based = slopes(results, "data", ({ based }) => Math.max(based.mean, Number.MIN_VALUE));
  return {
    outcome: all([within(free, -0.55, -0.45), below(based, -0.9)]),
    measured: [
      measured("slope of VF RMS in n", free),
      measured("slope of VB mean in n", based),
      measured(
        "slope of VB RMS in n",
        slopes(results, "data", ({ based }) => based.rms),
      ),
    ],
  };
}

function growthPart(results: readonly RatesResult[]): PartResult {
  const free = slopes(results, "budget", ({ free }) => free.rms);
  const based = slopes(results, "budget", ({ based }) => Math.max(based.mean, Number.MIN_VALUE));
  const gaps = (results[0]?.budget ?? []).map((setting, at) => ({
    H: setting.H,
    gap: pairedInterval(
      bySeed(results, "budget", at, ({ free }) => free.rms),
      bySeed(results, "budget", at, ({ based }) => based.rms),
    ),
  }));
  return {
    outcome: all([within(free, 0.45, 0.55), within(based, -0.1, 0.1)]),
    measured: [
      measured("slope of VF RMS in H", free),
      measured("slope of VB mean in H", based),
      ...gaps.map(({ H, gap }) => measured(`RMS shortfall, VF − VB, n = H = ${H}`, gap, "tokens")),
    ],
  };
}

function conditionPart(results: readonly RatesResult[]): PartResult {
  const ahead = (group: "usual" | "rare", at: number): Interval =>
    pairedInterval(
      bySeed(results, group, at, ({ free }) => free.q80),
      bySeed(results, group, at, ({ based }) => based.q80),
    );
  const sizes = results[0]?.rare ?? [];
  const decisive = sizes.findIndex(({ n, H }) => n === H);
  const [usual, rare] = [ahead("usual", decisive), ahead("rare", decisive)];
  const restored = sizes.find((_, at) => at > decisive && exceeds(ahead("rare", at), 0) === "holds");
  return {
    outcome: all([exceeds(usual, 0), below(rare, 0)]),
    measured: [
      measured("80th percentile, VF − VB, p = .3, n = H = 256", usual, "tokens"),
      measured("80th percentile, VF − VB, p = .01, n = H = 256", rare, "tokens"),
      ...sizes.flatMap(({ n }, at) =>
        at === decisive ? [] : [measured(`80th percentile, VF − VB, p = .01, n = ${n}`, ahead("rare", at), "tokens")],
      ),
    ],
    ...(restored
      ? {
          reason: `It is a matter of samples: at p = .01 the verifier is ahead again with n = ${restored.n}, some ${Math.round(restored.n * restored.p)} rewarded rollouts.`,
        }
      : {}),
  };
}

function heterogeneityPart(results: readonly RatesResult[]): PartResult {
  const ratios = (results[0]?.sweep ?? []).map(({ p, kappa }, at) => ({
    label: `VF RMS ÷ (σ/√n), p = ${p}, κ = ${kappa}`,
    ratio: meanInterval(
      bySeed(results, "sweep", at, ({ free, H, n }) => (free.rms * Math.sqrt(n)) / (H * Math.sqrt(p * (1 - p)))),
    ),
  }));
  return {
    outcome: all(ratios.map(({ ratio }) => exceeds(ratio, 0.5))),
    measured: ratios.map(({ label, ratio }) => measured(label, ratio)),
    reason: "With a larger κ at p = .5 the expert would succeed always, and cloning it would cost nothing.",
  };
}

/** Tables, chart and parts of the exact instance. */
export function ratesParts(results: readonly RatesResult[], run: Run): Record<string, PartResult> {
  const row = (group: Group, at: number, setting: Setting): Row => {
    const average = (of: (setting: Setting) => number): number => mean(bySeed(results, group, at, of));
    return {
      H: setting.H,
      n: setting.n,
      p: setting.p,
      kappa: setting.kappa,
      sigma: setting.H * Math.sqrt(setting.p * (1 - setting.p)),
      freeRms: average(({ free }) => free.rms),
      freeQ80: average(({ free }) => free.q80),
      freeMean: average(({ free }) => free.mean),
      basedRms: average(({ based }) => based.rms),
      basedQ80: average(({ based }) => based.q80),
      basedMean: average(({ based }) => based.mean),
      optimisticMean: average(({ optimistic }) => optimistic.mean),
    };
  };
  const groups: Record<Group, string> = {
    data: "Shortfall against samples, budget fixed",
    budget: "Shortfall against budget, as many samples as tokens",
    usual: "Shortfall where success is frequent",
    rare: "Shortfall where success is rare",
    sweep: "Shortfall by success rate and radius of the experts",
  };
  for (const [group, title] of Object.entries(groups) as [Group, string][]) {
    run.table(group, {
      title,
      columns: [
        { key: "H", label: "H" },
        { key: "n", label: "n" },
        { key: "p", label: "p" },
        { key: "kappa", label: "κ" },
        { key: "sigma", label: "σ", digits: 1 },
        { key: "freeRms", label: "VF RMS", digits: 3 },
        { key: "freeQ80", label: "VF 80%", digits: 3 },
        { key: "freeMean", label: "VF mean", digits: 3 },
        { key: "basedRms", label: "VB RMS", digits: 3 },
        { key: "basedQ80", label: "VB 80%", digits: 3 },
        { key: "basedMean", label: "VB mean", digits: 3 },
        { key: "optimisticMean", label: "optimistic VB mean", digits: 3 },
      ],
      rows: (results[0]?.[group] ?? []).map((setting, at) => row(group, at, setting)),
    });
  }
  const point = (group: "data" | "budget", at: number, setting: Setting): Row[] =>
    (["free", "based"] as const).map((learner) => {
      const { value, low, high } = meanInterval(
        bySeed(results, group, at, (s) => (learner === "free" ? s.free.rms : s.based.mean)),
      );
      return {
        panel: group === "data" ? "H = 64, against n" : "n = H, against H",
        x: group === "data" ? setting.n : setting.H,
        learner: learner === "free" ? "VF (RMS)" : "VB (mean)",
        loss: value,
        low: Math.max(low, value / 10), // a logarithmic axis has no place for a bound below 0
        high,
      };
    });
  run.chart(
    "rates",
    ratesChart(
      (["data", "budget"] as const).flatMap((group) =>
        (results[0]?.[group] ?? []).flatMap((setting, at) => point(group, at, setting)),
      ),
    ),
  );
  return {
    "rate in data": ratePart(results),
    "growth with budget": growthPart(results),
    "condition matters": conditionPart(results),
    heterogeneity: heterogeneityPart(results),
  };
}
