import { type Digits, pickDigits } from "../../kit/datasets/digits.ts";
import { accuracy, crossEntropy } from "../../kit/nets/class-scores.ts";
import { adamW, type Optimizer } from "../../kit/nets/optimizers.ts";
import { batches, gatherRows } from "../../kit/nets/train.ts";
import { cloneTree, type ParamTree } from "../../kit/nets/tree.ts";
import type { Random } from "../../kit/random.ts";
import { mean } from "../../kit/stats.ts";
import { parseArchitecture } from "./network/architecture.ts";
import { addGradients, differentiableNetwork, type Network } from "./network/differentiable.ts";

/** Images of one task with their labels, and the tensors of the task's own head. */
export interface DigitTask {
  images: Float32Array;
  labels: Uint8Array;
  head?: ParamTree;
}

/** The images without a border of `margin` pixels: at side 14, MNIST keeps all its ink within a margin of 2. */
export function cropDigits({ images, labels, count, side }: Digits, margin: number): Digits {
  const inner = side - 2 * margin;
  const cropped = new Float32Array(count * inner * inner);
  for (let n = 0; n < count; n++) {
    for (let row = 0; row < inner; row++) {
      const from = (n * side + row + margin) * side + margin;
      cropped.set(images.subarray(from, from + inner), (n * inner + row) * inner);
    }
  }
  return { images: cropped, labels, count, side: inner };
}

/** Mean and standard deviation of all pixels. */
export function pixelScale(images: Float32Array): { mean: number; sd: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < images.length; i++) {
    sum += images[i] as number;
    squares += (images[i] as number) ** 2;
  }
  const centre = sum / images.length;
  return { mean: centre, sd: Math.sqrt(squares / images.length - centre ** 2) };
}

/** Sets of the given sizes that share no image. */
export function disjointSets(pool: Digits, sizes: readonly number[], random: Random): Digits[] {
  const order = random.permutation(pool.count);
  let at = 0;
  return sizes.map((size) => {
    if (at + size > order.length) throw new RangeError(`${pool.count} images are too few for sets of ${sizes}`);
    at += size;
    return pickDigits(pool, order.slice(at - size, at));
  });
}

/** An order of `area` pixels in which `moved` of them change places among each other and the rest stay. */
export function partialPermutation(area: number, moved: number, random: Random): number[] {
  const order = Array.from({ length: area }, (_, i) => i);
  const places = random.sample(order, moved);
  const shuffled = random.shuffle([...places]);
  for (const [i, place] of places.entries()) order[place] = shuffled[i] as number;
  return order;
}

