import { loadDigits, pickDigits } from "../../../kit/datasets/digits.ts";
import { rotateImages } from "../../../kit/datasets/shifts.ts";
import { crossEntropy } from "../../../kit/nets/class-scores.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { batches, gatherRows } from "../../../kit/nets/train.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { residualNetwork } from "./residual-network.ts";
import type { Task, TeacherSize } from "./teachers.ts";
import type { AdaptableModel, Examples } from "./train-adapter.ts";

const side = 8;
const classes = 10;
const pretrainingImages = 4000;
/** Degrees by which the digits of the new task are turned. */
const turn = 90;

/** A residual network that reads upright digits after `baseSteps` steps, and digits turned by 90° to adapt it to. */
export async function digitsTask(
  { layers, width, trainRows, testRows }: TeacherSize,
  baseSteps: number,
  random: Random,
): Promise<Task> {
  const digits = await loadDigits({ side, split: "train" });
  const tests = await loadDigits({ side, split: "test" });
  const order = random.fork("images").permutation(digits.count);
  const examples = (source: typeof digits, positions: number[], degrees: number): Examples => {
    const { images, labels, count } = pickDigits(source, positions);
    return { inputs: centred(degrees === 0 ? images : rotateImages(images, side, degrees)), labels, count };
  };
  const upright = examples(digits, order.slice(0, pretrainingImages), 0);
  const base = pretrained(layers, width, upright, baseSteps, random);
  return {
    base,
    train: examples(digits, order.slice(pretrainingImages, pretrainingImages + trainRows), turn),
    test: examples(tests, random.fork("test").permutation(tests.count).slice(0, testRows), turn),
  };
}

/** Pixels from [0, 1] to about zero mean and unit variance. */
function centred(images: Float32Array): Float32Array {
  return images.map((value) => (value - 0.15) / 0.25);
}

/** All square matrices trained on upright digits, between a random entry and a random head that stay as they are. */
function pretrained(layers: number, width: number, data: Examples, steps: number, random: Random): AdaptableModel {
  const gaussian = (name: string, size: number, fan: number): Float32Array => {
    const stream = random.fork(name);
    return Float32Array.from({ length: size }, () => stream.normal(0, 1 / Math.sqrt(fan)));
  };
  const params: ParamTree = {};
  for (let k = 0; k < layers; k++) {
    params[k] = { data: gaussian(`base ${k}`, width * width, width), shape: [width, width] };
  }
  const weights = Object.values(params).map((tensor) => tensor.data);
  const model = residualNetwork(weights, width, {
    entry: gaussian("entry", width * side * side, side * side),
    head: gaussian("head", classes * width, width),
  });
  const optimizer = adamW({ learningRate: 3e-3, weightDecay: 0 });
  const source = batches(data.count, 64, random.fork("pretraining"));
  for (let step = 0; step < steps; step++) {
    const indices = source.next().value;
    const pass = model.forward(weights, gatherRows(data.inputs, model.inputs, indices), indices.length);
    const wanted = indices.map((i) => data.labels?.[i] as number);
    const slopes = pass.backward(crossEntropy(pass.outputs, wanted, classes).gradient);
    const gradient = Object.fromEntries(slopes.map((slope, k) => [k, { data: slope, shape: [width, width] }]));
    optimizer.step(params, gradient);
  }
  return model;
}
