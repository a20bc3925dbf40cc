import { type Answers, answersByItem, weightOf } from "./answers.ts";
import { type AnnotatorModel, type AnnotatorPart, type EmOptions, expectationMaximisation, priorFor } from "./em.ts";

export interface DawidSkeneOptions extends EmOptions {
  /** Answers added to every entry of every confusion matrix, and items to every class; default 1. */
  smoothing?: number;
}

/**
 * Dawid and Skene's model: a confusion matrix $A^k_{c,l} = P(k \text{ says } l \mid c)$ for every annotator, by EM from vote
 * shares, with $q_i(c) \propto \pi_c \prod_k A^k_{c,z_{ik}}$ and, for smoothing $s$ over C classes,
 * $A^k_{c,l} = (\sum_{i:\,z_{ik}=l} q_i(c) + s)/(\sum_{i \text{ asked}} q_i(c) + sC)$,
 * $\pi_c = (\sum_i q_i(c) + s)/(n + sC)$. O(answers × C) a sweep; memory annotators × C².
 *
 * Where no item has two answers and no prior is given, a matrix cannot be told from the classes' shares and EM would drift to a
 * single class: one sweep is made then, which keeps the labels.
 */
export function dawidSkene(options: DawidSkeneOptions = {}): AnnotatorModel {
  return {
    fit(answers, context = {}) {
      const part = confusionPart(answers, options);
      const prior = priorFor(answers, context, options.smoothing);
      const identified = context.prior !== undefined || answersByItem(answers).some((count) => count > 1);
      return expectationMaximisation(answers, part, prior, identified ? options : { ...options, maxIterations: 1 });
    },
  };
}

/** The annotators' half of {@link dawidSkene}, to be joined with any belief about the items. */
export function confusionPart(answers: Answers, { smoothing = 1 }: DawidSkeneOptions = {}): AnnotatorPart {
  if (!(smoothing > 0)) throw new RangeError(`the smoothing ${smoothing} is not above 0`);
  const { annotators, classes, item, annotator, label } = answers;
  // Entry ((k·C + l)·C + c): what one answer (k, l) adds to its item's row lies together.
  const counts = new Float64Array(annotators * classes * classes);
  const logs = new Float64Array(counts.length).fill(-Math.log(classes));
  const mass = new Float64Array(annotators * classes);
  return {
    update(posterior) {
      counts.fill(smoothing);
      for (let a = 0; a < item.length; a++) {
        const from = (item[a] as number) * classes;
        const to = ((annotator[a] as number) * classes + (label[a] as number)) * classes;
        const w = weightOf(answers, a);
        for (let c = 0; c < classes; c++)
          counts[to + c] = (counts[to + c] as number) + w * (posterior[from + c] as number);
      }
      let penalty = 0;
      for (let k = 0; k < annotators; k++) {
        for (let c = 0; c < classes; c++) {
          let total = 0;
          for (let l = 0; l < classes; l++) total += counts[(k * classes + l) * classes + c] as number;
          mass[k * classes + c] = total - smoothing * classes;
          for (let l = 0; l < classes; l++) {
            const at = (k * classes + l) * classes + c;
            logs[at] = Math.log((counts[at] as number) / total);
            penalty += smoothing * (logs[at] as number);
          }
        }
      }
      return penalty;
    },
    addLikelihood(rows) {
      for (let a = 0; a < item.length; a++) {
        const to = (item[a] as number) * classes;
        const from = ((annotator[a] as number) * classes + (label[a] as number)) * classes;
        const w = weightOf(answers, a);
        for (let c = 0; c < classes; c++) rows[to + c] = (rows[to + c] as number) + w * (logs[from + c] as number);
      }
      return 0;
    },
    /** The diagonal, weighted by how often the annotator met each class (evenly before the first answer). */
    reliability(k) {
      let [right, total] = [0, 0];
      for (let c = 0; c < classes; c++) {
        const share = (mass[k * classes + c] ?? Number.NaN) + smoothing;
        right += share * Math.exp(logs[(k * classes + c) * classes + c] ?? Number.NaN);
        total += share;
      }
      return right / total;
    },
    confusion(k) {
      const matrix = new Float64Array(classes * classes);
      for (let c = 0; c < classes; c++)
        for (let l = 0; l < classes; l++)
          matrix[c * classes + l] = Math.exp(logs[(k * classes + l) * classes + c] ?? Number.NaN);
      return matrix;
    },
  };
}
