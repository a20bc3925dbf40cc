import type { Row, Run } from "../../../kit/paper.ts";
import { bootstrapInterval, type Interval, logLogSlope, mean, meanInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import { type Ablation, benchmarks, type LearnResult, learnTrial, type Variant } from "./experiments.ts";

const marginGrid = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4];
const mixGrid = [0.01, 0.03, 0.1];
const twoThirds = 2 / 3;

/** Regrets as `[variant][horizon][seed]`. */
function bySeed(results: readonly LearnResult[], agents: "joint" | "trusting", variants: number, horizons: number) {
  return Array.from({ length: variants }, (_, v) =>
    Array.from({ length: horizons }, (_, h) => results.map((result) => result[agents][v]?.[h] ?? Number.NaN)),
  );
}

/** Slope of log mean regret over log T, with an interval from drawing the seeds again. */
function slopeInterval(horizons: readonly number[], regrets: readonly (readonly number[])[], run: Run): Interval {
  const seeds = regrets[0]?.length ?? 0;
  const slope = (chosen: readonly number[]): number => {
    const means = regrets.map((each) => mean(chosen.map((seed) => each[seed] ?? Number.NaN)));
    return means.every((m) => m > 0) ? logLogSlope(horizons, means).slope : Number.NaN;
  };
  const order = Array.from({ length: seeds }, (_, seed) => seed);
  return bootstrapInterval(order, slope, run.random.fork("slope"), { resamples: 500 });
}

/** `value ≤ threshold`, decided by the interval. */
function atMost({ value, low, high, ...rest }: Interval, threshold: number) {
  return exceeds({ ...rest, value: -value, low: -high, high: -low }, -threshold);
}

/** The variant of each family with the least mean regret at the longest horizon, on seeds of its own. */
async function tune(run: Run, seeds: number, T: number): Promise<Variant[]> {
  const families: Variant[][] = [
    marginGrid.map((margin) => ({ name: "tightened", power: twoThirds, margin })),
    mixGrid.map((margin) => ({ name: "mixed with strict", power: twoThirds, margin, repair: "mix" as const })),
    marginGrid.map((margin) => ({
      name: "own-report pay, learnt",
      power: twoThirds,
      margin,
      payments: "own" as const,
    })),
  ];
  const variants = families.flat();
  const inputs = Array.from({ length: seeds }, () => ({ stream: "tuning" as const, variants, horizons: [T] }));
  const results = await run.map(learnTrial, inputs, (_, __, done) =>
    run.progress(0.4 + (0.1 * done) / seeds, `tuning margins, seed ${done} of ${seeds}`),
  );
  const regret = new Map(
    variants.map((variant, v) => [variant, mean(results.map((r) => r.joint[v]?.[0] ?? Number.NaN))]),
  );
  return families.map((family) =>
    family.reduce((best, next) => ((regret.get(next) ?? 0) < (regret.get(best) ?? 0) ? next : best)),
  );
}

const percent = (values: readonly boolean[]): number => mean(values.map(Number));

