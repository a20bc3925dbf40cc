import type { TrialContext } from "../../../kit/paper.ts";
import { type ArmName, annotatorTrial } from "../annotator-aware-learning/experiment.ts";
import { coresetTrial, type Settings } from "../auto-coreset/experiments.ts";
import { filteringTrial } from "../data-filtering-laws/experiment.ts";
import { samplingTrial } from "../equitable-sampling/experiment.ts";
import { type ModelKind, type Training, trainTrial } from "../neural-subset-selection/experiment.ts";
import { type Arm, designTrial, streamTrial } from "../online-active-learning/trials.ts";

export const situations = [
  "a stream",
  "heavy tails",
  "weighted rows",
  "whom to ask",
  "groups",
  "filtering",
  "what else is there",
] as const;
export type Situation = (typeof situations)[number];

/** What can be taken away: doubt, leverage, losses, what is known of annotators, marginal values, quality of buckets, the superset. */
export const ablations = [
  "none",
  "doubt",
  "leverage",
  "losses",
  "annotators",
  "values",
  "quality",
  "superset",
] as const;
export type Ablation = (typeof ablations)[number];

/** Numbers of one draw, by method. */
export type Draw = Record<string, number>;

type Measure = (ablate: Ablation, context: TrialContext, stream: number) => Promise<Draw> | Draw;

const streamBudget = 0.1;

/** How often a coin says yes while the budget lasts: at multiples of the budget, and always, which spends it as soon as it may. */
export const coins: readonly { label: string; probability: number }[] = [
  1.5 * streamBudget,
  2 * streamBudget,
  4 * streamBudget,
  1,
].map((probability) => ({ label: `coin, ${Number(probability.toFixed(2))}`, probability }));

const streamArms: Arm[] = [
  ...coins.map((coin): Arm => ({ ...coin, strategy: "random" })),
  { label: "fixed threshold", strategy: "fixed", threshold: 0.75 },
  { label: "doubtful records", strategy: "variable" },
];

const measures: Record<Situation, Measure> = {
  async "a stream"(ablate, context) {
    const settings = { purpose: "comparison", drift: "gradual" as const, budget: streamBudget, length: 2000 };
    const ablated = ablate === "doubt" ? "doubt" : "none";
    const results = await streamTrial({ ...settings, arms: streamArms, ablate: ablated }, context);
    return Object.fromEntries(streamArms.map(({ label }, i) => [label, results[i]?.error ?? Number.NaN]));
  },

  async "heavy tails"(ablate, context) {
    const errors = await designTrial(null, context);
    const chosen = errors[ablate === "leverage" ? "coin" : "D-optimal"];
    return {
      "as they come": Math.log(errors.passive),
      longest: Math.log(errors.longest),
      "D-optimal": Math.log(chosen),
    };
  },

  async "weighted rows"(ablate, context) {
    const settings: Settings = {
      data: "rare linear",
      problem: "logistic",
      rows: 6000,
      sizes: [100],
      ablate: ablate === "losses" ? "losses" : "none",
    };
    const [errors] = (await coresetTrial(settings, context)).bySize;
    if (!errors) throw new Error("one size was asked for");
    return {
      uniform: Math.log(errors.uniform),
      "one stratified draw": Math.log(errors.stratified),
      "best stratified draw": Math.log(errors.bestStratified),
      "best draw by leverage": Math.log(errors.bestSpecific),
      AutoCoreset: Math.log(errors.auto),
    };
  },

  async "whom to ask"(ablate, context, seed) {
    const names: ArmName[] = ["aware", "same model, random annotator", "majority, random annotator"];
    const arms = names.map((arm) => ({ arm, l2: [0.1] }));
    const ablated = ablate === "annotators" ? "annotators" : "none";
    const outcomes = await annotatorTrial(
      { scenario: "unit", arms, ablate: ablated, purpose: "report", seed },
      context,
    );
    const of = (arm: ArmName): number => outcomes[arm]?.[0]?.accuracy ?? Number.NaN;
    return {
      majority: of("majority, random annotator"),
      "same model, anybody asked": of("same model, random annotator"),
      aware: of("aware"),
    };
  },

  groups(ablate, context) {
    const [outcome] = samplingTrial(
      {
        groups: [10, 60, 300].map((snps, g) => ({ snps, h2: g === 0 ? 0.7 : 0.5 })),
        shares: [0.75, 0.2, 0.05],
        settings: [{ name: "mean R²", utility: "identity", costs: [1, 1, 1] }],
        budget: 1200,
        batch: 60,
        warmup: 100,
        ablate: ablate === "values" ? "values" : "none",
      },
      context,
    );
    if (!outcome) throw new Error("one setting was asked for");
    const of = (name: "adaptive" | "equal" | "proportional" | "random" | "oracle"): number => outcome[name].utility;
    return {
      proportional: of("proportional"),
      "batches to a random group": of("random"),
      equal: of("equal"),
      adaptive: of("adaptive"),
      "curves known": of("oracle"),
    };
  },

  async filtering(ablate, context) {
    const { union } = await filteringTrial(
      {
        noise: ablate === "quality" ? [0.2, 0.2, 0.2, 0.2] : [0, 0.1, 0.2, 0.3],
        bucketSize: 200,
        checkpoints: [2, 64],
        earlyRuns: 6,
        testImages: 1000,
        learningRate: 0.1,
        batch: 16,
      },
      context,
    );
    const [best, all] = [union[0] ?? [], union[3] ?? []];
    const at = (curve: readonly number[], k: number): number => curve[k] ?? Number.NaN;
    return {
      "best bucket, 2 passes": at(best, 0),
      "all, 2 passes": at(all, 0),
      "best bucket, 64 passes": at(best, 1),
      "all, 64 passes": at(all, 1),
    };
  },

  async "what else is there"(ablate, context, stream) {
    const settings: Omit<Training, "kind"> = {
      task: "outliers",
      stream,
      trainingSets: 600,
      validationSets: 100,
      testSets: 200,
      epochs: 8,
      batch: 32,
      hidden: 32,
      samples: 5,
      rates: [8e-3],
      steps: [1],
      starts: [0.5],
      ablate: ablate === "superset" ? "superset" : "none",
    };
    // One half is the start that the claim of neural-subset-selection finds best for either set function.
    const kinds: [string, ModelKind][] = [
      ["items alone", "items alone"],
      ["the base as its paper sets it", "EquiVSet, independent"],
      ["INSET as its paper sets it", "INSET, independent"],
      ["the base, start one half", "EquiVSet, tuned"],
      ["INSET, start one half", "INSET, tuned"],
      ["Deep Sets", "Deep Sets"],
    ];
    const draw: Draw = {};
    for (const [label, kind] of kinds) draw[label] = (await trainTrial({ ...settings, kind }, context)).best.test;
    return draw;
  },
};

/** One draw of a situation, decided by every method that fits it. */
export async function drawOf(
  situation: Situation,
  ablate: Ablation,
  context: TrialContext,
  index: number,
): Promise<Draw> {
  return measures[situation](ablate, context, index);
}
