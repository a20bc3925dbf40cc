import type { TrialContext } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { runActiveLearning } from "./active-learning.ts";
import { mostProbable } from "./answers.ts";
import { ridgeLogistic } from "./classifier.ts";
import { annotatorCost } from "./costs.ts";
import { type JointEmOptions, jointEm } from "./joint-em.ts";
import { majorityVote } from "./majority-vote.ts";
import { drawScenario, type Labelled, type Scenario, type ScenarioName } from "./scenarios.ts";
import type { PairSelection } from "./select-pairs.ts";
import { simulateAnnotators } from "./simulate-annotators.ts";

export const armNames = [
  "aware",
  "same model, random annotator",
  "majority, random annotator",
  "3 labels per item",
  "aware, random items",
  "best annotator (oracle)",
  "aware, relabel or new",
  "same model, random annotator, relabel or new",
] as const;
export type ArmName = (typeof armNames)[number];

/** What is taken away from the aware arm: the choice of annotators, or the care not to believe its own mistakes. */
export type Ablation = "none" | "annotators" | "care";

export const budget = 300;
export const warmUpItems = 16;
/** Costs at which the accuracy is read off. */
export const checkpoints = [80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 280, 300];

export interface Outcome {
  accuracy: number;
  /** Mean accuracy over the checkpoints after the warm-up: the area under the curve, per unit of cost. */
  area: number;
  /** Accuracy at every checkpoint; NaN while the warm-up is not paid. */
  curve: number[];
}

export interface TrialInput {
  scenario: ScenarioName;
  /** Arms to run, each with every λ of its list. */
  arms: { arm: ArmName; l2: number[] }[];
  ablate: Ablation;
  /** Tuning draws other problems than the report. */
  purpose: "tuning" | "report";
  seed: number;
}

/** Outcomes by arm and λ, on one draw: all arms see the same points, annotators and answers. */
export async function annotatorTrial(
  { scenario: name, arms, ablate, purpose, seed }: TrialInput,
  { random }: TrialContext,
): Promise<Record<string, Outcome[]>> {
  const stream = random.fork(purpose).fork(seed);
  const scenario = await drawScenario(name, stream);
  const outcomes: Record<string, Outcome[]> = {};
  for (const { arm, l2 } of arms) {
    const list: Outcome[] = [];
    for (const lambda of l2) list.push(await runArm(arm, scenario, name, lambda, ablate, stream));
    outcomes[arm] = list;
  }
  return outcomes;
}

/** How an arm believes and asks. */
function settings(arm: ArmName, name: ScenarioName, scenario: Scenario, ablate: Ablation) {
  const aware = arm.startsWith("aware");
  const select: PairSelection = {
    query: arm === "aware, random items" ? "random" : "uncertainty",
    annotator: aware && ablate !== "annotators" ? "infoPerCost" : "random",
    batch: 6,
    relabel: arm.endsWith("relabel or new"),
  };
  if (arm === "3 labels per item") return { majority: true, select: { ...select, batch: 2, votes: 3 } };
  if (arm === "majority, random annotator") return { majority: true, select };
  if (arm === "best annotator (oracle)")
    return { majority: false, select: { ...select, annotator: () => Float64Array.from(scenario.accuracies) } };
  const careless: Partial<JointEmOptions> = aware && ablate === "care" ? { belief: "inSample", clip: 10 } : {};
  // Three classes have no Newton step that leaves a row out; refitting five parts in every sweep would cost too much here.
  const three: Partial<JointEmOptions> = name === "class" ? { belief: "inSample", maxIterations: 6 } : {};
  return { majority: false, select, model: { ...three, ...careless } };
}

function partOf(name: ScenarioName): Partial<JointEmOptions> {
  if (name === "class") return { annotators: "dawidSkene" };
  if (name === "instance") return { annotators: "instance" };
  return name === "fatigue" ? { halfLife: 40 } : {};
}

async function runArm(
  arm: ArmName,
  scenario: Scenario,
  name: ScenarioName,
  l2: number,
  ablate: Ablation,
  random: Random,
): Promise<Outcome> {
  const { classes, pool, test, simulation, prices } = scenario;
  const { majority, select, model = {} } = settings(arm, name, scenario, ablate);
  const classifier = ridgeLogistic({ classes, l2 });
  const crowd = simulateAnnotators(pool.labels, classes, simulation, random.fork("answers"));
  const cycles = runActiveLearning({
    features: pool.features,
    annotators: crowd.annotators,
    ask: crowd.ask,
    costs: annotatorCost(prices),
    classifier,
    model: majority ? majorityVote() : jointEm({ classifier, ...partOf(name), ...model }),
    hard: majority,
    select,
    budget,
    warmUp: warmUpItems,
    random: random.fork("cycle"),
  });
  const curve: number[] = [];
  let accuracy = (): number => Number.NaN;
  for await (const { spent, classifier: learned } of cycles) {
    // What was learned last holds at every checkpoint that the new questions go beyond.
    while (curve.length < checkpoints.length && (checkpoints[curve.length] as number) < spent - 1e-9)
      curve.push(accuracy());
    accuracy = once(() => share(learned.predict(test.features), test, classes));
  }
  while (curve.length < checkpoints.length) curve.push(accuracy());
  const paid = curve.filter((value) => !Number.isNaN(value));
  return { accuracy: accuracy(), area: paid.reduce((a, b) => a + b, 0) / paid.length, curve };
}

function once<T>(compute: () => T): () => T {
  let known: { value: T } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

/** Share of test points whose most probable class is theirs. */
function share(predicted: Float64Array, { labels }: Labelled, classes: number): number {
  const named = mostProbable(predicted, classes);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (named[i] === labels[i]) right++;
  return right / labels.length;
}