/** Regret of the learner and its rivals, T up to 2^horizon; decided from T = 2^12 on. */
export async function onlineRegret(
  run: Run,
  { seeds, horizon, ablate }: { seeds: number; horizon: number; ablate: Ablation },
): Promise<PartResult> {
  const horizons = Array.from({ length: horizon - 7 }, (_, k) => 2 ** (k + 8));
  const longest = horizons.at(-1) ?? 0;
  const [tightened, mixed, own] = await tune(run, seeds, longest);
  if (!tightened || !mixed || !own) throw new Error("nothing was tuned");
  const chosen = ablate === "margin" ? { ...tightened, margin: 0 } : tightened;
  const variants: Variant[] = [
    chosen,
    { name: "no margin", power: twoThirds, margin: 0 },
    mixed,
    { ...chosen, name: "tightened, N = T^(1/2)", power: 1 / 2 },
    { ...chosen, name: "tightened, N = T^(3/4)", power: 3 / 4 },
    own,
  ];
  const inputs = Array.from({ length: seeds }, () => ({ stream: "report" as const, variants, horizons }));
  const results = await run.map(learnTrial, inputs, (_, __, done) =>
    run.progress(0.5 + (0.25 * done) / seeds, `learning, seed ${done} of ${seeds}`),
  );
  const regrets = bySeed(results, "joint", variants.length, horizons.length);
  const trusting = bySeed(results, "trusting", variants.length, horizons.length);
  const { strictLoss, ownLoss } = await benchmarks();
  const label = ({ name, margin }: Variant) => (name === "no margin" ? name : `${name}, margin ${margin}`);
  showRegret(run, horizons, [
    ...variants.map((variant, v) => ({
      name: label(variant),
      regrets: regrets[v] ?? [],
      trusting: trusting[v] ?? [],
      obeyed: horizons.map((_, h) => percent(results.map((r) => r.obeyed[v]?.[h] ?? false))),
      hires: horizons.map((_, h) => percent(results.map((r) => r.hires[v]?.[h] ?? false))),
    })),
    { name: "strict, agent 1 alone, for ever", regrets: horizons.map((T) => [strictLoss * T]) },
    { name: "own-report pay, law known", regrets: horizons.map((T) => [ownLoss * T]) },
  ]);

  const from = Math.max(0, horizons.indexOf(2 ** 12));
  const late = horizons.slice(from);
  if (late.length < 2) return { outcome: "inconclusive", measured: [] };
  const slopes = [0, 1].map((v) => slopeInterval(late, (regrets[v] ?? []).slice(from), run));
  const trust = [0, 1].map((v) => slopeInterval(late, (trusting[v] ?? []).slice(from), run));
  const last = variants.map((_, v) => meanInterval(regrets[v]?.at(-1) ?? []));
  const [withMargin, without] = slopes;
  const [ours, bare] = last;
  if (!withMargin || !without || !ours || !bare) throw new Error("a variant was not run");
  const hires = percent(results.map((r) => r.hires[0]?.at(-1) ?? false));
  const idle =
    hires < 0.5
      ? ` At T = ${longest.toLocaleString("en")} the committed mechanism asks somebody to work on only ${Math.round(100 * hires)}% of the seeds: the margin still costs more than the information is worth, and the slope up to there is a matter of constants.`
      : "";
  run.note(
    `Margins were chosen on ${seeds} other seeds by the regret at the longest T. Agents answer each other: best responses are repeated until they settle. An agent who trusts others to obey while they do not would work for nothing, and the principal would seem to beat the optimum; the table has those agents too.${idle}`,
  );
  return {
    outcome: all([atMost(withMargin, 0.75), exceeds(without, 0.85), atMost(ours, strictLoss * longest)]),
    measured: [
      measured(`slope, margin ${chosen.margin}`, withMargin),
      measured("slope, no margin", without),
      measured(`regret at T = ${longest.toLocaleString("en")}, margin ${chosen.margin}`, ours),
      measured("the same, no margin", bare),
      measured("the same, strict for ever", strictLoss * longest),
      measured("the same, own-report pay, law known", ownLoss * longest),
      ...[2, 5].map((v) => measured(`the same, ${label(variants[v] ?? chosen)}`, last[v] ?? ours)),
      ...trust.flatMap((slope, v) =>
        Number.isFinite(slope.value)
          ? [measured(`slope if agents trust others to obey, ${v ? "no margin" : "with"}`, slope)]
          : [],
      ),
    ],
  };
}

interface Line {
  name: string;
  regrets: readonly (readonly number[])[];
  trusting?: readonly (readonly number[])[];
  obeyed?: readonly number[];
  hires?: readonly number[];
}

function showRegret(run: Run, horizons: readonly number[], lines: readonly Line[]): void {
  const rows: Row[] = lines.flatMap(({ name, regrets, trusting, obeyed, hires }) =>
    horizons.map((T, h) => {
      const { value, low, high } = meanInterval(regrets[h] ?? []);
      const finite = Number.isFinite(low);
      return {
        learner: name,
        T,
        regret: value,
        low: finite ? low : null,
        high: finite ? high : null,
        trusting: trusting ? mean(trusting[h] ?? []) : null,
        obeyed: obeyed?.[h] ?? null,
        hires: hires?.[h] ?? null,
      };
    }),
  );
  run.table("regret", {
    title: "Regret after T rounds by learner; agents who answer each other, and agents who trust",
    columns: [
      { key: "learner", label: "learner" },
      { key: "T", label: "T", digits: 0 },
      { key: "regret", label: "regret", digits: 0 },
      { key: "low", label: "from", digits: 0 },
      { key: "high", label: "to", digits: 0 },
      { key: "trusting", label: "trusting agents", digits: 0 },
      { key: "obeyed", label: "obedience is an equilibrium", digits: 2 },
      { key: "hires", label: "hires anybody", digits: 2 },
    ],
    rows,
  });
  const shown = lines
    .filter(({ name }) => !name.includes("N = T^") && !name.includes("learnt"))
    .map(({ name }) => name);
  regretChart(
    run,
    "regret",
    rows.filter(({ learner }) => shown.includes(String(learner))),
    {
      names: shown,
      alt: "Mean regret against the number of rounds, both logarithmic, by learner: with a margin, without one, mixed with strict mechanisms, and two that do not learn.",
    },
  );
}

