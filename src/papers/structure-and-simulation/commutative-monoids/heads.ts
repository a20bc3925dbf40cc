import { BadInput } from "../../../kit/errors.ts";
import { crossEntropyLoss, logisticLoss, squaredError } from "../../../kit/nets/tape/losses.ts";
import type { Rows } from "../../../kit/nets/tape/rows.ts";

/** What a reader's target is: one value, or a list of one or more. */
export type Target = (string | number)[];

/** How a model's outputs are read: one of several classes, several yes-or-no answers, or numbers. */
export type Head =
  | { type: "classes"; labels: string[] }
  | { type: "bits"; count: number }
  | { type: "values"; mean: number[]; sd: number[] };

export const targetKinds = ["auto", "classification", "regression"] as const;
export type TargetKind = (typeof targetKinds)[number];

const mostClasses = 200;

/**
 * Reads off what the targets are. `auto` takes numbers as values to regress on when one of them is no whole number or there
 * are more than 20 different ones, else as classes; a list of several 0s and 1s is a list of yes-or-no answers.
 */
export function headFor(targets: readonly Target[], kind: TargetKind, place: (i: number) => string): Head {
  const width = targets[0]?.length ?? 0;
  for (const [i, target] of targets.entries()) {
    if (target.length !== width) {
      throw new BadInput(`the target has ${target.length} values and the first one ${width}`, { where: place(i) });
    }
  }
  const flat = targets.flat();
  const numeric = flat.every((value) => typeof value === "number");
  const labels = [...new Set(targets.map((target) => String(target[0])))].sort();
  const regress =
    kind === "regression" ||
    (kind === "auto" &&
      numeric &&
      (flat.some((value) => !Number.isInteger(value)) || (width === 1 && labels.length > 20)));
  if (regress) return valuesHead(targets, width, place);
  if (width > 1) {
    const odd = targets.findIndex((target) => target.some((value) => value !== 0 && value !== 1));
    if (odd < 0) return { type: "bits", count: width };
    if (kind === "auto" && numeric) return valuesHead(targets, width, place);
    throw new BadInput("a target of several values must be numbers to regress on, or 0s and 1s", { where: place(odd) });
  }
  if (labels.length < 2)
    throw new BadInput(`all targets are "${labels[0] ?? ""}"`, { remedy: "There is nothing to learn." });
  if (labels.length > mostClasses) {
    throw new BadInput(`there are ${labels.length} classes and the limit is ${mostClasses}`, {
      remedy: "Use --target regression for numbers.",
    });
  }
  return { type: "classes", labels };
}

function valuesHead(targets: readonly Target[], width: number, place: (i: number) => string): Head {
  const wrong = targets.findIndex((target) => target.some((value) => typeof value !== "number"));
  if (wrong >= 0) throw new BadInput("the target is not a number", { where: place(wrong) });
  const mean: number[] = [];
  const sd: number[] = [];
  for (let j = 0; j < width; j++) {
    const column = targets.map((target) => Number(target[j]));
    const centre = column.reduce((sum, x) => sum + x, 0) / column.length;
    const spread = Math.sqrt(column.reduce((sum, x) => sum + (x - centre) ** 2, 0) / column.length);
    if (!Number.isFinite(spread)) throw new BadInput("the targets are too large to be standardised");
    mean.push(centre);
    sd.push(spread > 0 ? spread : 1);
  }
  return { type: "values", mean, sd };
}

/** Number of outputs the model needs. */
export function outputsOf(head: Head): number {
  return head.type === "classes" ? head.labels.length : head.type === "bits" ? head.count : head.mean.length;
}

/** Training loss: cross-entropy, logistic, or squared error of standardised values. */
export function headLoss(head: Head, outputs: Rows, targets: readonly Target[]): Rows {
  if (head.type === "classes") {
    const number = new Map(head.labels.map((label, i) => [label, i]));
    return crossEntropyLoss(
      outputs,
      targets.map(([label]) => number.get(String(label)) ?? 0),
    );
  }
  if (head.type === "bits") return logisticLoss(outputs, targets.flat().map(Number));
  const standard = targets.flatMap((target) =>
    target.map((value, j) => (Number(value) - (head.mean[j] ?? 0)) / (head.sd[j] ?? 1)),
  );
  return squaredError(outputs, standard);
}

/** What the outputs of row i say, in the reader's terms. */
export function decode(head: Head, outputs: Rows, i: number): Target {
  const row = outputs.data.subarray(i * outputs.width, (i + 1) * outputs.width);
  if (head.type === "bits") return Array.from(row, (x) => (x > 0 ? 1 : 0));
  if (head.type === "values") return Array.from(row, (x, j) => x * (head.sd[j] ?? 1) + (head.mean[j] ?? 0));
  let best = 0;
  for (let j = 1; j < row.length; j++) if ((row[j] as number) > (row[best] as number)) best = j;
  return [head.labels[best] ?? ""];
}

/** Error of one prediction: 1 for a wrong class or any wrong bit, or the mean squared deviation of values. */
export function errorOf(head: Head, predicted: Target, target: Target): number {
  if (head.type === "values") {
    return predicted.reduce<number>((sum, x, j) => sum + (Number(x) - Number(target[j])) ** 2, 0) / predicted.length;
  }
  return predicted.every((x, j) => String(x) === String(target[j])) ? 0 : 1;
}

/** Errors of many predictions as one figure: error rate, or root mean squared error. */
export function summariseErrors(head: Head, errors: readonly number[]): number {
  const mean = errors.reduce((sum, x) => sum + x, 0) / errors.length;
  return head.type === "values" ? Math.sqrt(mean) : mean;
}

/** Name of that figure. */
export function errorName(head: Head): string {
  return head.type === "values" ? "RMSE" : "error rate";
}

/** The best constant prediction on these targets: the commonest class, the commonest bits, or the mean. */
export function constantPrediction(head: Head, targets: readonly Target[]): Target {
  if (head.type === "values") {
    return head.mean.map((_, j) => targets.reduce((sum, target) => sum + Number(target[j]), 0) / targets.length);
  }
  const counts = new Map<string, { count: number; target: Target }>();
  for (const target of targets) {
    const key = JSON.stringify(target.map(String));
    const entry = counts.get(key) ?? { count: 0, target };
    entry.count += 1;
    counts.set(key, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.target ?? [];
}
