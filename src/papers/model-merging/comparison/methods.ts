import { argmaxRows, softmax } from "../../../kit/nets/class-scores.ts";
import { mlp } from "../../../kit/nets/mlp.ts";
import { combineTrees, filledTree, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { adaMerge } from "../adamerging/ada-merge.ts";
import { type Bench, taskCount, withoutLabels } from "../adamerging/experiment.ts";
import { wiseFt } from "../balanced-averaging/wise-ft.ts";
import {
  cosineDocument,
  type DigitTask,
  meanTaskAccuracy,
  partialPermutation,
  permutePixels,
  taskAccuracy,
} from "../digit-tasks.ts";
import { fisherMerge } from "../fisher-merging/fisher-merge.ts";
import { sequential } from "../fisher-merging/sequential.ts";
import { parseArchitecture } from "../network/architecture.ts";
import { outputEnsemble } from "../output-ensemble.ts";
import { CatRepresentation } from "../rich-representations/cat-representation.ts";
import { linearProbe } from "../rich-representations/linear-probe.ts";
import type { Net } from "../rich-representations/networks.ts";
import { applyTaskVectors, scaleGrid, searchScale, taskArithmetic } from "../task-vectors.ts";
import { tiesVector } from "../ties-merging.ts";

/** An idea taken away from its method. */
export const ablations = ["none", "ancestor", "scale", "selection", "fishers", "coefficients", "features"] as const;
export type Ablation = (typeof ablations)[number];

/** A bench, and the task vectors that are merged on it: as they were trained, or one of them blown up. */
export interface Given {
  bench: Bench;
  vectors: readonly ParamTree[];
  ablate: Ablation;
}

/**
 * The same function under another order of its hidden units: with an order of its own for every expert, they no longer have
 * the ancestor's units in the ancestor's places, as models of different ancestors do not.
 */
export function reordered(encoder: ParamTree, random: Random): ParamTree {
  let order: number[] | undefined; // of the units that enter the layer
  const out: ParamTree = {};
  const layers = Object.keys(encoder).length / 2;
  for (let l = 0; l < layers; l++) {
    const [weight, bias] = [tensorOf(encoder, `layers.${l}.weight`), tensorOf(encoder, `layers.${l}.bias`)];
    const [rows, columns] = [weight.shape[0] ?? 0, weight.shape[1] ?? 0];
    const next = l + 1 < layers ? random.fork(`units ${l}`).permutation(columns) : undefined;
    const from = (r: number, c: number): number => (order?.[r] ?? r) * columns + (next?.[c] ?? c);
    const data = Float32Array.from({ length: rows * columns }, (_, at) => {
      return weight.data[from(Math.floor(at / columns), at % columns)] ?? 0;
    });
    out[`layers.${l}.weight`] = { data, shape: [rows, columns] };
    out[`layers.${l}.bias`] = { data: bias.data.map((_, c) => bias.data[next?.[c] ?? c] ?? 0), shape: [columns] };
    order = next && [...next];
  }
  return out;
}

/** The models behind the task vectors, $\theta_0 + \tau_k$. */
export function models({ bench, vectors }: Given): ParamTree[] {
  return vectors.map((vector) => applyTaskVectors(bench.pretrained, [vector], 1));
}

/** The plain average $\frac1K \sum_k \theta_k$. */
export function average({ bench, vectors }: Given): ParamTree {
  return taskArithmetic(bench.pretrained, vectors, 1 / taskCount);
}

/** The expert that is best on the labelled images of all tasks: what one does without merging. */
export function bestExpert(given: Given): ParamTree {
  return byScore(given)[0]?.model ?? given.bench.pretrained;
}

function byScore(given: Given): { model: ParamTree; score: number }[] {
  const { network, validation } = given.bench;
  return models(given)
    .map((model) => ({ model, score: meanTaskAccuracy(network, model, validation) }))
    .sort((a, b) => b.score - a.score);
}

/**
 * Greedy soup (Wortsman et al., 2022): models from the best to the worst, each taken into the average if that does not lower
 * the accuracy on labelled images. Without `selection` all are taken.
 */
export function greedySoup(given: Given): ParamTree {
  const { network, validation } = given.bench;
  const [first, ...others] = byScore(given);
  if (!first) throw new Error("there is at least one expert");
  let soup = { members: [first.model], model: first.model, score: first.score };
  for (const { model } of others) {
    const members = [...soup.members, model];
    const mixed = combineTrees(
      members,
      members.map(() => 1 / members.length),
    );
    const score = meanTaskAccuracy(network, mixed, validation);
    if (score >= soup.score || given.ablate === "selection") soup = { members, model: mixed, score };
  }
  return soup.model;
}

/** Fisher merging with equal λ, every expert's Fisher from its own images. */
export async function fisher(given: Given, examples: number): Promise<ParamTree> {
  const experts = models(given);
  return fisherMerge(experts, await fishersOf(given, experts, given.bench.training, examples));
}

/** Diagonal Fisher of every expert on images of its own task, without their labels. Without `fishers` all are 1. */
async function fishersOf(
  { bench, ablate }: Given,
  experts: readonly ParamTree[],
  tasks: readonly DigitTask[],
  examples: number,
): Promise<ParamTree[]> {
  const { network, settings, random } = bench;
  const document = parseArchitecture(
    cosineDocument([network.inputs, settings.width, settings.width, featuresOf(bench)], 20),
    "encoder",
  );
  const fishers: ParamTree[] = [];
  for (const [k, expert] of experts.entries()) {
    const { images, labels, head } = tasks[k] as DigitTask; // one a model
    if (ablate === "fishers") fishers.push(filledTree(expert, 1));
    else {
      const whole = sequential(document, { ...expert, ...head }, "expert");
      const found = await whole.fisher(images, Math.min(examples, labels.length), {
        labels: "sampled",
        seed: random.fork(`Fisher ${k}`).uint32(),
      });
      fishers.push(Object.fromEntries(Object.entries(found).filter(([name]) => name in expert)));
    }
  }
  return fishers;
}

/** Width of what the encoder gives to the heads. */
const featuresOf = ({ pretrained }: Bench): number => Object.values(pretrained).at(-1)?.data.length ?? 0;

/** A merge at the scale that is best on the labelled images; without `scale` the one that makes task arithmetic the average. */
function tuned({ bench, ablate }: Given, merge: (scale: number) => ParamTree): ParamTree {
  if (ablate === "scale") return merge(1 / taskCount);
  const judge = (model: ParamTree): number => meanTaskAccuracy(bench.network, model, bench.validation);
  return merge(searchScale(merge, judge, scaleGrid(bench.settings.gridPoints)).scale);
}

/** Task arithmetic with the scale tuned on labels. */
export function arithmetic(given: Given): ParamTree {
  return tuned(given, (scale) => taskArithmetic(given.bench.pretrained, given.vectors, scale));
}

/** TIES-merging with the scale tuned on labels, over twice the range: its vector is a mean. */
export function ties(given: Given): ParamTree {
  const merged = tiesVector(given.vectors);
  return tuned(given, (scale) => applyTaskVectors(given.bench.pretrained, [merged], 2 * scale));
}

/** Layer-wise AdaMerging on the pool's images without their labels. Without `coefficients` they stay at 0.3. */
export async function ada({ bench, vectors, ablate }: Given): Promise<ParamTree> {
  const { network, pretrained, pool, random, settings } = bench;
  const { learningRate, batch } = settings;
  const steps = ablate === "coefficients" ? 0 : settings.steps;
  const seed = random.fork("AdaMerging").uint32();
  const options = { granularity: "layer", learningRate, batch, steps, seed } as const;
  return (await adaMerge(network, pretrained, vectors, withoutLabels(pool), options)).params;
}

/** Accuracy on every task's held-out images. */
export function accuracies({ network, heldOut }: Bench, params: ParamTree): number[] {
  return heldOut.map((task) => taskAccuracy(network, params, task));
}

/** The same of an ensemble that averages the probabilities of all models, each through the task's head. */
export function ensembleAccuracies(given: Given): number[] {
  const { network, heldOut } = given.bench;
  const members = models(given);
  return heldOut.map(({ images, labels, head }) => {
    const classifiers = members.map(
      (model) => (rows: Float32Array, count: number) =>
        softmax(network.logits({ ...model, ...head }, rows, count), network.classes),
    );
    const chosen = argmaxRows(outputEnsemble(classifiers)(images, labels.length), network.classes);
    return mean(Array.from(labels, (label, n) => Number(chosen[n] === label)));
  });
}

/** Accuracy of one expert, and of its average with the ancestor, on its own task and, on average, on the others. */
export interface Retention {
  own: number;
  others: number;
}

/** Expert k alone (α = 1) or half way back to the ancestor, over all k. */
export function retention(given: Given, alpha: number): Retention {
  const { bench } = given;
  const scores = models(given).map((expert, k) => {
    const all = accuracies(bench, wiseFt(bench.pretrained, expert, alpha));
    return { own: all[k] ?? Number.NaN, others: mean(all.filter((_, j) => j !== k)) };
  });
  return { own: mean(scores.map(({ own }) => own)), others: mean(scores.map(({ others }) => others)) };
}

/** An encoder in the form that features are taken from, under a head that is not asked. */
function encoderNet(bench: Bench, params: ParamTree): Net {
  const { settings, network } = bench;
  const [features, classes] = [featuresOf(bench), network.classes];
  const head: ParamTree = {
    "layers.3.weight": { data: new Float32Array(features * classes), shape: [features, classes] },
    "layers.3.bias": { data: new Float32Array(classes), shape: [classes] },
  };
  const net = mlp([network.inputs, settings.width, settings.width, features, classes]);
  return { net, params: { ...params, ...head } };
}

/**
 * A task that no model has seen, images with pixels in yet another order: accuracy of a linear probe, fitted to `examples`
 * labelled images, on the features of the given models side by side.
 */
export function newTask({ bench }: Given, encoders: readonly ParamTree[], examples: number): number {
  const { validation, heldOut, random, network } = bench;
  const area = network.inputs;
  const order = partialPermutation(area, Math.round(0.625 * area), random.fork("new task"));
  const [train, test] = [validation[0], heldOut[0]]; // the first task's pixels are in their own places
  if (!train || !test) throw new Error("there is a first task");
  const representation = new CatRepresentation(encoders.map((params) => encoderNet(bench, params)));
  const features = (images: Float32Array): Float32Array<ArrayBuffer> =>
    representation.transform(permutePixels(images, order));
  const some = Math.min(examples, train.labels.length);
  const probe = linearProbe(features(train.images.subarray(0, some * area)), train.labels.subarray(0, some), {
    classes: network.classes,
  });
  return probe.accuracy(features(test.images), test.labels);
}
