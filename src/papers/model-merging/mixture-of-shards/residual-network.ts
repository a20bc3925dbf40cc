import { multiply } from "../../../kit/nets/multiply.ts";
import type { AdaptableModel, ModelPass } from "./train-adapter.ts";

export interface ResidualOptions {
  /** Frozen map from inputs to the width (width × inputs); the inputs themselves unless given. */
  entry?: Float32Array;
  /** Frozen map from the width to the outputs (outputs × width). */
  head?: Float32Array;
}

/**
 * A frozen residual network, $h \leftarrow h + \tfrac12 \tanh(W_k h)$ for k = 1 … L, whose square matrices $W_k$ are open to
 * adapters; a stand-in for the blocks of a transformer.
 */
export function residualNetwork(
  weights: readonly Float32Array[],
  width: number,
  { entry, head }: ResidualOptions = {},
): AdaptableModel {
  const inputs = entry ? entry.length / width : width;
  const outputs = head ? head.length / width : width;
  return {
    inputs,
    outputs,
    weights,
    layout: "out-in",
    forward(current, rows, count) {
      let state = rows;
      if (entry) {
        state = new Float32Array(count * width);
        multiply(state, rows, entry, count, width, inputs, { transposeB: true });
      }
      const pass = residualPass(current, state, count, width);
      if (!head) return pass;
      const out = new Float32Array(count * outputs);
      multiply(out, pass.outputs, head, count, outputs, width, { transposeB: true });
      return {
        outputs: out,
        backward(gradient) {
          const below = new Float32Array(count * width);
          multiply(below, gradient, head, count, width, outputs);
          return pass.backward(below);
        },
      };
    },
  };
}

function residualPass(weights: readonly Float32Array[], rows: Float32Array, count: number, width: number): ModelPass {
  const size = count * width;
  const states: Float32Array[] = [rows];
  const bends: Float32Array[] = [];
  for (const [k, weight] of weights.entries()) {
    const below = states[k] as Float32Array;
    const bend = new Float32Array(size);
    multiply(bend, below, weight, count, width, width, { transposeB: true });
    const above = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      const t = Math.tanh(bend[i] as number);
      bend[i] = t;
      above[i] = (below[i] as number) + 0.5 * t;
    }
    bends.push(bend);
    states.push(above);
  }
  return {
    outputs: states[weights.length] as Float32Array,
    backward(outputGradient) {
      const gradients: Float32Array[] = [];
      const delta = Float32Array.from(outputGradient);
      const inner = new Float32Array(size);
      const through = new Float32Array(size);
      for (let k = weights.length - 1; k >= 0; k--) {
        const bend = bends[k] as Float32Array;
        for (let i = 0; i < size; i++) {
          const t = bend[i] as number;
          inner[i] = 0.5 * (1 - t * t) * (delta[i] as number);
        }
        const own = new Float32Array(width * width);
        multiply(own, inner, states[k] as Float32Array, width, width, count, { transposeA: true });
        gradients[k] = own;
        if (k === 0) break;
        multiply(through, inner, weights[k] as Float32Array, count, width, width);
        for (let i = 0; i < size; i++) delta[i] = (delta[i] as number) + (through[i] as number);
      }
      return gradients;
    },
  };
}
