import type { Random } from "../../../kit/random.ts";
import type { Matrix } from "./problem.ts";

const spreads = [1, 1, 1, 1, 1, 2, 2, 2, 0.5, 0.5];

/** A matrix and a label of ±1 a row. */
export interface Labelled {
  X: Matrix;
  y: Float64Array;
}

/**
 * Rows of ten independent Gaussian features with standard deviations (1,1,1,1,1,2,2,2,½,½), of which about one in eight is
 * positive: $P(y = 1) = \sigma(1.5(x_1 + x_2 + x_3) - 4)$.
 */
export function rareLinear(rows: number, random: Random): Labelled {
  const columns = spreads.length;
  const data = new Float64Array(rows * columns);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) data[i * columns + j] = random.normal(0, spreads[j]);
    const [a, b, c] = data.subarray(i * columns, i * columns + 3) as unknown as [number, number, number];
    y[i] = random.bool(1 / (1 + Math.exp(4 - 1.5 * (a + b + c)))) ? 1 : -1;
  }
  return { X: { data, rows, columns }, y };
}
