import { type Digits, loadDigits } from "../../../kit/datasets/digits.ts";
import { mapTree, type ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import {
  cosineNetwork,
  cropDigits,
  type DigitTask,
  disjointSets,
  initEncoder,
  meanTaskAccuracy,
  orthonormalHead,
  partialPermutation,
  permutePixels,
  pixelScale,
  taskAccuracy,
  trainOnTasks,
} from "../digit-tasks.ts";
import type { Network } from "../network/differentiable.ts";
import { applyTaskVectors, scaleGrid, searchScale, taskArithmetic, taskVector } from "../task-vectors.ts";
import { tiesFilter, tiesVector } from "../ties-merging.ts";
import { type AdaMergeResult, adaMerge, entropyOf, type UnlabelledTask } from "./ada-merge.ts";

/** The claim's parameters without the number of seeds. */
export interface Settings {
  /** Hidden units of the encoder's two layers. */
  width: number;
  ancestorImages: number;
  ancestorSteps: number;
  expertImages: number;
  expertSteps: number;
  validationImages: number;
  /** Unlabelled images that the coefficients are learnt on, and that are scored afterwards. */
  poolImages: number;
  /** Images that nothing was learnt on. */
  heldOutImages: number;
  /** Factor of the last expert's task vector in the uneven regime. */
  factor: number;
  steps: number;
  learningRate: number;
  batch: number;
  gridPoints: number;
  ablate: "none" | "fixed" | "swapped";
}

export const taskCount = 4;
const classes = 10;
/** MNIST at 14 × 14 without its empty border: 10 × 10. */
const [side, margin] = [14, 2];
const area = (side - 2 * margin) ** 2;
/** Pixels that change places in every task but the first: five in eight. */
const moved = Math.round(0.625 * area);
const features = 64;

/** What a bench can be built with other than usual, to see the method fail. */
export interface Variation {
  /** Temperature of the cosine head; 0 leaves the logits unnormalised. */
  temperature?: number;
  ancestorSteps?: number;
}

/** One seed's tasks, the ancestor, and what every expert added to it. */
export interface Bench {
  network: Network;
  settings: Settings;
  random: Random;
  pretrained: ParamTree;
  experts: ParamTree[];
  vectors: ParamTree[];
  training: DigitTask[];
  validation: DigitTask[];
  pool: DigitTask[];
  heldOut: DigitTask[];
}

let cropped: Promise<Digits> | undefined;

/** The 10,000 images that all sets are drawn from; they are enough, and read in a moment. */
function croppedDigits(): Promise<Digits> {
  cropped ??= loadDigits({ side, split: "test" }).then((digits) => cropDigits(digits, margin));
  return cropped;
}

/** Draws a seed's images and permutations, trains the ancestor on all tasks for a little while, and an expert for each. */
export async function setUp(
  settings: Settings,
  random: Random,
  { temperature = 20, ancestorSteps = settings.ancestorSteps }: Variation = {},
): Promise<Bench> {
  const digits = await croppedDigits();
  const { ancestorImages, expertImages, validationImages, poolImages, heldOutImages } = settings;
  const given = [ancestorImages, validationImages, poolImages, heldOutImages];
  const each = new Array<number>(taskCount).fill(expertImages);
  const [early, validation, pool, heldOut, ...own] = disjointSets(digits, [...given, ...each], random.fork("images"));
  if (!early || !validation || !pool || !heldOut) throw new Error("as many sets as sizes were drawn");
  const { mean: centre, sd } = pixelScale(early.images);
  const orders = Array.from({ length: taskCount }, (_, k) =>
    partialPermutation(area, k === 0 ? 0 : moved, random.fork(`pixels ${k}`)),
  );
  const sizes = [area, settings.width, settings.width, features];
  const heads = orders.map((_, k) => orthonormalHead(features, classes, random.fork(`head ${k}`)));
  const view = ({ images, labels }: DigitTask, k: number): DigitTask => ({
    images: permutePixels(images, orders[k] ?? []).map((ink) => (ink - centre) / sd),
    labels,
    head: heads[k] ?? {},
  });
  const all = (set: DigitTask): DigitTask[] => orders.map((_, k) => view(set, k));
  const network = cosineNetwork(sizes, classes, temperature);
  const pretrained = trainOnTasks(network, initEncoder(sizes, random.fork("start")), all(early), {
    steps: ancestorSteps,
    batch: 16,
    learningRate: 5e-4,
    random: random.fork("ancestor"),
  });
  const training = own.map(view);
  const experts = training.map((task, k) =>
    trainOnTasks(network, pretrained, [task], {
      steps: settings.expertSteps,
      batch: 64,
      learningRate: 1e-3,
      random: random.fork(`expert ${k}`),
    }),
  );
  return {
    network,
    settings,
    random,
    pretrained,
    experts,
    vectors: experts.map((expert) => taskVector(pretrained, expert)),
    training,
    validation: all(validation),
    pool: all(pool),
    heldOut: all(heldOut),
  };
}

/** The task vectors with the last one blown up: an expert trained for too long, or exported wrongly. */
export function overstated(vectors: readonly ParamTree[], factor: number): ParamTree[] {
  return vectors.map((vector, k) =>
    k === vectors.length - 1 ? mapTree(vector, (data) => data.map((value) => factor * value)) : vector,
  );
}

/** The inputs of labelled tasks; from here on nobody can look at the labels. */
export function withoutLabels(tasks: readonly DigitTask[]): UnlabelledTask[] {
  return tasks.map(({ images, labels, head }) => ({
    rows: images,
    count: labels.length,
    ...(head ? { head } : {}),
  }));
}

/** Mean accuracy over the tasks, on the images adapted to and on held-out ones. */
export interface Score {
  pool: number;
  heldOut: number;
}

export function scoreOf({ network, pool, heldOut }: Bench, params: ParamTree): Score {
  return { pool: meanTaskAccuracy(network, params, pool), heldOut: meanTaskAccuracy(network, params, heldOut) };
}

/** What was learnt about the coefficients. */
export interface Learnt {
  score: Score;
  /** Entropy on the whole pool, summed over tasks, with the starting coefficients and at the end. */
  entropyStart: number;
  entropyEnd: number;
  /** Entropy of the batches, step by step. */
  curve: number[];
  names: string[];
  lambda: number[][];
}

/** AdaMerging on the pool, or what is left of it under the ablation. */
export async function learn(
  bench: Bench,
  vectors: readonly ParamTree[],
  granularity: "task" | "layer",
  label: string,
): Promise<Learnt & { params: ParamTree }> {
  const { network, pretrained, settings, random } = bench;
  const { steps, learningRate, batch, ablate } = settings;
  const tasks = withoutLabels(bench.pool);
  const result = await adaMerge(network, pretrained, vectors, tasks, {
    granularity,
    learningRate,
    batch,
    steps: ablate === "fixed" ? 0 : steps,
    seed: random.fork(label).uint32(),
  });
  const params = ablate === "swapped" ? swapped(result, pretrained, vectors) : result.params;
  return {
    params,
    score: scoreOf(bench, params),
    entropyStart: entropyOf(network, taskArithmetic(pretrained, vectors), tasks).entropy,
    entropyEnd: entropyOf(network, params, tasks).entropy,
    curve: result.entropy,
    names: result.names,
    lambda: result.lambda,
  };
}

/** Every task gets the coefficients learnt for the one before it. */
function swapped({ coefficients }: AdaMergeResult, pretrained: ParamTree, vectors: readonly ParamTree[]): ParamTree {
  const turned = coefficients.map((_, k) => coefficients.at(k - 1) ?? []);
  return applyTaskVectors(pretrained, vectors, turned);
}

/** The methods of the tables, in their order. */
export const methods = {
  pretrained: "ancestor",
  average: "plain average of the models",
  arithmetic: "task arithmetic, scale 0.3",
  tuned: "task arithmetic, scale tuned on labels",
  ties: "TIES-merging, scale tuned on labels",
  taskWise: "AdaMerging, task-wise",
  layerWise: "AdaMerging, layer-wise",
  taskWisePlus: "AdaMerging++, task-wise",
  layerWisePlus: "AdaMerging++, layer-wise",
  multiTask: "trained on all tasks' labels (upper line)",
  experts: "one expert for each task (upper line)",
} as const;
export type Method = keyof typeof methods;

export interface Comparison {
  scores: Partial<Record<Method, Score>>;
  /** The scale that labels chose for task arithmetic. */
  tunedScale: number;
  taskWise: Learnt;
  layerWise: Learnt;
}

/** Accuracy of `params` and the scale on the validation images, over a grid of scales. */
function tunedOnLabels(bench: Bench, merge: (scale: number) => ParamTree): { score: Score; scale: number } {
  const { network, validation, settings } = bench;
  const judge = (params: ParamTree): number => meanTaskAccuracy(network, params, validation);
  const { scale } = searchScale(merge, judge, scaleGrid(settings.gridPoints));
  return { score: scoreOf(bench, merge(scale)), scale };
}

/** All methods on one set of task vectors; `more` adds TIES-merging and AdaMerging++. */
export async function compare(bench: Bench, vectors: readonly ParamTree[], more: boolean): Promise<Comparison> {
  const { pretrained, network } = bench;
  const at = (scale: number): ParamTree => taskArithmetic(pretrained, vectors, scale);
  const tuned = tunedOnLabels(bench, at);
  const { params: _task, ...taskWise } = await learn(bench, vectors, "task", "task-wise");
  const { params: _layer, ...layerWise } = await learn(bench, vectors, "layer", "layer-wise");
  const own = (tasks: readonly DigitTask[]): number =>
    mean(tasks.map((task, k) => taskAccuracy(network, bench.experts[k] as ParamTree, task)));
  const scores: Comparison["scores"] = {
    pretrained: scoreOf(bench, pretrained),
    average: scoreOf(bench, at(1 / taskCount)),
    arithmetic: scoreOf(bench, at(0.3)),
    tuned: tuned.score,
    taskWise: taskWise.score,
    layerWise: layerWise.score,
    experts: { pool: own(bench.pool), heldOut: own(bench.heldOut) },
  };
  if (more) {
    const merged = tiesVector(vectors);
    const filtered = tiesFilter(vectors);
    scores.ties = tunedOnLabels(bench, (scale) => applyTaskVectors(pretrained, [merged], scale)).score;
    scores.taskWisePlus = (await learn(bench, filtered, "task", "task-wise ++")).score;
    scores.layerWisePlus = (await learn(bench, filtered, "layer", "layer-wise ++")).score;
  }
  return { scores, tunedScale: tuned.scale, taskWise, layerWise };
}
