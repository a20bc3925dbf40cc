import { accuracy, argmaxRows } from "../../../kit/nets/class-scores.ts";
import { Random } from "../../../kit/random.ts";
import { CatRepresentation } from "./cat-representation.ts";
import { type LabelledInputs, type Training, trainJointly } from "./episodes.ts";
import { linearProbe, type ProbeOptions } from "./linear-probe.ts";
import { checkNets, logitEnsemble, type Net, withFreshHead } from "./networks.ts";

export interface FineTuning extends Training {
  /** Number of target classes. */
  classes: number;
  seed?: number;
  /** Rows that no fine-tuning sees, on which the λ of a second stage is chosen. */
  validation?: LabelledInputs;
}

/** A classifier of target rows. */
export interface TunedClassifier {
  nets: Net[];
  predict(inputs: Float32Array): Int32Array;
  accuracy(inputs: Float32Array, labels: ArrayLike<number>): number;
}

/**
 * Two-stage fine-tuning, [2ft] (paper, section on fine-tuning): every network is fine-tuned on the target alone, under a head of
 * its own; then all are frozen, concatenated, and one linear classifier is trained on top.
 */
export function twoStageFinetune(
  nets: readonly Net[],
  target: LabelledInputs,
  { classes, seed = 0, validation, ...training }: FineTuning,
  probeOptions: Omit<ProbeOptions, "validation"> = {},
): TunedClassifier {
  checkNets(nets);
  const random = new Random(seed);
  const tuned = nets.flatMap((net, k) => {
    const start = withFreshHead(net, classes, random.fork(`head ${k}`));
    return trainJointly([start], target, { ...training, random: random.fork(`batches ${k}`) });
  });
  const cat = new CatRepresentation(tuned);
  const held = validation && { features: cat.transform(validation.inputs), labels: validation.labels };
  const options = { classes, seed, ...probeOptions, ...(held ? { validation: held } : {}) };
  const probe = linearProbe(cat.transform(target.inputs), target.labels, options);
  return {
    nets: tuned,
    predict: (inputs) => probe.predict(cat.transform(inputs)),
    accuracy: (inputs, labels) => probe.accuracy(cat.transform(inputs), labels),
  };
}

/**
 * Fine-tuning the concatenation as one network under one head: the usual way, and the poor one here. As soon as some copies
 * fit the target the others get no gradient, the starvation of a single episode over again.
 */
export function jointFinetune(
  nets: readonly Net[],
  target: LabelledInputs,
  { classes, seed = 0, ...training }: FineTuning,
): TunedClassifier {
  checkNets(nets);
  const random = new Random(seed);
  const start = nets.map((net, k) => withFreshHead(net, classes, random.fork(`head ${k}`)));
  const tuned = trainJointly(start, target, { ...training, random: random.fork("batches") });
  const logits = logitEnsemble(tuned);
  const count = (inputs: Float32Array): number => inputs.length / (nets[0]?.net.sizes[0] ?? 1);
  return {
    nets: tuned,
    predict: (inputs) => argmaxRows(logits(inputs, count(inputs)), classes),
    accuracy: (inputs, labels) => accuracy(logits(inputs, labels.length), labels, classes),
  };
}
