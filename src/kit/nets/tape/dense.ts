import type { Random } from "../../random.ts";
import { linear, relu } from "./ops.ts";
import { type Rows, rowsOf } from "./rows.ts";

/** A dense layer: weights (inputs × outputs) and a bias row. */
export type Dense = { weight: Rows; bias: Rows };

/** A matrix drawn uniformly from $[-b, b]$. */
export function uniformRows(random: Random, rows: number, width: number, bound: number): Rows {
  return rowsOf(
    rows,
    width,
    Float32Array.from({ length: rows * width }, () => random.uniform(-bound, bound)),
  );
}

/** Dense layers of the given widths, weights and biases uniform within $1/\sqrt{\text{inputs}}$. */
export function initPerceptron(random: Random, widths: readonly number[]): Dense[] {
  return widths.slice(1).map((outputs, layer) => {
    const inputs = widths[layer] ?? 1;
    const bound = 1 / Math.sqrt(inputs);
    return {
      weight: uniformRows(random, inputs, outputs, bound),
      bias: uniformRows(random, 1, outputs, bound),
    };
  });
}

/** Dense layers with ReLU between them and none after the last. */
export function perceptron(layers: readonly Dense[], x: Rows): Rows {
  return layers.reduce((h, { weight, bias }, i) => linear(i > 0 ? relu(h) : h, weight, bias), x);
}