/** Regret by learner on logarithmic scales. */
function regretChart(run: Run, name: string, rows: Row[], { names, alt }: { names: string[]; alt: string }): void {
  run.chart(name, {
    alt,
    spec: {
      width: "container",
      data: { values: rows.filter(({ regret }) => Number(regret) > 0) },
      mark: { type: "line", point: true },
      encoding: {
        x: {
          field: "T",
          type: "quantitative",
          scale: { type: "log", base: 2 },
          title: "rounds T",
          axis: { format: ".3~s" },
        },
        y: {
          field: "regret",
          type: "quantitative",
          scale: { type: "log" },
          title: "mean regret",
          axis: { format: ".3~s" },
        },
        color: {
          field: "learner",
          type: "nominal",
          title: null,
          sort: names,
          legend: { orient: "bottom", columns: 2, labelLimit: 400 },
        },
      },
    },
  });
}

/** Horizons at which the margin is small against what is at stake. */
export async function farHorizon(
  run: Run,
  { seeds, far, ablate }: { seeds: number; far: number; ablate: Ablation },
): Promise<PartResult> {
  const horizons = Array.from({ length: Math.floor((far - 16) / 2) + 1 }, (_, k) => 2 ** (16 + 2 * k));
  const margins = [ablate === "margin" ? 0 : 0.5, 0, 0.3, 1];
  const variants = margins.map((margin): Variant => ({ name: `margin ${margin}`, power: twoThirds, margin }));
  const inputs = Array.from({ length: seeds }, () => ({ stream: "far" as const, variants, horizons }));
  const results = await run.map(learnTrial, inputs, (_, __, done) =>
    run.progress(0.75 + (0.24 * done) / seeds, `far horizon, seed ${done} of ${seeds}`),
  );
  const regrets = bySeed(results, "joint", variants.length, horizons.length);
  const { ownLoss } = await benchmarks();
  const longest = horizons.at(-1) ?? 0;
  run.table("far", {
    title: "Mean regret at far horizons",
    columns: [
      { key: "T", label: "T", digits: 0 },
      ...variants.map(({ name }, v) => ({ key: `v${v}`, label: name, digits: 0 })),
      { key: "own", label: "own-report pay, law known", digits: 0 },
    ],
    rows: horizons.map((T, h) => ({
      T,
      own: ownLoss * T,
      ...Object.fromEntries(variants.map((_, v) => [`v${v}`, mean(regrets[v]?.[h] ?? [])])),
    })),
  });
  const known = "own-report pay, law known";
  const lines = [
    ...variants.map(({ name }, v) => ({ name, regret: (h: number) => mean(regrets[v]?.[h] ?? []) })),
    { name: known, regret: (h: number) => ownLoss * (horizons[h] ?? 0) },
  ];
  regretChart(
    run,
    "far",
    lines.flatMap(({ name, regret }) => horizons.map((T, h): Row => ({ learner: name, T, regret: regret(h) }))),
    {
      names: lines.map(({ name }) => name),
      alt: "Mean regret against the number of rounds at far horizons, both logarithmic, by margin, beside plain scoring rules with the law known.",
    },
  );
  const overtaken = horizons.filter((T, h) => mean(regrets[0]?.[h] ?? []) < ownLoss * T);
  run.note(
    overtaken.length > 0
      ? `At far horizons the learner with margin ${margins[0]} has a smaller mean regret than somebody who knows the law and uses plain scoring rules, from T = 2^${Math.log2(overtaken[0] ?? 1)} on.`
      : `Up to T = 2^${Math.log2(longest)} the learner with margin ${margins[0]} never overtakes somebody who knows the law and uses plain scoring rules.`,
  );
  const slopes = variants.map((_, v) => slopeInterval(horizons, regrets[v] ?? [], run));
  const [withMargin, without] = slopes;
  if (!withMargin || !without) throw new Error("a margin was not run");
  return {
    outcome: all([atMost(withMargin, 0.75), exceeds(without, 0.85)]),
    measured: [
      ...variants.map(({ name }, v) => measured(`slope, ${name}`, slopes[v] ?? withMargin)),
      ...[0, 1].map((v) =>
        measured(`regret at T = 2^${Math.log2(longest)}, ${variants[v]?.name}`, meanInterval(regrets[v]?.at(-1) ?? [])),
      ),
      measured("the same, own-report pay, law known", ownLoss * longest),
    ],
  };
}
