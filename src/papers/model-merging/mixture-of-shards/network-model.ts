import { type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import { type Architecture, planLayers } from "../network/architecture.ts";
import { differentiableNetwork } from "../network/differentiable.ts";
import type { LayerType } from "./low-rank-adapter.ts";
import type { AdaptableModel } from "./train-adapter.ts";

/** Linear layers of one shape, which share a pool. */
export interface LayerGroup extends LayerType {
  /** Names of their weight matrices. */
  tensors: string[];
}

/** The linear layers of a network that `wanted` accepts, by shape, in the order of the first of each. A matrix that several layers use is listed once. */
export function groupLayers(
  architecture: Architecture,
  params: ParamTree,
  file: string,
  wanted: (tensor: string) => boolean,
): LayerGroup[] {
  const groups = new Map<string, LayerGroup>();
  const seen = new Set<string>();
  for (const { config, weight = "", input, output } of planLayers(architecture, params, file)) {
    if (config.type !== "linear" || seen.has(weight) || !wanted(weight)) continue;
    seen.add(weight);
    const [inDim = 0, outDim = 0] = [input[0], output[0]];
    const key = `${inDim} ${outDim}`;
    const group = groups.get(key) ?? { layers: 0, inDim, outDim, tensors: [] };
    group.layers += 1;
    group.tensors.push(weight);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** A network read from a checkpoint, frozen but for the named weight matrices. */
export function networkModel(
  architecture: Architecture,
  params: ParamTree,
  file: string,
  tensors: readonly string[],
): AdaptableModel {
  const net = differentiableNetwork(architecture, params, file);
  return {
    inputs: net.inputs,
    outputs: net.classes,
    weights: tensors.map((name) => tensorOf(params, name).data),
    layout: architecture.weights,
    forward(weights, rows, count) {
      const adapted = { ...params };
      for (const [i, name] of tensors.entries()) {
        adapted[name] = { data: weights[i] as Float32Array, shape: tensorOf(params, name).shape };
      }
      const pass = net.forward(adapted, rows, count);
      return {
        outputs: pass.logits,
        backward(outputGradient) {
          const gradient = pass.backward(outputGradient);
          return tensors.map((name) => tensorOf(gradient, name).data);
        },
      };
    },
  };
}
