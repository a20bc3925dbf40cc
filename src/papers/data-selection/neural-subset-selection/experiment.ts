import type { TrialContext } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { deepSetSelector, itemwiseWidth, perElementSelector } from "./equivariant.ts";
import { type FitOptions, type Learner, meanJaccardOf } from "./fit-selector.ts";
import { jaccard, randomJaccard } from "./jaccard.ts";
import { setTransformerSelector, transformerWidth } from "./set-transformer.ts";
import type { SetExample } from "./sets.ts";
import { completeConfig, initSubsetModel, matchedWidth, type SubsetConfig, scoreParameters } from "./subset-model.ts";
import { meanShare, selectFrom, subsetLearner, trainSubsetSelector } from "./subset-selector.ts";
import { drawTask, type TaskName } from "./tasks.ts";

/** Set functions start from an amortised proposal or a tuned constant; the others look at items. */
export const modelKinds = [
  "INSET, independent",
  "EquiVSet, independent",
  "INSET, copula",
  "EquiVSet, copula",
  "INSET, tuned",
  "EquiVSet, tuned",
  "Deep Sets",
  "Set Transformer",
  "items alone",
] as const;
export type ModelKind = (typeof modelKinds)[number];

/** What training is given, and what is tried; the best by validation MJC counts. */
export interface Settings {
  trainingSets: number;
  validationSets: number;
  testSets: number;
  epochs: number;
  batch: number;
  hidden: number;
  samples: number;
  rates: readonly number[];
  /** Steps K of the mean field, for tuned models. */
  steps: readonly number[];
  /** ψ⁽⁰⁾ for tuned models; 0 stands for |S| / |V|. */
  starts: readonly number[];
  ablate: "none" | "superset";
}

export interface Training extends Settings {
  task: TaskName;
  kind: ModelKind;
  /** The stream of the seed: every model of a seed sees the same sets. */
  stream: number;
}

/** One setting that was tried. */
export interface Candidate {
  rate: number;
  /** K, ψ⁽⁰⁾ (0 where it is amortised), or hidden layers of a network of items. */
  steps: number;
  start: number;
  layers: number;
  validation: number;
  /** MJC on test sets when the number of items is known. */
  test: number;
  /** MJC when every item of probability one half or more is taken. */
  thresholded: number;
}

export interface Trained {
  /** The candidate with the best MJC on the validation sets. */
  best: Candidate;
  candidates: Candidate[];
  parameters: number;
  /** MJC of random choices of the right number, in expectation. */
  chance: number;
}

type Options = Omit<FitOptions, "learningRate">;

/** Trains one model of one seed under every setting it is granted. */
export async function trainTrial(training: Training, { signal }: TrialContext): Promise<Trained> {
  const random = new Random(training.stream);
  const { data, validation, test, dim } = await drawTask(training.task, training, random.fork(training.task));
  const yieldNow = () => new Promise<void>((resume) => setTimeout(resume, 0)).then(() => signal.throwIfAborted());
  let taken = 0;
  const options: Options = {
    epochs: training.epochs,
    batch: training.batch,
    validation,
    random: random.fork("training"),
    onStep: () => (taken++ % 8 === 7 ? yieldNow() : undefined),
  };
  const candidates: Candidate[] = [];
  let parameters = 0;
  for (const setting of settingsOf(training)) {
    const trained = await trainOne(training, setting, data, dim, options);
    parameters = trained.parameters;
    candidates.push({
      ...setting,
      validation: trained.validation,
      test: meanJaccardOf(trained.learner, test, random.fork("test")),
      thresholded: thresholdedJaccard(trained.learner, test, random.fork("test")),
    });
  }
  const [first, ...rest] = candidates;
  if (!first) throw new RangeError("there is no setting to try");
  return {
    best: rest.reduce((best, candidate) => (candidate.validation > best.validation ? candidate : best), first),
    candidates,
    parameters,
    chance: test.reduce((sum, { items, chosen }) => sum + randomJaccard(items.rows, chosen.length), 0) / test.length,
  };
}

/** Networks that give every item a logit, rather than a score to a subset. */
const itemwise = ["Deep Sets", "Set Transformer", "items alone"] as const;
const isItemwise = (kind: ModelKind): kind is (typeof itemwise)[number] => itemwise.some((name) => name === kind);

type Setting = Pick<Candidate, "rate" | "steps" | "start" | "layers">;

function settingsOf({ kind, rates, steps, starts }: Training): Setting[] {
  return rates.flatMap((rate): Setting[] => {
    if (isItemwise(kind)) {
      return (kind === "Set Transformer" ? [1, 2] : [2, 3]).map((layers) => ({ rate, layers, steps: 0, start: 0 }));
    }
    if (!kind.endsWith("tuned")) return [{ rate, steps: 1, start: 0, layers: 0 }]; // the paper's K
    return steps.flatMap((k) => starts.map((start) => ({ rate, steps: k, start, layers: 0 })));
  });
}

async function trainOne(
  { kind, hidden, samples, ablate }: Training,
  { rate, steps, start, layers }: Setting,
  data: readonly SetExample[],
  dim: number,
  options: Options,
): Promise<{ learner: Learner; parameters: number; validation: number }> {
  const fit: FitOptions = { ...options, learningRate: rate };
  const count = scoreParameters(initSubsetModel({ dim, hidden }, new Random(0)));
  const best = (history: readonly { validation?: number }[]) =>
    Math.max(...history.map(({ validation }) => validation ?? 0));
  if (isItemwise(kind)) {
    const shape = { dim, layers };
    const train = {
      "Deep Sets": deepSetSelector,
      "Set Transformer": setTransformerSelector,
      "items alone": perElementSelector,
    };
    const width =
      kind === "Set Transformer" ? transformerWidth(shape, count) : itemwiseWidth(shape, kind === "Deep Sets", count);
    const { learner, history, parameters } = await train[kind](data, { ...shape, width }, fit);
    return { learner, parameters, validation: best(history) };
  }
  const plain = kind.startsWith("EquiVSet");
  const config: SubsetConfig = completeConfig(
    {
      dim,
      hidden,
      samples,
      meanFieldSteps: steps,
      superset: plain || ablate === "superset" ? "none" : "sum",
      width: plain ? matchedWidth({ dim, hidden }, count) : hidden,
      amortized: kind.endsWith("independent") ? "independent" : kind.endsWith("copula") ? "copula" : "none",
    },
    start > 0 ? start : meanShare(data),
  );
  const { model, history } = await trainSubsetSelector(data, config, fit);
  return { learner: subsetLearner(model, fit), parameters: scoreParameters(model), validation: best(history) };
}

function thresholdedJaccard(learner: Learner, examples: readonly SetExample[], random: Random): number {
  const probabilities = learner.probabilities(
    examples.map(({ items }) => items),
    random,
  );
  const sum = examples.reduce((total, { chosen }, i) => {
    return total + jaccard(selectFrom(probabilities[i] as Float64Array).indices, chosen);
  }, 0);
  return sum / examples.length;
}
