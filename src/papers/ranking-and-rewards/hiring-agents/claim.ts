import { z } from "zod";
import { defineClaim, type Run, type Verdict } from "../../../kit/paper.ts";
import { measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import paper from "./card.ts";
import { auditInstance, independentInstance, randomIndependentInstance } from "./examples.ts";
import { type Ablation, type CheckInput, checkTrial, classes, learnTrial } from "./experiments.ts";
import { farHorizon, onlineRegret } from "./online.ts";

const params = z.object({
  instances: z.number().int().min(2).max(200).default(20).describe("Random instances of each of the two kinds"),
  perturbations: z.number().int().min(10).max(20_000).describe("Tries to find a better mechanism, an instance"),
  seeds: z.number().int().min(4).max(1000).describe("Independent seeds of the online learner"),
  horizon: z.number().int().min(10).max(18).describe("log2 of the longest T of the online table"),
  farHorizon: z.number().int().min(18).max(28).default(26).describe("log2 of the longest T of the far horizon"),
  ablate: z
    .enum(["none", "correlation", "truth", "margin"])
    .default("none")
    .describe("Take away correlated recommendations, the constraints against misreports, or the learner's margin"),
});

const caps = [1, 2, 5, 10, 50];
const auditorCosts = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4];

/** The audit instance by the auditor's cost and the cap. */
async function correlationPays(run: Run, ablate: Ablation): Promise<PartResult> {
  const rows = [];
  for (const [i, auditor] of auditorCosts.entries()) {
    run.progress((0.1 * i) / auditorCosts.length, `audit instance, auditor's cost ${auditor}`);
    for (const cap of caps) {
      const values = await classes(auditInstance([0.05, auditor]), cap, ablate);
      rows.push({ auditor, cap, ...values, gain: values.correlated - Math.max(values.deterministic, values.own) });
      await run.breathe();
    }
  }
  run.table("audit", {
    title: "Value of the audit instance by the auditor's cost and the cap on payments",
    columns: [
      { key: "auditor", label: "auditor's cost", digits: 2 },
      { key: "cap", label: "M", digits: 0 },
      { key: "correlated", label: "correlated", digits: 4 },
      { key: "deterministic", label: "best fixed profile", digits: 4 },
      { key: "own", label: "own-report pay", digits: 4 },
      { key: "gain", label: "gain", digits: 4 },
    ],
    rows,
  });
  const shown = rows.filter(({ auditor }) => auditor === 0.25);
  run.chart("audit", {
    alt: "Value against the cap on payments: correlated recommendations climb towards 0.6 as the cap grows, a fixed profile and own-report payments stay at 0.525.",
    spec: {
      width: "container",
      data: {
        values: shown.flatMap(({ cap, correlated, deterministic, own }) =>
          Object.entries({ correlated, "fixed profile": deterministic, "own-report pay": own }).map(
            ([rule, value]) => ({
              cap,
              rule,
              value,
            }),
          ),
        ),
      },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "cap", type: "quantitative", scale: { type: "log" }, title: "largest payment M" },
        y: { field: "value", type: "quantitative", scale: { zero: false }, title: "worth of a round" },
        color: { field: "rule", type: "nominal", title: null },
        strokeDash: { field: "rule", type: "nominal", title: null },
      },
    },
  });
  const at = (cap: number) => shown.find((row) => row.cap === cap);
  const gain = at(10)?.gain ?? Number.NaN;
  return {
    outcome: gain >= 0.05,
    measured: [
      measured("correlated − best other, M = 10", gain),
      measured("correlated − best other, M = 1", at(1)?.gain ?? Number.NaN),
      measured("correlated, M = 10", at(10)?.correlated ?? Number.NaN),
      measured("best fixed profile, M = 10", at(10)?.deterministic ?? Number.NaN),
      measured("own-report payments, M = 10", at(10)?.own ?? Number.NaN),
    ],
  };
}

