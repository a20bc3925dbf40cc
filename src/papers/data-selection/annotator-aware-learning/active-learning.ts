import type { Random } from "../../../kit/random.ts";
import { AnswerLog, mostProbable, type Reply } from "./answers.ts";
import { type Classifier, type FittedClassifier, pickRows } from "./classifier.ts";
import { type CostModel, costWarnings } from "./costs.ts";
import type { AnnotatorFit, AnnotatorModel, Features } from "./em.ts";
import type { JointFit } from "./joint-em.ts";
import { poolRisk } from "./query-selection.ts";
import { cheapest, type LoopState, type PairSelection, type Question, selectPairs } from "./select-pairs.ts";

export interface ActiveLearning {
  features: Features;
  annotators: number;
  /** Asks annotator k about item i. */
  ask(item: number, annotator: number): Reply | Promise<Reply>;
  costs: CostModel;
  classifier: Classifier;
  /** A model that brings its own classifier (`jointEm`) keeps it; any other's posterior is what the classifier learns. */
  model: AnnotatorModel;
  /** Learn from the most probable class of each item instead of its posterior. */
  hard?: boolean;
  select: PairSelection;
  budget: number;
  /** Items, at random, that everybody is asked about first, in whole rounds while the budget lasts; default 16. */
  warmUp?: number;
  /** Stop when a unit of cost has reduced the pool's expected misclassification cost by less than a unit over so many cycles. */
  stopAfter?: number;
  random: Random;
}

export interface CycleReport {
  /** 0 after the warm-up. */
  cycle: number;
  /** What was asked since the last report. */
  asked: Question[];
  spent: number;
  log: AnswerLog;
  fit: AnnotatorFit;
  classifier: FittedClassifier;
  /** Expected cost of deciding about every item of the pool now, by the classifier's own probabilities. */
  risk: number;
  /** What is odd about the costs of mistakes, see `costWarnings`; the same in every report. */
  warnings: string[];
}

/**
 * The learning cycle of the survey: fit annotators and classifier, choose the next questions, ask, pay, until the budget has no
 * question left in it. Every question is paid for, the warm-up and "don't know" too. Yields after every fit. Throws a
 * RangeError when not even the cheapest question is within the budget, and for costs of mistakes that are no matrix of the classes.
 */
export async function* runActiveLearning(setup: ActiveLearning): AsyncGenerator<CycleReport> {
  const { features, annotators, ask, costs, classifier, select, budget, warmUp = 16, stopAfter, random } = setup;
  const items = features.values.length / features.width;
  const log = new AnswerLog(items, annotators, classifier.classes);
  const mistakes = costs.misclassification;
  if (mistakes && mistakes.length !== classifier.classes)
    throw new RangeError(`the costs of mistakes have ${mistakes.length} rows for ${classifier.classes} classes`);
  const warnings = mistakes ? costWarnings(mistakes) : [];
  const least = cheapest({ log, costs });
  if (!(budget >= least)) throw new RangeError(`the budget ${budget} is below the cheapest question, ${least}`);
  let spent = 0;
  const put = async (questions: Question[]): Promise<void> => {
    for (const { item, annotator, cost } of questions) {
      log.add(item, annotator, await ask(item, annotator), cost);
      spent += cost;
    }
  };
  let asked = warmUpQuestions(items, annotators, costs, warmUp, budget, random.fork("warm-up"));
  await put(asked);
  const risks: { risk: number; spent: number }[] = [];
  for (let cycle = 0; ; cycle++) {
    const learned = learn(log, setup);
    const risk = poolRisk(learned.predicted, classifier.classes, costs.misclassification);
    yield { cycle, asked, spent, log, fit: learned.fit, classifier: learned.classifier, risk, warnings };
    const before = stopAfter === undefined ? undefined : risks[risks.length - stopAfter];
    if (before && before.risk - risk < spent - before.spent) return;
    risks.push({ risk, spent });
    const state: LoopState = {
      log,
      features,
      fit: learned.fit,
      predicted: learned.predicted,
      learner: classifier,
      costs,
      random: random.fork(`cycle ${cycle}`),
    };
    asked = selectPairs(state, select, budget - spent);
    if (asked.length === 0) return;
    await put(asked);
  }
}

/** Whole rounds of random items, everybody asked; at least one question, the cheapest of the first item. */
export function warmUpQuestions(
  items: number,
  annotators: number,
  costs: CostModel,
  rounds: number,
  budget: number,
  random: Random,
): Question[] {
  const questions: Question[] = [];
  let left = budget;
  for (const item of random.permutation(items).slice(0, Math.max(1, rounds))) {
    const round = Array.from({ length: annotators }, (_, annotator) => ({
      item,
      annotator,
      utility: 0,
      cost: costs.annotation(item, annotator),
    }));
    const price = round.reduce((sum, { cost }) => sum + cost, 0);
    if (price > left + 1e-9) {
      const [first] = round.filter(({ cost }) => cost <= left).sort((a, b) => a.cost - b.cost);
      if (questions.length === 0 && first) questions.push(first);
      continue;
    }
    questions.push(...round);
    left -= price;
  }
  return questions;
}

function learn(
  log: AnswerLog,
  { features, classifier, model, hard = false }: ActiveLearning,
): { fit: AnnotatorFit; classifier: FittedClassifier; predicted: Float64Array } {
  const { classes, items } = log;
  const fit: AnnotatorFit & Partial<JointFit> = model.fit(log, { features });
  if (fit.classifier && fit.predicted) return { fit, classifier: fit.classifier, predicted: fit.predicted };
  const rows = Array.from({ length: items }, (_, i) => i).filter((i) => log.timesAsked(i) > 0);
  const labels = mostProbable(fit.posterior, classes);
  const targets = new Float64Array(rows.length * classes);
  for (const [r, i] of rows.entries()) {
    if (hard) targets[r * classes + (labels[i] as number)] = 1;
    else targets.set(fit.posterior.subarray(i * classes, (i + 1) * classes), r * classes);
  }
  const fitted = classifier.fit(pickRows(features, rows), targets);
  return { fit, classifier: fitted, predicted: fitted.predict(features) };
}
