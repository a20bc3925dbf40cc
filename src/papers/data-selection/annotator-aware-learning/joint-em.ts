import { type Answers, answersByItem } from "./answers.ts";
import { type Classifier, type FittedClassifier, pickRows } from "./classifier.ts";
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
import { type OneCoinOptions, oneCoinPart } from "./one-coin.ts";

export interface JointEmOptions extends EmOptions, Pick<OneCoinOptions, "halfLife"> {
  classifier: Classifier;
  /** How annotators err: by one coin each (default; drifting with a half-life), by class, or by item. */
  annotators?: "oneCoin" | "dawidSkene" | "instance";
  /** What the classifier says of an item it learned from: as if it had not (default), or having seen it. */
  belief?: "leftOut" | "inSample";
  /** τ: the classifier's log odds are multiplied by it; default 1. */
  temper?: number;
  /** Most log odds that the classifier may give a class over another; default 4, with `inSample` 1. */
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
 * every sweep, is the prior of each item, $q_i \propto p_w(c \mid x_i)^{\tau} \prod_k P(z_{ik} \mid c, x_i)$.
 *
 * A classifier that has learned an item's label agrees with whoever gave it, which confirms its mistakes and makes a wrong
 * annotator look right. So the prior of an item is by default the prediction of a classifier that learned from the others
 * (Newton's step for two classes, five parts for more), and its log odds are kept within ±`clip`. That makes it no exact EM, and
 * `history` may go down. Only items with answers are learned from; the posterior of the others is the tempered prediction. Needs
 * features; a `prior` in the context is multiplied in.
 */
export function jointEm(options: JointEmOptions): JointModel {
  const { classifier, annotators = "oneCoin", halfLife } = options;
  const { belief = "leftOut", temper = 1, clip = belief === "leftOut" ? 4 : 1, ...em } = options;
  if (!(temper >= 0 && clip >= 0)) throw new RangeError(`temper ${temper} and clip ${clip} are not from 0 on`);
  return {
    fit(answers, { features, prior } = {}) {
      if (!features) throw new RangeError("a classifier needs features");
      if (classifier.classes !== answers.classes)
        throw new RangeError(
          `the classifier tells ${classifier.classes} classes apart, the answers ${answers.classes}`,
        );
      const { rows, compact } = answeredOnly(answers);
      if (rows.length === 0) throw new RangeError("there is no answer to learn from");
      const learned = pickRows(features, rows);
      const tempering = { temper, clip, ...(prior ? { prior } : {}) };
      const items = classifierPart(learned, rows, classifier, belief, tempering);
      const fit = expectationMaximisation(compact, partFor(annotators, compact, learned, halfLife), items.part, {
        maxIterations: 20,
        tolerance: 1e-4,
        ...em,
      });
      const fitted = items.classifier();
      const predicted = fitted.predict(features);
      const posterior = new Float64Array(predicted.length);
      for (let i = 0; i < answers.items; i++) temperInto(posterior, i, predicted, i, answers.classes, tempering, i);
      normaliseRows(posterior, answers.classes);
      const { classes } = answers;
      for (const [r, i] of rows.entries())
        posterior.set(fit.posterior.subarray(r * classes, (r + 1) * classes), i * classes);
      return { ...fit, posterior, classifier: fitted, predicted };
    },
  };
}

function partFor(
  annotators: NonNullable<JointEmOptions["annotators"]>,
  answers: Answers,
  features: Features,
  halfLife: number | undefined,
): AnnotatorPart {
  if (annotators === "instance") return instancePart(answers, features);
  return annotators === "dawidSkene" ? confusionPart(answers) : oneCoinPart(answers, { halfLife });
}

/** The same answers with the items numbered anew, those without an answer left out; `rows` has their old numbers. */
function answeredOnly(answers: Answers): { rows: Int32Array; compact: Answers } {
  const counts = answersByItem(answers);
  const rows = Int32Array.from(counts.keys()).filter((i) => (counts[i] as number) > 0);
  const number = new Int32Array(answers.items);
  for (const [r, i] of rows.entries()) number[i] = r;
  const kept = Int32Array.from({ length: answers.item.length }, (_, a) => a).filter(
    (a) => (counts[answers.item[a] as number] as number) > 0,
  );
  return {
    rows,
    compact: {
      items: rows.length,
      annotators: answers.annotators,
      classes: answers.classes,
      item: kept.map((a) => number[answers.item[a] as number] as number),
      annotator: kept.map((a) => answers.annotator[a] as number),
      label: kept.map((a) => answers.label[a] as number),
      weight: Float64Array.from(kept, (a) => answers.weight?.[a] ?? 1),
    },
  };
}

interface Tempering {
  temper: number;
  clip: number;
  prior?: ArrayLike<number>;
}

/** Tempered log-probabilities of row r of `from`, and the prior of `item`, put into row `to` of `out`. */
function temperInto(
  out: Float64Array,
  to: number,
  from: Float64Array,
  r: number,
  classes: number,
  { temper, clip, prior }: Tempering,
  item: number,
): void {
  let top = 0;
  for (let c = 0; c < classes; c++) top = Math.max(top, from[r * classes + c] as number);
  for (let c = 0; c < classes; c++) {
    const odds = Math.log((from[r * classes + c] as number) / top);
    const known = prior ? Math.log(prior[item * classes + c] as number) : 0;
    out[to * classes + c] = Math.max(-clip, temper * odds) + known;
  }
}

/** The items' half of EM: a classifier refitted on the posterior. */
function classifierPart(
  learned: Features,
  rows: Int32Array,
  classifier: Classifier,
  belief: "leftOut" | "inSample",
  tempering: Tempering,
): { part: PriorPart; classifier(): FittedClassifier } {
  const { classes } = classifier;
  let fitted: FittedClassifier | undefined;
  let beliefs: Float64Array | undefined;
  return {
    part: {
      update(posterior) {
        fitted = classifier.fit(learned, posterior);
        if (belief === "inSample") beliefs = fitted.predict(learned);
        else beliefs = fitted.leftOut?.() ?? byParts(learned, posterior, classifier);
        return 0;
      },
      writeLog(out) {
        if (!beliefs) return;
        for (const [r, i] of rows.entries()) temperInto(out, r, beliefs, r, classes, tempering, i);
      },
    },
    classifier() {
      if (!fitted) throw new RangeError("nothing was fitted");
      return fitted;
    },
  };
}

/** Predictions of classifiers that learned from the other four of five parts; row r is in part r mod 5. */
function byParts(learned: Features, targets: Float64Array, classifier: Classifier): Float64Array {
  const { classes } = classifier;
  const count = learned.values.length / learned.width;
  const out = new Float64Array(targets.length).fill(1 / classes);
  const all = Int32Array.from({ length: count }, (_, r) => r);
  for (let part = 0; part < Math.min(5, count) && count > 1; part++) {
    const kept = all.filter((r) => r % 5 !== part);
    const held = all.filter((r) => r % 5 === part);
    const soft = new Float64Array(kept.length * classes);
    for (const [to, r] of kept.entries()) soft.set(targets.subarray(r * classes, (r + 1) * classes), to * classes);
    const predicted = classifier.fit(pickRows(learned, kept), soft).predict(pickRows(learned, held));
    for (const [from, r] of held.entries())
      out.set(predicted.subarray(from * classes, (from + 1) * classes), r * classes);
  }
  return out;
}
