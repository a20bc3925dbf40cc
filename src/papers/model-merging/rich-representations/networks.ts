import { BadInput } from "../../../kit/errors.ts";
import { initMlp, layerCount, type Mlp, mlp, mlpForward, mlpLogits } from "../../../kit/nets/mlp.ts";
import { cloneTree, type ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { type Classifier, outputEnsemble } from "../output-ensemble.ts";

/** Widths of a ReLU network: inputs, hidden layers (the last gives the features), classes. */
export interface NetSpec {
  inputs: number;
  hidden: readonly number[];
  classes: number;
}

/** A network with its parameters; all before the last layer is the representation φ, the last layer is the linear head. */
export interface Net {
  net: Mlp;
  params: ParamTree;
}

/** A fresh network: the start of an episode. Weights from He's uniform distribution, biases 0. */
export function initNet({ inputs, hidden, classes }: NetSpec, random: Random): Net {
  if (hidden.length === 0) throw new BadInput("a network without a hidden layer has no features of its own");
  const net = mlp([inputs, ...hidden, classes]);
  return { net, params: initMlp(net, random) };
}

export const inputWidth = ({ net }: Net): number => net.sizes[0] ?? 0;
export const featureWidth = ({ net }: Net): number => net.sizes[layerCount(net) - 1] ?? 0;
export const classCount = ({ net }: Net): number => net.sizes[layerCount(net)] ?? 0;

/** Features φ(x), the last hidden layer after its activation: count × {@link featureWidth}. */
export function netFeatures(
  { net, params }: Net,
  inputs: Float32Array,
  count: number,
  block = 1024,
): Float32Array<ArrayBuffer> {
  const [into, width] = [inputWidth({ net, params }), featureWidth({ net, params })];
  const out = new Float32Array(count * width);
  for (let at = 0; at < count; at += block) {
    const size = Math.min(block, count - at);
    const pass = mlpForward(net, params, inputs.subarray(at * into, (at + size) * into), size);
    out.set(pass.values[layerCount(net) - 1] as Float32Array, at * width); // a pass has all layers
  }
  return out;
}

/** A network's logits as a classifier. */
export function netClassifier({ net, params }: Net): Classifier {
  return (inputs, count) => mlpLogits(net, params, inputs, count);
}

/** The networks' averaged logits: what their concatenated features and heads would say without any further training. */
export function logitEnsemble(nets: readonly Net[]): Classifier {
  checkNets(nets);
  return outputEnsemble(nets.map(netClassifier));
}

/** The same representation under a fresh head for `classes` classes. Shares nothing with the original. */
export function withFreshHead({ net, params }: Net, classes: number, random: Random): Net {
  const last = layerCount(net) - 1;
  const fresh = initNet({ inputs: net.sizes[0] ?? 0, hidden: net.sizes.slice(1, -1), classes }, random);
  const kept = Object.entries(cloneTree(params)).filter(([name]) => !name.startsWith(`layers.${last}.`));
  return {
    net: { ...fresh.net, activation: net.activation },
    params: { ...fresh.params, ...Object.fromEntries(kept) },
  };
}

/** Refuses an empty list and networks that take rows of different widths. */
export function checkNets(nets: readonly Net[]): void {
  const [first] = nets;
  if (!first) throw new BadInput("there are no networks; one or more are wanted");
  for (const [k, net] of nets.entries()) {
    if (inputWidth(net) === inputWidth(first)) continue;
    throw new BadInput(
      `network ${k + 1} takes rows of ${inputWidth(net)} values and the first one rows of ${inputWidth(first)}`,
    );
  }
}
