import { z } from "zod";
import { defineClaim, type Run } from "../../../kit/paper.ts";
import { mean, pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import paper from "./card.ts";
import { showCurves, showOutcomes, showScenarios } from "./claim-views.ts";
import { type ArmName, annotatorTrial, armNames, type Outcome, type TrialInput } from "./experiment.ts";
import { type ScenarioName, scenarioNames } from "./scenarios.ts";
import { whatPays } from "./what-pays.ts";

const params = z.object({
  seeds: z.number().int().min(3).max(500).describe("Independent problems, each with five annotators"),
  tuningSeeds: z.number().int().min(2).max(50).default(4).describe("Other problems on which λ of every arm is chosen"),
  otherSeeds: z
    .number()
    .int()
    .min(0)
    .max(200)
    .describe("Problems of each further kind of annotator; 0 leaves them out"),
  ablate: z
    .enum(["none", "annotators", "care"])
    .default("none")
    .describe("Take away the choice of annotators, or the care with which the model believes its own classifier"),
});

const lambdas = [0.1, 1];
const main: readonly ScenarioName[] = ["unit", "priced"];
const [aware, sameModel, majority, triple] = armNames;
const oracle: ArmName = "best annotator (oracle)";
const again: ArmName = "same model, random annotator, relabel or new";
const tunedArms: readonly ArmName[] = [aware, sameModel, majority, triple];

/** λ of every arm, by scenario: the best mean accuracy on problems drawn for this only. */
export type Tuned = Record<string, Record<string, number>>;

async function tune(run: Run, seeds: number): Promise<Tuned> {
  const inputs = main.flatMap((scenario) =>
    Array.from({ length: seeds }, (_, seed): TrialInput => {
      const arms = tunedArms.map((arm) => ({ arm, l2: lambdas }));
      return { scenario, arms, ablate: "none", purpose: "tuning", seed };
    }),
  );
  const results = await run.map(annotatorTrial, inputs, (_, __, done) =>
    run.progress((0.25 * done) / inputs.length, `tuning, problem ${done} of ${inputs.length}`),
  );
  return Object.fromEntries(
    main.map((scenario) => {
      const mine = results.filter((_, at) => inputs[at]?.scenario === scenario);
      const best = (arm: ArmName): number => {
        const scores = lambdas.map((_, l) => mean(mine.map((result) => result[arm]?.[l]?.accuracy ?? 0)));
        return lambdas[scores.indexOf(Math.max(...scores))] ?? 0.1;
      };
      const chosen = tunedArms.map((arm) => [arm, best(arm)] as const);
      return [scenario, Object.fromEntries(chosen)];
    }),
  );
}

/** An arm that was not tuned itself takes the λ of the arm it varies. */
function lambdaOf(tuned: Tuned, scenario: ScenarioName, arm: ArmName): number {
  const of = tuned[scenario] ?? tuned.unit ?? {};
  return of[arm] ?? of[arm.startsWith(sameModel) ? sameModel : aware] ?? 0.1;
}

/** Accuracies of one arm in one scenario, problem by problem. */
export type Read = (scenario: ScenarioName, arm: ArmName) => Outcome[];

const accuracies = (outcomes: readonly Outcome[]): number[] => outcomes.map(({ accuracy }) => accuracy);

/** Accuracy of the aware arm less that of each rival. */
function gains(read: Read, scenario: ScenarioName, rivals: readonly ArmName[]) {
  return rivals.map((rival) => ({
    label: `acc(aware) − acc(${rival})`,
    gain: pairedInterval(accuracies(read(scenario, aware)), accuracies(read(scenario, rival))),
  }));
}

export const claim = defineClaim({
  params,
  scales: { quick: { seeds: 30, otherSeeds: 0 }, full: { seeds: 150, tuningSeeds: 20, otherSeeds: 40 } },
  trials: { annotatorTrial },
  async reproduce({ seeds, tuningSeeds, otherSeeds, ablate }, run) {
    const tuned = await tune(run, tuningSeeds);
    const others = otherSeeds > 0 ? scenarioNames.filter((name) => !main.includes(name)) : [];
    const kinds = [...main, ...others];
    const armsOf = (scenario: ScenarioName): readonly ArmName[] => {
      if (!main.includes(scenario)) return tunedArms;
      if (run.scale === "full") return armNames;
      return scenario === "unit" ? [...tunedArms, oracle, again] : [...tunedArms, oracle];
    };
    const inputs = kinds.flatMap((scenario) =>
      Array.from({ length: main.includes(scenario) ? seeds : otherSeeds }, (_, seed): TrialInput => {
        const arms = armsOf(scenario).map((arm) => ({ arm, l2: [lambdaOf(tuned, scenario, arm)] }));
        return { scenario, arms, ablate, purpose: "report", seed };
      }),
    );
    const results = await run.map(annotatorTrial, inputs, (_, __, done) =>
      run.progress(0.25 + (0.7 * done) / inputs.length, `problem ${done} of ${inputs.length}`),
    );
    const read: Read = (scenario, arm) =>
      results.flatMap((result, at) => (inputs[at]?.scenario === scenario ? (result[arm] ?? []) : []));
    showOutcomes(run, main, armsOf, read, (scenario, arm) => lambdaOf(tuned, scenario, arm));
    showCurves(run, main, read);
    if (others.length > 0) showScenarios(run, others, tunedArms, read);

    const unit = gains(read, "unit", [majority, sameModel, triple]);
    const priced = gains(read, "priced", [sameModel, majority, triple]);
    const relabel = pairedInterval(accuracies(read("unit", again)), accuracies(read("unit", sameModel)));
    const further = others.flatMap((scenario) =>
      gains(read, scenario, [majority]).map(({ gain, label }) => ({ gain, label: `${label}, ${scenario}` })),
    );
    const part = (list: ReturnType<typeof gains>, deciding = list): PartResult => ({
      outcome: all(deciding.map(({ gain }) => exceeds(gain, 0))),
      measured: list.map(({ label, gain }) => measured(label, gain)),
    });
    run.note(
      whatPays({
        aware: accuracies(read("unit", aware)),
        sameModel: accuracies(read("unit", sameModel)),
        majority: accuracies(read("unit", majority)),
        priced: pairedInterval(accuracies(read("priced", aware)), accuracies(read("priced", sameModel))),
        relabel,
      }),
    );
    run.note(
      "λ was chosen for every arm on problems of its own; arms that vary another take its λ. An item's prior in the joint EM is a classifier that did not learn from it: with a prior that did, as with --ablate care, the loop confirms its own mistakes. Annotators were simulated; no person was asked.",
    );
    run.progress(1, "done");
    return verdict(paper.card, run.scale, {
      "unit cost": part(unit),
      priced: part(priced, priced.slice(0, 1)),
      "relabel or new": {
        outcome: exceeds(relabel, 0),
        measured: [measured("acc(relabel or new) − acc(new only)", relabel)],
      },
      ...(run.scale === "full"
        ? { "other annotators": further.length > 0 ? part(further) : { outcome: "inconclusive", measured: [] } }
        : {}),
    });
  },
});
