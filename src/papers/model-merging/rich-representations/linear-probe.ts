import { BadInput } from "../../../kit/errors.ts";
import { accuracy, argmaxRows } from "../../../kit/nets/class-scores.ts";
import {
  type LinearClassifier,
  linearScores,
  softmaxObjective,
  softmaxRegression,
} from "../../../kit/nets/softmax-regression.ts";
import { gatherRows } from "../../../kit/nets/train.ts";
import { Random } from "../../../kit/random.ts";
import { applyScaling, type FeatureScaling, featureScaling } from "./cat-representation.ts";

export interface ProbeOptions {
  /** Candidates for λ; the default spans the useful range for standardised features. */
  l2Grid?: readonly number[];
  /** Share of every class kept back to choose λ; default 0.25. */
  valFraction?: number;
  /** Number of classes; one more than the largest label unless given. */
  classes?: number;
  /** Weight of every example. */
  weights?: ArrayLike<number>;
  /** Draws the rows kept back. */
  seed?: number;
  /**
   * Rows to choose λ on in place of a part kept back: wanted when the features were themselves trained on the labels, which
   * makes every one of those rows look easy.
   */
  validation?: { features: Float32Array; labels: ArrayLike<number> };
}

export interface Probe {
  /** The λ with the least log loss on the rows kept back. */
  l2: number;
  /** Weights and biases for features as they come, the scaling folded in. */
  coef: LinearClassifier;
  /** Class of every row of features (count × width). */
  predict(features: Float32Array): Int32Array;
  /** Share of rows whose class is right. */
  accuracy(features: Float32Array, labels: ArrayLike<number>): number;
}

export const probeGrid = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001] as const;

/**
 * Linear probe of frozen features (count × width): multinomial logistic regression on standardised columns, λ chosen by log
 * loss on a part of every class kept back, then fitted to all rows. Wider representations need a λ of their own, hence the
 * search for each. Deterministic: the problem is convex and the split is drawn from `seed`.
 *
 * Throws BadInput for features that are not finite, labels of a single class, and too few rows to keep any back.
 */
export function linearProbe(
  features: Float32Array,
  labels: ArrayLike<number>,
  {
    l2Grid = probeGrid,
    valFraction = 0.25,
    classes = classesIn(labels),
    weights,
    seed = 0,
    validation,
  }: ProbeOptions = {},
): Probe {
  if (new Set(Array.from(labels)).size < 2) throw new BadInput("all rows are of one class; two or more are wanted");
  const width = features.length / labels.length;
  if (!(Number.isInteger(width) && width > 0)) {
    throw new RangeError(`${features.length} values do not make ${labels.length} rows`);
  }
  const scaling = featureScaling(features, width);
  const scaled = features.slice();
  applyScaling(scaled, scaling);
  const all: Part = { features: scaled, labels, ...(weights ? { weights } : {}) };
  const [fit, check] = validation
    ? [all, scaledPart(validation, scaling)]
    : l2Grid.length > 1
      ? splitParts(all, width, valFraction, seed)
      : [all, all];
  const l2 = chooseL2(fit, check, classes, l2Grid);
  const fitted = softmaxRegression(scaled, labels, { classes, l2, ...weightsOf(all) });
  const coef = unscaled(fitted, scaling);
  return {
    l2,
    coef,
    predict: (rows) => argmaxRows(linearScores(coef, rows), classes),
    accuracy: (rows, wanted) => accuracy(linearScores(coef, rows), wanted, classes),
  };
}

function classesIn(labels: ArrayLike<number>): number {
  let top = 0;
  for (let n = 0; n < labels.length; n++) top = Math.max(top, labels[n] as number);
  return top + 1;
}

interface Part {
  features: Float32Array;
  labels: ArrayLike<number>;
  weights?: ArrayLike<number>;
}

function scaledPart({ features, labels }: Part, scaling: FeatureScaling): Part {
  const scaled = features.slice();
  applyScaling(scaled, scaling);
  return { features: scaled, labels };
}

function splitParts({ features, labels, weights }: Part, width: number, share: number, seed: number): [Part, Part] {
  const { train, held } = splitByClass(labels, share, new Random(seed));
  if (held.length === 0) {
    throw new BadInput(`${labels.length} rows are too few to keep any back for choosing λ`, {
      remedy: "Give more rows, or a single λ.",
    });
  }
  const part = (rows: readonly number[]): Part => ({
    features: gatherRows(features, width, rows),
    labels: rows.map((n) => labels[n] as number),
    ...(weights ? { weights: rows.map((n) => weights[n] as number) } : {}),
  });
  return [part(train), part(held)];
}

/** The λ whose fit to one part has the least log loss on the other. */
function chooseL2(fit: Part, check: Part, classes: number, l2Grid: readonly number[]): number {
  const grid = [...l2Grid].sort((a, b) => b - a);
  const [only] = grid;
  if (only === undefined) throw new BadInput("there is no λ to choose from");
  if (grid.length === 1) return only;
  let best = { l2: only, loss: Number.POSITIVE_INFINITY };
  let start: LinearClassifier | undefined;
  let worse = 0;
  for (const l2 of grid) {
    // From the strongest penalty down: each solution is near the next, and the choice does not need the last digits.
    const options = { classes, l2, tolerance: 1e-3, ...weightsOf(fit), ...(start ? { start } : {}) };
    start = softmaxRegression(fit.features, fit.labels, options);
    const { loss } = softmaxObjective(start, check.features, check.labels, { l2: 0, ...weightsOf(check) });
    worse = loss < best.loss ? 0 : worse + 1;
    if (worse === 0) best = { l2, loss };
    if (worse === 2) break; // overfitting by now: weaker penalties are worse still, and slow to fit
  }
  return best.l2;
}

const weightsOf = ({ weights }: Part): { weights?: ArrayLike<number> } => (weights ? { weights } : {});

/** Keeps back a share of every class, drawn at random; a class with one row keeps none. */
export function splitByClass(
  labels: ArrayLike<number>,
  fraction: number,
  random: Random,
): { train: number[]; held: number[] } {
  if (!(fraction > 0 && fraction < 1)) throw new RangeError(`a share of ${fraction} is not between 0 and 1`);
  const byClass = new Map<number, number[]>();
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n] as number;
    const rows = byClass.get(label) ?? [];
    rows.push(n);
    byClass.set(label, rows);
  }
  const [train, held]: [number[], number[]] = [[], []];
  for (const [, rows] of [...byClass].sort(([a], [b]) => a - b)) {
    const kept = Math.min(rows.length - 1, Math.round(fraction * rows.length));
    for (const [i, n] of random.shuffle(rows).entries()) (i < kept ? held : train).push(n);
  }
  return { train: train.sort((a, b) => a - b), held: held.sort((a, b) => a - b) };
}

/** $W(x-\mu)/\sigma + b$ as one linear map of x. */
function unscaled({ weight, bias }: LinearClassifier, { mean, sd }: FeatureScaling): LinearClassifier {
  const width = mean.length;
  const raw = weight.map((w, at) => w / (sd[at % width] as number));
  const shifted = bias.map((b, k) => {
    let sum = b;
    for (let i = 0; i < width; i++) sum -= (raw[k * width + i] as number) * (mean[i] as number);
    return sum;
  });
  return { weight: raw, bias: shifted };
}
