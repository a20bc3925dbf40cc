import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { type Bench, overstated, type Settings, setUp } from "../adamerging/experiment.ts";
import { trainOnTasks } from "../digit-tasks.ts";
import { setUp as setUpDomains } from "../fisher-merging/experiment.ts";
import { twoDomains } from "../fisher-merging/trials.ts";
import { taskVector } from "../task-vectors.ts";
import * as merge from "./methods.ts";

/** Ways to one model, in the order of the tables. */
export const methods = {
  ancestor: "ancestor",
  expert: "best single expert",
  average: "plain average",
  soup: "greedy soup",
  fisher: "Fisher merging",
  arithmetic: "task arithmetic, scale tuned",
  ties: "TIES-merging, scale tuned",
  ada: "AdaMerging, layer-wise",
  ensemble: "ensemble of all experts",
  joint: "trained on all tasks",
} as const;
export type Method = keyof typeof methods;

export const regimes = ["even", "uneven"] as const;
/** `even`: the experts as they were trained. `uneven`: the last one's task vector three times as long. */
export type Regime = (typeof regimes)[number];

export interface Measured {
  /** Accuracy on the held-out images of every task. */
  accuracies: number[];
  /** What it took to merge; 0 where nothing is merged. */
  seconds: number;
}

/** One seed's measurements. */
export interface SuiteResult {
  scores: Record<Regime, Record<Method, Measured>>;
  /** One expert alone, and half way back to the ancestor. */
  alone: merge.Retention;
  halfway: merge.Retention;
  /** Experts on upright and on turned digits, merged with λ tuned for either way. */
  domains: Record<"isotropic" | "fisher", number>;
  /** Accuracy on a task that came later, by the features the probe is put on. */
  newTask: Record<NewTask, number>;
}

export const newTaskFeatures = ["ancestor", "average", "AdaMerging", "all experts"] as const;
export type NewTask = (typeof newTaskFeatures)[number];

export interface SuiteInput {
  settings: Settings;
  ablate: merge.Ablation;
  fisherExamples: number;
  /** Training steps of an expert on upright or turned digits. */
  domainSteps: number;
  probeExamples: number;
}

async function timed(
  bench: Bench,
  make: () => ParamTree | Promise<ParamTree>,
): Promise<Measured & { model: ParamTree }> {
  const start = performance.now();
  const model = await make();
  const seconds = (performance.now() - start) / 1000;
  return { model, seconds, accuracies: merge.accuracies(bench, model) };
}

/** All methods on one set of task vectors. */
async function compare(given: merge.Given, joint: ParamTree, fisherExamples: number) {
  const { bench } = given;
  const made = {
    ancestor: await timed(bench, () => bench.pretrained),
    expert: await timed(bench, () => merge.bestExpert(given)),
    average: await timed(bench, () => merge.average(given)),
    soup: await timed(bench, () => merge.greedySoup(given)),
    fisher: await timed(bench, () => merge.fisher(given, fisherExamples)),
    arithmetic: await timed(bench, () => merge.arithmetic(given)),
    ties: await timed(bench, () => merge.ties(given)),
    ada: await timed(bench, () => merge.ada(given)),
    joint: await timed(bench, () => joint),
  };
  const scores = Object.fromEntries(
    Object.entries(made).map(([name, { accuracies, seconds }]) => [name, { accuracies, seconds }]),
  );
  scores.ensemble = { accuracies: merge.ensembleAccuracies(given), seconds: 0 };
  return { made, scores: scores as Record<Method, Measured> };
}

/** The situation that Fisher merging is made for, as in its own claim: two domains far apart, digits upright and turned by 90°. */
async function farDomains({ settings: given, ablate, domainSteps, fisherExamples }: SuiteInput, random: Random) {
  const settings = {
    trainImages: 700,
    validationImages: 300,
    testImages: given.heldOutImages,
    ancestorSteps: 60,
    expertSteps: domainSteps,
    partSteps: 1,
    fisherExamples,
    gridPoints: given.gridPoints,
    rotations: [90],
    ablate: ablate === "fishers" ? ("uniform" as const) : ("none" as const),
  };
  const [comparison] = await twoDomains(await setUpDomains(settings, random));
  if (!comparison) throw new Error("one turn was asked for");
  const { isotropic, fisher } = comparison;
  return { isotropic, fisher };
}

/** One seed: images, ancestor and experts anew, then every method on them. */
export async function suiteTrial(input: SuiteInput, { random, signal }: TrialContext): Promise<SuiteResult> {
  const { settings, ablate, fisherExamples, probeExamples } = input;
  const bench = await setUp(settings, random);
  signal.throwIfAborted();
  const joint = trainOnTasks(bench.network, bench.pretrained, bench.training, {
    steps: settings.expertSteps,
    batch: 64,
    random: random.fork("all tasks"),
  });
  const vectors =
    ablate === "ancestor"
      ? bench.experts.map((expert, k) =>
          taskVector(bench.pretrained, merge.reordered(expert, random.fork(`order ${k}`))),
        )
      : bench.vectors;
  const given = { bench, vectors, ablate };
  const even = await compare(given, joint, fisherExamples);
  signal.throwIfAborted();
  const blown = { ...given, vectors: overstated(vectors, settings.factor) };
  const uneven = await compare(blown, joint, fisherExamples);
  const probe = (...encoders: ParamTree[]): number => merge.newTask(given, encoders, probeExamples);
  const { average, ada } = even.made;
  return {
    scores: { even: even.scores, uneven: uneven.scores },
    alone: merge.retention(given, 1),
    halfway: merge.retention(given, 0.5),
    domains: await farDomains(input, random.fork("domains")),
    newTask: {
      ancestor: probe(bench.pretrained),
      average: probe(average.model),
      AdaMerging: probe(ada.model),
      "all experts": ablate === "features" ? probe(average.model) : probe(...bench.experts),
    },
  };
}
