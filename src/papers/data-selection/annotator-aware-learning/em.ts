import { type Answers, checkAnswers, countVotes } from "./answers.ts";

/** Features of the items, items × width, row by row. */
export interface Features {
  values: Float64Array;
  width: number;
}

/** What a model learned from answers. */
export interface AnnotatorFit {
  /** $q_i(c)$, items × classes, row by row. An item nobody answered has its prior. */
  posterior: Float64Array<ArrayBuffer>;
  /** Probability that annotator k answers rightly: on the item with features `x` where the model knows items apart, else on average. */
  reliability(k: number, x?: ArrayLike<number>): number;
  /** P(k says l | the class is c), classes × classes, row c by row. */
  confusion(k: number, x?: ArrayLike<number>): Float64Array<ArrayBuffer>;
  /** Log-likelihood and log-prior after every sweep; never decreases where the model is plain EM. */
  history: number[];
  converged: boolean;
}

export interface FitContext {
  features?: Features;
  /** P(class) of every item before any answer, items × classes. Without it the model estimates one share a class. */
  prior?: ArrayLike<number>;
}

/** Estimates the true classes and the annotators' reliability together. */
export interface AnnotatorModel {
  fit(answers: Answers, context?: FitContext): AnnotatorFit;
}

/** The annotators' half of EM: how answers depend on the true class. */
export interface AnnotatorPart extends Pick<AnnotatorFit, "reliability" | "confusion"> {
  /** M-step; returns the log-prior of the new parameters. */
  update(posterior: Float64Array): number;
  /** Adds $\sum_k w\,\ln P(z_{ik} \mid c)$ to the items' rows; returns what is the same for all classes and was left out. */
  addLikelihood(rows: Float64Array): number;
}

/** The items' half of EM: what is believed of a class before its answers are read. */
export interface PriorPart {
  /** M-step; returns the log-prior of the new parameters. */
  update(posterior: Float64Array): number;
  /** Writes $\ln P(c)$ into the items' rows. */
  writeLog(rows: Float64Array): void;
}

export interface EmOptions {
  /** Sweeps at most; default 200. */
  maxIterations?: number;
  /** Stop when the posterior moves less than this on average; default 1e-7. */
  tolerance?: number;
}

/** One share a class, $\pi_c = (\sum_i q_i(c) + s)/(n + sC)$ over the items that have answers, with smoothing $s$. */
export function estimatedShares(answers: Answers, smoothing = 1): PriorPart {
  const { items, classes, item } = answers;
  const answered = new Uint8Array(items);
  for (let a = 0; a < item.length; a++) answered[item[a] as number] = 1;
  const logShares = new Float64Array(classes).fill(-Math.log(classes));
  return {
    update(posterior) {
      const sums = new Float64Array(classes).fill(smoothing);
      for (let i = 0; i < items; i++) {
        if (answered[i] === 0) continue;
        for (let c = 0; c < classes; c++) sums[c] = (sums[c] as number) + (posterior[i * classes + c] as number);
      }
      const total = sums.reduce((a, b) => a + b, 0);
      let penalty = 0;
      for (let c = 0; c < classes; c++) {
        logShares[c] = total > 0 ? Math.log((sums[c] as number) / total) : -Math.log(classes);
        if (smoothing > 0) penalty += smoothing * (logShares[c] as number);
      }
      return penalty;
    },
    writeLog(rows) {
      for (let at = 0; at < rows.length; at += classes) rows.set(logShares, at);
    },
  };
}

/** A prior that is known, items × classes. */
export function givenPrior(prior: ArrayLike<number>, { items, classes }: Answers): PriorPart {
  if (prior.length !== items * classes)
    throw new RangeError(`the prior has ${prior.length} entries for ${items} × ${classes}`);
  const logs = Float64Array.from(prior, (p) => Math.log(p));
  for (let at = 0; at < logs.length; at++) {
    if (Number.isNaN(logs[at]) || (prior[at] as number) > 1 + 1e-9)
      throw new RangeError(`the prior of item ${Math.floor(at / classes)} has the entry ${prior[at]}`);
  }
  return { update: () => 0, writeLog: (rows) => rows.set(logs) };
}

/** Turns log-weights into probabilities, row by row and in place; returns the sum of the rows' log-totals. */
export function normaliseRows(rows: Float64Array, classes: number): number {
  let sum = 0;
  for (let at = 0; at < rows.length; at += classes) {
    let top = rows[at] as number;
    for (let c = 1; c < classes; c++) if ((rows[at + c] as number) > top) top = rows[at + c] as number;
    if (top === Number.NEGATIVE_INFINITY) throw new RangeError(`every class of item ${at / classes} is impossible`);
    let total = 0;
    for (let c = 0; c < classes; c++) {
      const e = Math.exp((rows[at + c] as number) - top);
      rows[at + c] = e;
      total += e;
    }
    for (let c = 0; c < classes; c++) rows[at + c] = (rows[at + c] as number) / total;
    sum += top + Math.log(total);
  }
  return sum;
}

/** Vote shares; without votes, equal ones. */
export function voteShares(answers: Answers): Float64Array<ArrayBuffer> {
  const { classes } = answers;
  const shares = countVotes(answers);
  for (let at = 0; at < shares.length; at += classes) {
    let total = 0;
    for (let c = 0; c < classes; c++) total += shares[at + c] as number;
    for (let c = 0; c < classes; c++) shares[at + c] = total > 0 ? (shares[at + c] as number) / total : 1 / classes;
  }
  return shares;
}

/**
 * Expectation maximisation from vote shares: both parts learn from the posterior (M-step), then every item's posterior is
 * its prior times the likelihood of its answers (E-step). O(answers × classes) a sweep.
 */
export function expectationMaximisation(
  answers: Answers,
  annotators: AnnotatorPart,
  prior: PriorPart,
  { maxIterations = 200, tolerance = 1e-7 }: EmOptions = {},
): AnnotatorFit {
  checkAnswers(answers);
  let posterior = voteShares(answers);
  let rows = new Float64Array(posterior.length);
  const history: number[] = [];
  let converged = false;
  for (let sweep = 0; sweep < maxIterations && !converged; sweep++) {
    const penalty = annotators.update(posterior) + prior.update(posterior);
    prior.writeLog(rows);
    const common = annotators.addLikelihood(rows);
    history.push(normaliseRows(rows, answers.classes) + common + penalty);
    let moved = 0;
    for (let at = 0; at < rows.length; at++) moved += Math.abs((rows[at] as number) - (posterior[at] as number));
    converged = moved <= tolerance * answers.items;
    [posterior, rows] = [rows, posterior];
  }
  return {
    posterior,
    reliability: annotators.reliability,
    confusion: annotators.confusion,
    history,
    converged,
  };
}

/** The prior part that a context asks for. */
export function priorFor(answers: Answers, { prior }: FitContext, smoothing?: number): PriorPart {
  return prior ? givenPrior(prior, answers) : estimatedShares(answers, smoothing);
}
