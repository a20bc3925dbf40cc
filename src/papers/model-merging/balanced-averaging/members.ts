import { accuracy, argmaxRows } from "../../../kit/nets/class-scores.ts";
import { layerCount, type Mlp, mlpLogits } from "../../../kit/nets/mlp.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import { outputEnsemble } from "../output-ensemble.ts";
import { fftReport } from "./correction-patterns.ts";
import type { LabelledInputs } from "./fine-tune.ts";
import { wiseFt } from "./wise-ft.ts";

/** Two members and their ensembles on one set of images. */
export interface Comparison {
  pre: number;
  ft: number;
  /** Average of the weights, α = ½. */
  average: number;
  /** Sum of the logits. */
  output: number;
  FFT: number;
  TTF: number;
}

/** What the average gains over the better member. */
export const gainOf = ({ pre, ft, average }: Comparison): number => average - Math.max(pre, ft);

/** Compares both members, their average and their summed outputs. */
export function compareMembers(net: Mlp, pre: ParamTree, ft: ParamTree, data: LabelledInputs): Comparison {
  const classes = net.sizes[layerCount(net)] ?? 0;
  const average = wiseFt(pre, ft);
  const logits = (params: ParamTree) => (inputs: Float32Array, count: number) => mlpLogits(net, params, inputs, count);
  const choose = (scores: Float32Array): Int32Array => argmaxRows(scores, classes);
  const count = data.labels.length;
  const [a, b, averaged] = [pre, ft, average].map((params) => choose(logits(params)(data.inputs, count)));
  const none = new Int32Array(count);
  const { FFT, TTF, accA, accB, accEns } = fftReport(a ?? none, b ?? none, averaged ?? none, data.labels);
  const output = accuracy(outputEnsemble([logits(pre), logits(ft)])(data.inputs, count), data.labels, classes);
  return { pre: accA, ft: accB, average: accEns, output, FFT, TTF };
}
