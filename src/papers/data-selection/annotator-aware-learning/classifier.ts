import { minimiseLogistic } from "../../../kit/logistic.ts";
import { softmaxRegression, linearScores as softmaxScores } from "../../../kit/nets/softmax-regression.ts";
import { type Features, normaliseRows } from "./em.ts";

/** A classifier that learns from soft labels, to be used in a learning cycle. */
export interface Classifier {
  classes: number;
  /**
   * Learns from rows of `features` named by `rows` (all unless given), each with a distribution over classes as its target
   * (rows × classes).
   */
  fit(features: Features, targets: Float64Array, rows?: ArrayLike<number>): FittedClassifier;
}

export interface FittedClassifier {
  /** Class probabilities of all rows, rows × classes. */
  predict(features: Features): Float64Array<ArrayBuffer>;
}

/**
 * Logistic regression on soft labels: the minimiser of $-\sum_i\sum_c t_{ic}\ln p_c(x_i) + \tfrac\lambda2\lVert w\rVert^2$,
 * softmax for more than two classes. The intercept's penalty is a hundredth of λ, so that one class alone has a minimum too.
 * Throws a RangeError for λ that is not above 0.
 */
export function ridgeLogistic({ classes = 2, l2 = 0.1 } = {}): Classifier {
  if (!(l2 > 0)) throw new RangeError(`λ is ${l2}, and must be above 0`);
  return {
    classes,
    fit: (features, targets, rows) => {
      const list = rows ?? Int32Array.from({ length: features.values.length / features.width }, (_, i) => i);
      if (list.length === 0 || targets.length !== list.length * classes)
        throw new RangeError(`${targets.length} targets for ${list.length} rows of ${classes} classes`);
      return classes === 2 ? fitTwo(features, targets, list, l2) : fitMany(features, targets, list, l2, classes);
    },
  };
}

/** A target at or below this share teaches nothing. */
const negligible = 1e-9;

/** Rows of features with a 1 behind, each as often as it has classes with a share. */
function spread(features: Features, targets: Float64Array, rows: ArrayLike<number>, classes: number) {
  const { values, width } = features;
  const shares: number[] = [];
  const labels: number[] = [];
  const from: number[] = [];
  for (let r = 0; r < rows.length; r++) {
    for (let c = 0; c < classes; c++) {
      const share = targets[r * classes + c] as number;
      if (!(share > negligible)) continue;
      shares.push(share);
      labels.push(c);
      from.push(rows[r] as number);
    }
  }
  const out = new Float64Array(from.length * (width + 1));
  for (const [r, i] of from.entries()) {
    out.set(values.subarray(i * width, (i + 1) * width), r * (width + 1));
    out[r * (width + 1) + width] = 1;
  }
  return { inputs: out, labels, shares };
}

function fitTwo(features: Features, targets: Float64Array, rows: ArrayLike<number>, l2: number): FittedClassifier {
  const { inputs, labels, shares } = spread(features, targets, rows, 2);
  const width = features.width + 1;
  const weights = minimiseLogistic({
    features: inputs,
    width,
    signs: labels.map((l) => (l === 1 ? 1 : -1)),
    weights: shares,
    l2: Float64Array.from({ length: width }, (_, j) => (j < features.width ? l2 : l2 / 100)),
  });
  return {
    predict({ values, width: w }) {
      const out = new Float64Array((values.length / w) * 2);
      for (let i = 0; 2 * i < out.length; i++) {
        let score = weights[w] as number;
        for (let j = 0; j < w; j++) score += (weights[j] as number) * (values[i * w + j] as number);
        const p = 1 / (1 + Math.exp(-score));
        out[2 * i] = 1 - p;
        out[2 * i + 1] = p;
      }
      return out;
    },
  };
}

function fitMany(
  features: Features,
  targets: Float64Array,
  rows: ArrayLike<number>,
  l2: number,
  classes: number,
): FittedClassifier {
  const { inputs, labels, shares } = spread(features, targets, rows, classes);
  const total = shares.reduce((a, b) => a + b, 0);
  // The kit's objective is a mean over the rows, and its own bias is free: the column of ones only shares in it.
  const model = softmaxRegression(Float32Array.from(inputs), labels, {
    classes,
    l2: l2 / total,
    weights: shares,
    tolerance: 1e-4,
  });
  return {
    predict({ values, width }) {
      const count = values.length / width;
      const rowsOf = new Float32Array(count * (width + 1));
      for (let i = 0; i < count; i++) {
        rowsOf.set(values.subarray(i * width, (i + 1) * width), i * (width + 1));
        rowsOf[i * (width + 1) + width] = 1;
      }
      const out = Float64Array.from(softmaxScores(model, rowsOf));
      normaliseRows(out, classes);
      return out;
    },
  };
}
