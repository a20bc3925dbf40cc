import type { LinearClassifier } from "../../../kit/nets/softmax-regression.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import { treeToSafetensors } from "../../../kit/safetensors.ts";
import type { FeatureScaling } from "./cat-representation.ts";
import type { Net } from "./networks.ts";

/** All that is needed to use a probed concatenation elsewhere. */
export interface CatModel {
  /** The networks, in the order of their features; none where the features came from the reader. */
  nets: readonly Net[];
  /** Scaling of the inputs before the networks. */
  scaling?: FeatureScaling;
  /** Names of the inputs, or of the features. */
  columns: readonly string[];
  classes: readonly string[];
  probe: LinearClassifier;
}

const vector = (values: ArrayLike<number>) => ({ data: Float32Array.from(values), shape: [values.length] });

/**
 * A safetensors file: `inputs.mean` and `inputs.sd` scale a row; `nets.k.layers.l.weight` (inputs × outputs) and `.bias` are
 * network k, ReLU between its layers, its last layer not used; the features, side by side, go through `probe.weight`
 * (classes × features) and `probe.bias`. The metadata has the names of columns and classes as JSON.
 */
export function saveCatModel({ nets, scaling, columns, classes, probe }: CatModel): Uint8Array {
  const tree: ParamTree = {
    ...(scaling ? { "inputs.mean": vector(scaling.mean), "inputs.sd": vector(scaling.sd) } : {}),
  };
  for (const [k, { params }] of nets.entries()) {
    for (const [name, tensor] of Object.entries(params)) tree[`nets.${k}.${name}`] = tensor;
  }
  const width = probe.weight.length / probe.bias.length;
  tree["probe.weight"] = { data: Float32Array.from(probe.weight), shape: [probe.bias.length, width] };
  tree["probe.bias"] = vector(probe.bias);
  return treeToSafetensors(tree, {
    format: "livepapers rich-representations 1",
    columns: JSON.stringify(columns),
    classes: JSON.stringify(classes),
    activation: "relu",
  });
}
