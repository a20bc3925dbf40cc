import { type Answers, answersByItem } from "./answers.ts";
import type { Classifier, FittedClassifier } from "./classifier.ts";
import { confusionPart } from "./dawid-skene.ts";
import {
  type AnnotatorFit,
  type AnnotatorModel,
  type AnnotatorPart,
  type EmOptions,
  expectationMaximisation,
  type Features,
  type FitContext,
  normaliseRows,
  type PriorPart,
} from "./em.ts";
import { instancePart } from "./instance-dependent.ts";
import { oneCoinPart } from "./one-coin.ts";

export interface JointEmOptions extends EmOptions {
  classifier: Classifier;
  /** How annotators err: by one coin each (default), one that drifts, by class, by item, or a part of your own. */
  annotators?: "oneCoin" | "dawidSkene" | "instance" | ((answers: Answers, features: Features) => AnnotatorPart);
  /** τ: the classifier's log odds are multiplied by it; default 1. */
  temper?: number;
  /** Most log odds that the classifier may give a class over another; default 1. */
  clip?: number;
}

export interface JointFit extends AnnotatorFit {
  classifier: FittedClassifier;
  /** The classifier's probabilities of all items, untempered, items × classes. */
  predicted: Float64Array<ArrayBuffer>;
}

/** A model that brings its classifier. */
export interface JointModel extends AnnotatorModel {
  fit(answers: Answers, context?: FitContext): JointFit;
}

/**
 * Annotators and classifier learned together (after Raykar et al. and Yan et al.): the classifier, refitted on the soft labels in
 * every sweep, is the prior of each item, $q_i \propto p_w(c \mid x_i)^{\tau} \prod_k P(z_{ik} \mid c, x_i)$. Its log odds are
 * kept within ±`clip`: a classifier that may overrule the annotators confirms its own mistakes and locks a wrong one in. That
 * makes it no exact EM, and `history` may go down. Only items with answers are learned from; the posterior of the others is
 * the tempered prediction. Needs features; a `prior` in the context is multiplied in.
 */
export function jointEm({
  classifier,
  annotators = "oneCoin",
  temper = 1,
  clip = 1,
  ...em
}: JointEmOptions): JointModel {
  if (!(temper >= 0 && clip >= 0)) throw new RangeError(`temper ${temper} and clip ${clip} are not from 0 on`);
  return {
    fit(answers, { features, prior } = {}) {
      if (!features) throw new RangeError("a classifier needs features");
      if (classifier.classes !== answers.classes)
        throw new RangeError(
          `the classifier tells ${classifier.classes} classes apart and the answers ${answers.classes}`,
        );
      const belief = classifierPrior(answers, features, classifier, { temper, clip, ...(prior ? { prior } : {}) });
      const part =
        typeof annotators === "function"
          ? annotators(answers, features)
          : annotators === "instance"
            ? instancePart(answers, features)
            : annotators === "dawidSkene"
              ? confusionPart(answers)
              : oneCoinPart(answers);
      const fit = expectationMaximisation(answers, part, belief, { maxIterations: 20, tolerance: 1e-4, ...em });
      return { ...fit, ...belief.finish(fit.posterior) };
    },
  };
}

function classifierPrior(
  answers: Answers,
  features: Features,
  classifier: Classifier,
  { temper, clip, prior }: { temper: number; clip: number; prior?: ArrayLike<number> },
): PriorPart & { finish(posterior: Float64Array): Pick<JointFit, "classifier" | "predicted"> } {
  const { classes } = answers;
  const { width } = features;
  const counts = answersByItem(answers);
  const rows = Int32Array.from(counts.keys()).filter((i) => (counts[i] as number) > 0);
  if (rows.length === 0) throw new RangeError("there is no answer to learn from");
  const learned: Features = { values: new Float64Array(rows.length * width), width };
  for (const [r, i] of rows.entries())
    learned.values.set(features.values.subarray(i * width, (i + 1) * width), r * width);
  const targets = new Float64Array(rows.length * classes);
  let fitted: FittedClassifier | undefined;

  /** Tempered log-probabilities of row r of `from`, put into row i of `out`. */
  function temperInto(out: Float64Array, i: number, from: Float64Array, r: number): void {
    let top = 0;
    for (let c = 0; c < classes; c++) top = Math.max(top, from[r * classes + c] as number);
    for (let c = 0; c < classes; c++) {
      const odds = Math.log((from[r * classes + c] as number) / top);
      out[i * classes + c] = Math.max(-clip, temper * odds) + (prior ? Math.log(prior[i * classes + c] as number) : 0);
    }
  }

  return {
    update(posterior) {
      for (const [r, i] of rows.entries()) targets.set(posterior.subarray(i * classes, (i + 1) * classes), r * classes);
      fitted = classifier.fit(learned, targets);
      return 0;
    },
    writeLog(out) {
      out.fill(0);
      const predicted = fitted?.predict(learned);
      if (predicted) for (const [r, i] of rows.entries()) temperInto(out, i, predicted, r);
    },
    finish(posterior) {
      if (!fitted) throw new RangeError("nothing was fitted");
      const predicted = fitted.predict(features);
      for (let i = 0; i < answers.items; i++) {
        if ((counts[i] as number) > 0) continue;
        temperInto(posterior, i, predicted, i);
        normaliseRows(posterior.subarray(i * classes, (i + 1) * classes), classes);
      }
      return { classifier: fitted, predicted };
    },
  };
}