/** Signals that are independent given the state: nothing to gain from correlation. */
async function control(run: Run, instances: number): Promise<PartResult> {
  const random = run.random.fork("control");
  const drawn = Array.from({ length: instances }, (_, i) => randomIndependentInstance(random.fork(i)));
  const spreads: number[] = [];
  let named = { correlated: 0, deterministic: 0, own: 0 };
  for (const [i, instance] of [independentInstance([0.05, 0.03], [0.8, 0.7]), ...drawn].entries()) {
    run.progress(0.1 + (0.05 * i) / instances, `independent signals, instance ${i + 1} of ${instances + 1}`);
    const values = await classes(instance, 5, "none");
    if (i === 0) named = values;
    const all = Object.values(values);
    spreads.push(Math.max(...all) - Math.min(...all));
    await run.breathe();
  }
  const worst = Math.max(...spreads);
  return {
    outcome: worst <= 1e-6,
    measured: [
      measured(`largest difference between two classes, ${spreads.length} instances`, worst),
      measured("value where agents are right with .8 and .7", named.correlated),
    ],
  };
}

async function optimalAndHonest(run: Run, inputs: CheckInput[]): Promise<PartResult> {
  const results = await run.map(checkTrial, inputs, (_, __, done) =>
    run.progress(0.15 + (0.25 * done) / inputs.length, `random instance ${done} of ${inputs.length}`),
  );
  run.table("random", {
    title: "Random instances, M = 5: values of the classes, and what deviations and a search without the program find",
    columns: [
      { key: "kind", label: "laws" },
      { key: "correlated", label: "correlated", digits: 4 },
      { key: "deterministic", label: "best fixed profile", digits: 4 },
      { key: "own", label: "own-report pay", digits: 4 },
      { key: "deviation", label: "best deviation gains" },
      { key: "explicit", label: "all maps written out − value" },
      { key: "search", label: "best found − optimum" },
      { key: "feasible", label: "feasible found", digits: 0 },
    ],
    rows: results.map(({ disorder: _, search, ...row }) => ({
      ...row,
      search: Number.isFinite(search) ? search : null,
    })),
  });
  const tolerance = 1e-7;
  const count = (of: (result: (typeof results)[number]) => number) => results.filter((r) => of(r) > tolerance).length;
  const violations = [
    count((r) => r.disorder),
    count((r) => r.deviation),
    count((r) => Math.abs(r.explicit)),
    count((r) => r.search),
  ];
  const tried = results.reduce((sum, r) => sum + r.feasible, 0);
  const gains = results.filter((r) => r.correlated - Math.max(r.deterministic, r.own) > tolerance);
  return {
    outcome: tried > 0 && violations.every((v) => v === 0),
    measured: [
      measured("instances where the order of the classes is violated", violations[0] ?? 0),
      measured("instances where a deviation gains", violations[1] ?? 0),
      measured("instances where the program with all report maps differs", violations[2] ?? 0),
      measured("instances where a better mechanism was found", violations[3] ?? 0),
      measured("feasible mechanisms the search tried", tried),
      measured("largest gain of a deviation", Math.max(...results.map((r) => r.deviation))),
      measured(`instances, of ${results.length}, where only correlation reaches the optimum`, gains.length),
    ],
  };
}

export const claim = defineClaim({
  params,
  scales: {
    quick: { perturbations: 60, seeds: 20, horizon: 12 },
    full: { perturbations: 2000, seeds: 200, horizon: 16 },
  },
  trials: { checkTrial, learnTrial },
  async reproduce({ instances, perturbations, seeds, horizon, farHorizon: far, ablate }, run): Promise<Verdict> {
    const correlation = await correlationPays(run, ablate);
    const independent = await control(run, instances);
    const kinds = ["any law", "only work informs"] as const;
    const honest = await optimalAndHonest(
      run,
      kinds.flatMap((kind) => Array.from({ length: instances }, (): CheckInput => ({ kind, perturbations, ablate }))),
    );
    const online = await onlineRegret(run, { seeds, horizon, ablate });
    const parts = { "correlation pays": correlation, control: independent, "optimal and honest": honest };
    if (run.scale === "quick") {
      run.note(
        "The part on regret is decided at full scale, where T reaches 65,536; the table and the chart of regret show where it starts.",
      );
      run.progress(1, "done");
      return verdict(paper.card, run.scale, parts);
    }
    const horizons = await farHorizon(run, { seeds: Math.max(4, Math.round(seeds / 8)), far, ablate });
    run.progress(1, "done");
    return verdict(paper.card, run.scale, { ...parts, "online regret": online, "far horizon": horizons });
  },
});
