import { z } from "zod";
import { defineClaim, type Run } from "../../../kit/paper.ts";
import { bootstrapInterval, type Interval, mean, pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import paper from "./card.ts";
import { designTable, errorChart, errorsOf, errorTable, type Outcome, ratesOf } from "./figures.ts";
import { comparedToRandom, findings } from "./findings.ts";
import type { Design } from "./regression.ts";
import { negated } from "./replays.ts";
import { coinChances } from "./strategies.ts";
import type { Drift } from "./streams.ts";
import { type Ablation, type Arm, type ArmResult, designTrial, type StreamInput, streamTrial } from "./trials.ts";
import { weatherPart, weatherTrial } from "./weather.ts";

const window = 100;

const params = z.object({
  seeds: z.number().int().min(4).max(5000).describe("Streams of every kind of drift behind the verdict"),
  tuningSeeds: z.number().int().min(2).max(500).default(40).describe("Other streams, on which strategies are chosen"),
  surveySeeds: z.number().int().min(2).max(500).describe("Streams for the table of all strategies"),
  designSeeds: z.number().int().min(4).max(2000).describe("Regression streams"),
  drifts: z
    .array(z.enum(["none", "abrupt", "gradual"]))
    .min(1)
    .default(["none", "abrupt", "gradual"])
    .describe("Kinds of drift that the first part must hold for"),
  budget: z.number().min(0.01).max(0.5).default(0.1).describe("Labels per record at most"),
  length: z.number().int().min(500).max(20_000).default(3000).describe("Records of a stream"),
  ablate: z
    .enum(["none", "doubt", "leverage"])
    .default("none")
    .describe(
      "Take the information away: show strategies the doubts about another record, or let a coin stand for the leverage",
    ),
});

const informed: Arm[] = [
  { label: "variable", strategy: "variable" },
  { label: "randomised", strategy: "randomized" },
  { label: "split", strategy: "split" },
];
const thresholds = [0.6, 0.75, 0.9].map(
  (threshold): Arm => ({ label: `fixed ${threshold}`, strategy: "fixed", threshold }),
);
const others: Arm[] = [
  { label: "selective", strategy: "selective" },
  { label: "committee", strategy: "committee" },
  { label: "IWAL", strategy: "iwal" },
  { label: "density", strategy: "density" },
  { label: "EXP3", strategy: "exp3" },
];

function coins(budget: number): Arm[] {
  return coinChances(budget).map((probability) => ({
    label: `random ${Number(probability.toPrecision(3))}`,
    strategy: "random",
    probability,
  }));
}

type Shared = Pick<StreamInput, "budget" | "length" | "ablate">;

async function readStreams(
  run: Run,
  purpose: string,
  armsOf: ReadonlyMap<Drift, Arm[]>,
  seeds: number,
  shared: Shared,
  [from, to]: [number, number],
): Promise<Outcome[]> {
  const kinds = [...armsOf];
  const inputs = Array.from({ length: seeds }, () =>
    kinds.map(([drift, arms]): StreamInput => ({ purpose, drift, arms, ...shared })),
  ).flat();
  const results = await run.map(streamTrial, inputs, (_, __, done) =>
    run.progress(from + ((to - from) * done) / inputs.length, `${purpose}: stream ${done} of ${inputs.length}`),
  );
  return kinds.map(([drift, arms], k) => ({
    drift,
    arms,
    results: Array.from({ length: seeds }, (_, s) => results[s * kinds.length + k] as ArmResult[]),
  }));
}

/** The arm with the least mean error among those whose label rate is within 0.01 of the budget. */
function best(outcome: Outcome, arms: readonly Arm[], budget: number): Arm {
  const score = ({ label }: Arm): number =>
    Math.abs(mean(ratesOf(outcome, label)) - budget) > 0.01 ? Number.POSITIVE_INFINITY : mean(errorsOf(outcome, label));
  return arms.reduce((a, b) => (score(b) < score(a) ? b : a));
}

function informedPart(outcomes: readonly Outcome[], chosen: ReadonlyMap<Drift, string>): PartResult {
  const numbers: PartResult["measured"] = [];
  const decided: PartResult["outcome"][] = [];
  for (const outcome of outcomes) {
    const name = chosen.get(outcome.drift) ?? "";
    const gain = pairedInterval(errorsOf(outcome, "random"), errorsOf(outcome, name));
    const rates = mean(ratesOf(outcome, name)) - mean(ratesOf(outcome, "random"));
    decided.push(exceeds(gain, 0), Math.abs(rates) <= 0.01);
    numbers.push(measured(`err(${name}) − err(random), ${outcome.drift}`, negated(gain)));
    const rival = pairedInterval(errorsOf(outcome, name), errorsOf(outcome, "fixed"));
    numbers.push(measured(`err(${name}) − err(fixed threshold), ${outcome.drift}`, rival));
    numbers.push(measured(`label rate of ${name} − of random, ${outcome.drift}`, rates));
  }
  return { outcome: all(decided), measured: numbers };
}

/** `exceeds` of what random querying saves over pure uncertainty. */
function safetyPart(outcomes: readonly Outcome[]): PartResult {
  const gains = outcomes.flatMap((outcome) =>
    ["randomised", "split"].map((name) => ({
      name: `err(variable) − err(${name}), ${outcome.drift}`,
      gain: pairedInterval(errorsOf(outcome, "variable"), errorsOf(outcome, name)),
    })),
  );
  return {
    outcome: all(gains.map(({ gain }) => exceeds(gain, 0))),
    measured: gains.map(({ name, gain }) => measured(name, gain)),
  };
}

async function designPart(
  run: Run,
  seeds: number,
  ablate: Ablation,
): Promise<{ part: PartResult; results: Record<Design, number>[] }> {
  const results = await run.map(
    designTrial,
    Array.from({ length: seeds }, () => null),
    (_, __, done) => run.progress(0.9 + (0.1 * done) / seeds, `regression: stream ${done} of ${seeds}`),
  );
  designTable(run, results);
  const ours: Design = ablate === "leverage" ? "coin" : "D-optimal";
  const ratio = (sample: readonly number[], design: Design): number => {
    const of = (name: Design): number => mean(sample.map((i) => results[i]?.[name] ?? Number.NaN));
    return of(design) / of("passive");
  };
  const index = results.map((_, i) => i);
  const random = run.random.fork("bootstrap");
  const interval = (design: Design): Interval => bootstrapInterval(index, (sample) => ratio(sample, design), random);
  const decisive = interval(ours);
  return {
    results,
    part: {
      outcome: all([decisive.value < 0.8, exceeds(negated(decisive), -1)]),
      measured: [
        measured("MSE(D-optimal) / MSE(passive)", decisive),
        measured("MSE(longest records) / MSE(passive)", interval("longest")),
      ],
    },
  };
}

/**
 * The survey's central statements on streams whose truth is known. Every stream is read by all strategies, with the same cap on
 * labels; what has a setting is tuned on other streams.
 */
export const claim = defineClaim({
  params,
  scales: {
    quick: { seeds: 150, tuningSeeds: 40, surveySeeds: 15, designSeeds: 60 },
    full: { seeds: 1200, tuningSeeds: 100, surveySeeds: 100, designSeeds: 300 },
  },
  trials: { streamTrial, designTrial, weatherTrial },
  async reproduce({ seeds, tuningSeeds, surveySeeds, designSeeds, drifts, budget, length, ablate }, run) {
    const shared: Shared = { budget, length, ablate };
    const coin = coins(budget);
    const tuned = await readStreams(
      run,
      "tuning",
      new Map(drifts.map((drift) => [drift, [...coin, ...thresholds, ...informed]])),
      tuningSeeds,
      shared,
      [0, 0.25],
    );
    const chosen = new Map<Drift, string>();
    const arms = new Map<Drift, Arm[]>();
    const coinsChosen: string[] = [];
    for (const outcome of tuned) {
      chosen.set(outcome.drift, best(outcome, informed, budget).label);
      const strongest = best(outcome, coin, budget);
      coinsChosen.push(`${strongest.probability} (${outcome.drift})`);
      arms.set(outcome.drift, [
        { ...strongest, label: "random" },
        { ...best(outcome, thresholds, budget), label: "fixed" },
        ...informed,
      ]);
    }
    const outcomes = await readStreams(run, "verdict", arms, seeds, shared, [0.25, 0.75]);
    errorTable(
      run,
      "errors",
      `Error and labels at a budget of ${budget}, ${seeds} streams`,
      outcomes,
      Object.fromEntries(chosen),
    );
    const seen = outcomes.map((outcome) => comparedToRandom(outcome, chosen.get(outcome.drift) ?? ""));
    errorChart(run, outcomes, window, seen);

    const survey = await readStreams(
      run,
      "survey",
      new Map(drifts.map((drift) => [drift, [...(arms.get(drift) ?? []), ...others]])),
      surveySeeds,
      shared,
      [0.75, 0.85],
    );
    errorTable(run, "survey", `All strategies, on ${surveySeeds} further streams`, survey);

    const unsteady = outcomes.filter(({ drift }) => drift === "abrupt");
    if (run.scale === "full" || unsteady.length === 0) {
      const plain: Arm[] = [{ label: "random", strategy: "random", probability: 1 }, ...thresholds, ...informed];
      const remote = await readStreams(run, "remote", new Map([["remote", plain]]), surveySeeds, shared, [0.85, 0.87]);
      errorTable(run, "remote", "A drift where the model feels safe", remote);
      unsteady.push(...remote);
    }
    const real: Record<string, PartResult> = {};
    if (run.scale === "full")
      real["a real order"] = await weatherPart(run, { coins, thresholds, informed, others }, ablate, [0.87, 0.9]);
    const regression = await designPart(run, designSeeds, ablate);
    for (const text of findings(outcomes, chosen, coinsChosen, regression.results)) run.note(text);
    run.progress(1, "done");
    return verdict(paper.card, run.scale, {
      "informed querying": informedPart(outcomes, chosen),
      "D-optimal regression": regression.part,
      "randomness under drift": safetyPart(unsteady),
      ...real,
    });
  },
});
