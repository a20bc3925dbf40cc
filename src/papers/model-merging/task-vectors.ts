import { BadInput } from "../../kit/errors.ts";
import { checkSameTrees, mapTree, type ParamTree, tensorOf } from "../../kit/nets/tree.ts";
import { weightedSum } from "./checkpoints/weighted-sum.ts";

/**
 * What fine-tuning changed: $\tau = \theta_{\text{fine-tuned}} - \theta_{\text{pretrained}}$ (Ilharco et al., 2023), rounded
 * to single precision. Trees that differ in names or shapes are refused by tensor.
 */
export function taskVector(pretrained: ParamTree, finetuned: ParamTree): ParamTree {
  checkSameTrees([pretrained, finetuned], ["the pretrained model", "the fine-tuned model"]);
  return mapTree(pretrained, (data, name) => {
    const theirs = tensorOf(finetuned, name).data;
    return data.map((value, i) => (theirs[i] as number) - value);
  });
}

/**
 * One number for all task vectors, one for each, or a row for each with one number a tensor, tensors in the order of the
 * pretrained tree.
 */
export type TaskCoefficients = number | readonly number[] | readonly (readonly number[])[];

/** The coefficients as tasks × tensors; a wrong number of them, or one that is not finite, is refused. */
export function coefficientRows(given: TaskCoefficients, tasks: number, tensors: number): number[][] {
  const rows =
    typeof given === "number"
      ? Array.from({ length: tasks }, () => new Array<number>(tensors).fill(given))
      : given.map((row) => (typeof row === "number" ? new Array<number>(tensors).fill(row) : [...row]));
  if (rows.length !== tasks) throw new BadInput(`there are ${rows.length} coefficients for ${tasks} task vectors`);
  for (const [k, row] of rows.entries()) {
    const where = `task ${k + 1}`;
    if (row.length !== tensors) {
      throw new BadInput(`there are ${row.length} coefficients for ${tensors} tensors`, { where });
    }
    const wrong = row.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) throw new BadInput(`the coefficient ${wrong} is not a finite number`, { where });
  }
  return rows;
}

/** Refuses an empty list of task vectors, and those that do not fit the pretrained model. */
export function checkTaskVectors(pretrained: ParamTree, vectors: readonly ParamTree[]): void {
  if (vectors.length === 0) throw new BadInput("there are no task vectors to merge");
  checkSameTrees([pretrained, ...vectors], ["the pretrained model", ...vectors.map((_, k) => `task vector ${k + 1}`)]);
}

/**
 * $\theta^l = \theta_0^l + \sum_k \lambda_k^l\,\tau_k^l$ for every tensor $l$, summed in double precision and rounded once.
 * With λ = 0 it is the pretrained model; with one task and λ = 1 the fine-tuned one, up to the rounding of τ.
 */
export function applyTaskVectors(
  pretrained: ParamTree,
  vectors: readonly ParamTree[],
  coefficients: TaskCoefficients,
): ParamTree {
  checkTaskVectors(pretrained, vectors);
  const names = Object.keys(pretrained);
  const rows = coefficientRows(coefficients, vectors.length, names.length);
  const out = mapTree(pretrained, (data) => new Float32Array(data.length));
  addTaskVectors(out, pretrained, vectors, rows);
  return out;
}

/** {@link applyTaskVectors} into `out`, for loops; the trees are not compared again. */
export function addTaskVectors(
  out: ParamTree,
  pretrained: ParamTree,
  vectors: readonly ParamTree[],
  rows: readonly (readonly number[])[],
): void {
  for (const [l, [name, { data }]] of Object.entries(pretrained).entries()) {
    const parts = [data, ...vectors.map((vector) => tensorOf(vector, name).data)] as Float32Array<ArrayBuffer>[];
    const into = tensorOf(out, name).data as Float32Array<ArrayBuffer>;
    weightedSum(into, parts, [1, ...rows.map((row) => row[l] ?? 0)]);
  }
}

/**
 * Task arithmetic (Ilharco et al., 2023): all task vectors added with one scale, $\theta_0 + \lambda\sum_k \tau_k$. The
 * default 0.3 is what the field uses when there are no labels; $\lambda = 1/K$ is the plain average of the models.
 */
export function taskArithmetic(pretrained: ParamTree, vectors: readonly ParamTree[], scale = 0.3): ParamTree {
  return applyTaskVectors(pretrained, vectors, scale);
}

/** Scales 0, 1/(n−1), …, 1 times `most`. */
export function scaleGrid(n = 21, most = 1): number[] {
  if (!Number.isInteger(n) || n < 2) throw new BadInput(`a grid needs at least 2 points, not ${n}`);
  return Array.from({ length: n }, (_, i) => (most * i) / (n - 1));
}

export interface ScaleScore {
  scale: number;
  score: number;
}

/**
 * Tries scales of any merge on labelled data it is not judged by, and keeps the one with the highest score; of equals the
 * smallest, which stays nearest to the pretrained model.
 */
export function searchScale(
  merge: (scale: number) => ParamTree,
  score: (merged: ParamTree) => number,
  scales: readonly number[] = scaleGrid(),
): ScaleScore & { all: ScaleScore[] } {
  if (scales.length === 0) throw new BadInput("at least one scale to try is wanted");
  const all = scales.map((scale) => ({ scale, score: score(merge(scale)) }));
  const best = all.reduce((a, b) => (b.score > a.score || (b.score === a.score && b.scale < a.scale) ? b : a));
  return { ...best, all };
}
