import type { Random } from "../../../kit/random.ts";
import { drawProportional, importanceSample, type WeightedSubset } from "../weighted-sample.ts";
import { caratheodory } from "./caratheodory.ts";

/** Points as the losses they have under the models visited so far. */
export interface LossRows {
  count: number;
  /** One for every model: the loss $f_i$ of every point, without weights. */
  columns: readonly Float64Array[];
  /** $\sum_h f_i(\theta_h)^2$ of every point. */
  squares: Float64Array;
  /** Weight $u_i$ of every point; all 1 unless given. */
  weights?: Float64Array;
}

/** Picks at most `size` points and weights $v$ with $\sum_i v_i q_i \approx \sum_i u_i q_i$ over all points. */
export type Summarizer = (rows: LossRows, size: number, random: Random) => WeightedSubset;

/** Loss rows from their columns. */
export function lossRows(columns: readonly Float64Array[], weights?: Float64Array): LossRows {
  const count = columns[0]?.length ?? 0;
  const squares = new Float64Array(count);
  for (const column of columns)
    for (let i = 0; i < count; i++) squares[i] = (squares[i] as number) + (column[i] as number) ** 2;
  return { count, columns, squares, ...(weights ? { weights } : {}) };
}

/**
 * Importance sampling: independent draws with $p_i \propto u_i\lVert q_i\rVert_2$ and weights $u_i\,c_i/(m p_i)$. Unbiased. Points
 * whose rows are 0 add nothing to the sum and are never drawn; when all rows are 0 the draw is uniform.
 */
export const importanceSummary: Summarizer = ({ count, squares, weights }, size, random) => {
  const importance = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    importance[i] = Math.sqrt(squares[i] as number) * (weights ? (weights[i] as number) : 1);
    total += importance[i] as number;
  }
  return importanceSample(total > 0 ? importance : importance.fill(1), size, random, weights);
};

/** Independent uniform draws, weights $u_i\,c_i\,n/m$: what a summary is compared with. */
export const uniformSummary: Summarizer = ({ count, weights }, size, random) =>
  importanceSample(new Float64Array(count).fill(1), size, random, weights);

/**
 * Of several uniform samples the one whose weighted sum of rows is nearest to that of all rows (the official code calls it a
 * median of means). Its weights are those of a uniform sample.
 */
export function bestOfMeansSummary(trials = 100): Summarizer {
  return (rows, size, random) => {
    const { columns, weights } = rows;
    const targets = columns.map((column) => column.reduce((sum, f, i) => sum + (weights?.[i] ?? 1) * f, 0));
    let best: WeightedSubset | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < trials; trial++) {
      const sample = uniformSummary(rows, size, random);
      let apart = 0;
      for (const [h, column] of columns.entries()) {
        let sum = 0;
        for (let j = 0; j < sample.indices.length; j++)
          sum += (sample.weights[j] as number) * (column[sample.indices[j] as number] as number);
        apart += (sum - (targets[h] as number)) ** 2;
      }
      if (!best || apart < least) [best, least] = [sample, apart];
    }
    return best ?? uniformSummary(rows, size, random);
  };
}

/**
 * Carathéodory's set: at most h + 1 points of h loss columns, with exactly the same weighted sum of rows and the same total
 * weight. Few models visited mean few points; `size` is not filled up.
 */
export const caratheodorySummary: Summarizer = ({ count, columns, weights }) => {
  const h = columns.length;
  const data = new Float64Array(count * h);
  for (const [c, column] of columns.entries()) for (let i = 0; i < count; i++) data[i * h + c] = column[i] as number;
  return caratheodory({ data, rows: count, columns: h }, weights ?? new Float64Array(count).fill(1));
};

export const summarizers = {
  importance: importanceSummary,
  bestOfMeans: bestOfMeansSummary(),
  caratheodory: caratheodorySummary,
  uniform: uniformSummary,
} as const satisfies Record<string, Summarizer>;

export type SummarizerName = keyof typeof summarizers;

/** `draws` uniform draws with replacement, duplicates merged. */
export function uniformDraw(count: number, draws: number, random: Random): { indices: Int32Array; counts: Int32Array } {
  return drawProportional(new Float64Array(count).fill(1), draws, random);
}