/** Pixel `i` of every new image is pixel `order[i]` of the old one. */
export function permutePixels(images: Float32Array, order: readonly number[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(images.length);
  for (let at = 0; at < images.length; at += order.length) {
    for (let i = 0; i < order.length; i++) out[at + i] = images[at + (order[i] as number)] as number;
  }
  return out;
}

/**
 * A random head of orthonormal columns, width × classes (Gram–Schmidt on Gaussian vectors): with features of fixed length
 * before it, logits are cosines, as with the text embeddings of CLIP.
 */
export function orthonormalHead(width: number, classes: number, random: Random): ParamTree {
  const columns: Float64Array[] = [];
  for (let c = 0; c < classes; c++) {
    const column = Float64Array.from({ length: width }, () => random.normal());
    for (const other of columns) {
      let along = 0;
      for (let i = 0; i < width; i++) along += (column[i] as number) * (other[i] as number);
      for (let i = 0; i < width; i++) column[i] = (column[i] as number) - along * (other[i] as number);
    }
    const length = Math.hypot(...column);
    columns.push(column.map((value) => value / length));
  }
  const data = Float32Array.from({ length: width * classes }, (_, at) => {
    return columns[at % classes]?.[Math.floor(at / classes)] ?? 0;
  });
  return { "head.weight": { data, shape: [width, classes] } };
}

/** Dense layers of the given widths with ReLU between them, as an encoder for {@link cosineNetwork}. */
export function initEncoder(sizes: readonly number[], random: Random): ParamTree {
  const tree: ParamTree = {};
  for (let l = 0; l + 1 < sizes.length; l++) {
    const [inputs, outputs] = [sizes[l] as number, sizes[l + 1] as number];
    const bound = Math.sqrt(6 / inputs);
    const weight = Float32Array.from({ length: inputs * outputs }, () => random.uniform(-bound, bound));
    tree[`layers.${l}.weight`] = { data: weight, shape: [inputs, outputs] };
    tree[`layers.${l}.bias`] = { data: new Float32Array(outputs), shape: [outputs] };
  }
  return tree;
}

/**
 * The encoder with a task's head on top, as a JSON document: logits are $s\,\frac{z}{\lVert z\rVert}H_k$ with temperature
 * `scale` $s$, or $z H_k$ where `scale` is 0.
 */
export function cosineDocument(sizes: readonly number[], scale: number) {
  const layers = sizes
    .slice(1)
    .flatMap((_, l) => [...(l > 0 ? [{ type: "relu" }] : []), { type: "linear", name: `layers.${l}` }]);
  const head = [...(scale > 0 ? [{ type: "normalize", scale }] : []), { type: "linear", name: "head", bias: false }];
  return { input: [sizes[0] ?? 0], weights: "in-out", layers: [...layers, ...head] };
}

/** The network of {@link cosineDocument}. */
export function cosineNetwork(sizes: readonly number[], classes: number, scale = 20): Network {
  const shapes = filledShapes(sizes, sizes.at(-1) ?? 0, classes);
  return differentiableNetwork(parseArchitecture(cosineDocument(sizes, scale), "encoder"), shapes, "encoder");
}

function filledShapes(sizes: readonly number[], width: number, classes: number): ParamTree {
  const zeros = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape });
  const tree: ParamTree = { "head.weight": zeros(width, classes) };
  for (let l = 0; l + 1 < sizes.length; l++) {
    tree[`layers.${l}.weight`] = zeros(sizes[l] ?? 0, sizes[l + 1] ?? 0);
    tree[`layers.${l}.bias`] = zeros(sizes[l + 1] ?? 0);
  }
  return tree;
}

export interface TrainTasksOptions {
  steps: number;
  /** Images of every task in a step. */
  batch?: number;
  /** AdamW with decay 0.01 at `learningRate`, unless given. */
  optimizer?: Optimizer;
  learningRate?: number;
  random: Random;
}

/**
 * Trains an encoder by cross-entropy on one or several tasks at once, each through its own frozen head; every step takes a
 * batch of every task. `start` is left as it is.
 */
export function trainOnTasks(
  network: Pick<Network, "inputs" | "forward">,
  start: ParamTree,
  tasks: readonly DigitTask[],
  options: TrainTasksOptions,
): ParamTree {
  const { steps, batch = 64, learningRate = 1e-3, random, optimizer = adamW({ learningRate }) } = options;
  const params = cloneTree(start);
  const draws = tasks.map(({ labels }, k) => batches(labels.length, batch, random.fork(k)));
  for (let step = 0; step < steps; step++) {
    let gradient: ParamTree | undefined;
    for (const [k, { images, labels, head }] of tasks.entries()) {
      const indices = draws[k]?.next().value ?? new Int32Array(); // one stream a task
      const pass = network.forward({ ...params, ...head }, gatherRows(images, network.inputs, indices), indices.length);
      const wanted = indices.map((i) => labels[i] as number);
      const slope = crossEntropy(pass.logits, wanted, pass.logits.length / indices.length).gradient;
      for (let i = 0; i < slope.length; i++) slope[i] = (slope[i] as number) / tasks.length;
      gradient = addGradients(gradient, pass.backward(slope), params);
    }
    if (gradient) optimizer.step(params, gradient);
  }
  return params;
}

/** Accuracy of an encoder on a task, through the task's head. */
export function taskAccuracy(network: Network, params: ParamTree, { images, labels, head }: DigitTask): number {
  return accuracy(network.logits({ ...params, ...head }, images, labels.length), labels, network.classes);
}

/** Mean accuracy over tasks. */
export function meanTaskAccuracy(network: Network, params: ParamTree, tasks: readonly DigitTask[]): number {
  return mean(tasks.map((task) => taskAccuracy(network, params, task)));
}
