import { type Digits, loadDigits, pickDigits } from "../../../kit/datasets/digits.ts";
import { accuracy, softmax } from "../../../kit/nets/class-scores.ts";
import { initMlp, type Mlp, mlp, mlpLogits } from "../../../kit/nets/mlp.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { trainClassifier } from "../../../kit/nets/train.ts";
import { combineTrees, filledTree, mapTree, type ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { type Classifier, outputEnsemble } from "../output-ensemble.ts";
import { searchCoefficients } from "./coefficients.ts";
import { denseNetFisher } from "./diagonal-fisher.ts";
import { fisherMerge, isotropicMerge } from "./fisher-merge.ts";

/** What every experiment of the claim is told; the claim's parameters without the number of seeds. */
export interface Settings {
  trainImages: number;
  validationImages: number;
  testImages: number;
  ancestorSteps: number;
  /** Steps of experts with the whole training set. */
  expertSteps: number;
  /** Steps of experts with a part of it: five classes, or 60 images. */
  partSteps: number;
  fisherExamples: number;
  gridPoints: number;
  rotations: number[];
  ablate: "none" | "uniform" | "swapped" | "shuffled";
}

/** Images of one distribution with their labels. */
export interface Labelled {
  images: Float32Array;
  labels: Uint8Array;
}

/** One seed's data and the ancestor that all its experts start from. */
export interface Bench {
  net: Mlp;
  settings: Settings;
  random: Random;
  train: Digits;
  validation: Digits;
  test: Digits;
  ancestor: ParamTree;
}

export const side = 14;

/** Draws a seed's images, disjoint for training and validation, and trains the ancestor for a few steps. */
export async function setUp(settings: Settings, random: Random): Promise<Bench> {
  const [pool, tests] = [await loadDigits({ side, split: "train" }), await loadDigits({ side, split: "test" })];
  const order = random.fork("images").permutation(pool.count);
  const { trainImages, validationImages, testImages } = settings;
  const train = pickDigits(pool, order.slice(0, trainImages));
  const validation = pickDigits(pool, order.slice(trainImages, trainImages + validationImages));
  const test = pickDigits(tests, random.fork("test").permutation(tests.count).slice(0, testImages));
  const net = mlp([side * side, 64, 64, 10]);
  const bench = { net, settings, random, train, validation, test };
  const start = initMlp(net, random.fork("start"), "torch");
  const ancestor = fineTune({ ...bench, ancestor: start }, train, settings.ancestorSteps, "ancestor");
  return { ...bench, ancestor };
}

/** AdamW at 1e-3 with batches of 64 from the bench's ancestor; `name` gives the run its own random stream. */
export function fineTune(
  { net, random, ancestor }: Pick<Bench, "net" | "random" | "ancestor">,
  { images, labels }: Labelled,
  steps: number,
  name: string,
): ParamTree {
  return trainClassifier(net, ancestor, images, labels, {
    steps,
    batch: 64,
    optimizer: adamW({ learningRate: 1e-3, weightDecay: 0.01 }),
    random: random.fork(name),
  });
}

/** Accuracy of a model on one distribution. */
export function score(net: Mlp, params: ParamTree, { images, labels }: Labelled): number {
  return accuracy(mlpLogits(net, params, images, labels.length), labels, 10);
}

/** Mean accuracy over distributions. */
export function meanScore(net: Mlp, params: ParamTree, data: readonly Labelled[]): number {
  return mean(data.map((part) => score(net, params, part)));
}

/** The exact diagonal Fisher of every model on the images it was trained on; labels are not looked at. */
export function fishersOf(bench: Bench, models: readonly ParamTree[], data: readonly Labelled[]): ParamTree[] {
  const { net, settings } = bench;
  const fishers = models.map((model, i) => {
    const { images, labels } = data[i] as Labelled; // one set a model
    return denseNetFisher(net, model, images, Math.min(labels.length, settings.fisherExamples));
  });
  return ablated(fishers, settings.ablate, bench.random.fork("ablation"));
}

/** The Fishers with the paper's idea taken out. */
export function ablated(fishers: ParamTree[], ablate: Settings["ablate"], random: Random): ParamTree[] {
  if (ablate === "uniform") return fishers.map((fisher) => filledTree(fisher, 1));
  if (ablate === "swapped") return fishers.map((_, i) => fishers[(i + 1) % fishers.length] as ParamTree);
  if (ablate === "shuffled") return fishers.map((fisher) => mapTree(fisher, (data) => random.shuffle(data.slice())));
  return fishers;
}

/** Test accuracies of one comparison, and the coefficient of the first model that each search chose. */
export interface Comparison {
  ancestor: number;
  /** The better of the two experts on the joint test. */
  expert: number;
  isotropic: number;
  taskArithmetic: number;
  fisher: number;
  /** Average of the experts' probabilities: two forward passes. */
  outputEnsemble: number;
  /** One model trained on both experts' labelled data for as many steps as both together: an upper line. */
  multiTask?: number;
  lambdaIsotropic: number;
  lambdaFisher: number;
}

/** Two experts, what each was trained on, and what their merge is chosen and judged by. */
export interface Contest {
  experts: readonly [ParamTree, ParamTree];
  expertData: readonly [Labelled, Labelled];
  validation: readonly Labelled[];
  tests: readonly Labelled[];
}

/**
 * Merges two experts with every method. All of them choose their one number on the same validation images from the same
 * number of candidates: λ of Fisher and isotropic merging on a grid from 0 to 1, the scale of task arithmetic
 * $\theta_0 + s\sum_i(\theta_i - \theta_0)$ on a grid from 0 to 1.
 */
export async function compareMerges(bench: Bench, contest: Contest): Promise<Comparison> {
  const { net, ancestor, settings } = bench;
  const { experts, expertData, validation, tests } = contest;
  const fishers = fishersOf(bench, experts, expertData);
  const onTest = (params: ParamTree): number => meanScore(net, params, tests);
  const search = async (merge: (coefficients: number[]) => ParamTree): Promise<{ test: number; lambda: number }> => {
    const found = await searchCoefficients(merge, (params) => meanScore(net, params, validation), {
      n: settings.gridPoints,
    });
    return { test: onTest(merge(found.coefficients)), lambda: found.coefficients[0] ?? Number.NaN };
  };
  const fisher = await search((coefficients) => fisherMerge(experts, fishers, { coefficients }));
  const isotropic = await search((coefficients) => isotropicMerge(experts, coefficients));
  const arithmetic = await search(([s = 0]) => combineTrees([ancestor, ...experts], [1 - 2 * s, s, s]));
  const ensemble = outputEnsemble(experts.map((params) => classifier(net, params)));
  return {
    ancestor: onTest(ancestor),
    expert: Math.max(...experts.map(onTest)),
    isotropic: isotropic.test,
    taskArithmetic: arithmetic.test,
    fisher: fisher.test,
    outputEnsemble: mean(tests.map(({ images, labels }) => accuracy(ensemble(images, labels.length), labels, 10))),
    lambdaIsotropic: isotropic.lambda,
    lambdaFisher: fisher.lambda,
  };
}

/** A model as a function from images to class probabilities. */
export function classifier(net: Mlp, params: ParamTree): Classifier {
  return (images, count) => softmax(mlpLogits(net, params, images, count), 10);
}

/** Several sets as one. */
export function together(parts: readonly Labelled[]): Labelled {
  const images = new Float32Array(parts.reduce((sum, part) => sum + part.images.length, 0));
  const labels = new Uint8Array(parts.reduce((sum, part) => sum + part.labels.length, 0));
  let [at, row] = [0, 0];
  for (const part of parts) {
    images.set(part.images, at);
    labels.set(part.labels, row);
    at += part.images.length;
    row += part.labels.length;
  }
  return { images, labels };
}
