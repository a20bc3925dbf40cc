import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { defineTool, type Row, type ToolRun } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { annotatorRules, annotatorSelector } from "./annotator-selection.ts";
import { AnswerLog, answersByItem } from "./answers.ts";
import { ridgeLogistic } from "./classifier.ts";
import { annotatorCost, type CostModel, costWarnings, itemCost } from "./costs.ts";
import { infoPerCost } from "./information.ts";
import { jointEm } from "./joint-em.ts";
import { readAsked, readFeatures, readMistakes, readPrices, stranger } from "./next-input.ts";
import { cheapestOf, warmUpList, whyNothing, writeLabels, writeQuestions } from "./next-questions.ts";
import { queryRules } from "./query-selection.ts";
import { classesOf, Names, type ReadAnswer, readAnswers } from "./read-answers.ts";
import { reliabilityTable } from "./reliability-table.ts";
import { sampleNext } from "./sample.ts";
import { selectPairs } from "./select-pairs.ts";
import { columnOptions, showAnnotators } from "./tool-consensus.ts";

const options = z.object({
  batch: z.number().int().min(1).max(10_000).default(20).describe("Questions to list"),
  query: z.enum(queryRules).default("uncertainty").describe("What to ask about"),
  whom: z.enum(annotatorRules).default("infoPerCost").describe("Whom to ask"),
  relabel: z
    .boolean()
    .default(true)
    .describe("Ask again about items whose answers leave more doubt than a new one has"),
  budget: z
    .number()
    .min(0)
    .max(1e12)
    .default(0)
    .describe("All that may be spent, answers so far included; 0 for no limit"),
  warmUp: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(16)
    .describe("Items that several annotators answer before anyone is chosen"),
  itemCost: z
    .string()
    .default("")
    .describe(
      "Column of the features with what a question about the item costs, times the annotator's price; no feature",
    ),
  ridge: z.number().gt(0).max(1e6).default(0.1).describe("Penalty λ of the classifier"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of what is drawn at random"),
  ...columnOptions,
});

/** Most pairs of items and annotators. */
const pairLimit = 50_000_000;

export const nextTool = defineTool({
  name: "next",
  summary:
    "Lists the next questions and whom to ask, from the answers so far, the items' features and the annotators' prices.",
  inputs: [
    {
      name: "features",
      description: "One item a row: item and its numbers",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
    },
    {
      name: "answers",
      description: "Answers so far, one a row: item, annotator, label",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      optional: true,
    },
    {
      name: "annotators",
      description: "Who can be asked: annotator, cost. Without it everybody in the answers, at 1 each",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      optional: true,
    },
    {
      name: "mistakes",
      description:
        "What wrong decisions cost: true, decided, cost. 1 each where it says nothing; for --query expectedCost and the labels",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      optional: true,
    },
    {
      name: "asked",
      description: "Earlier lists of this tool: what is still unanswered in them is paid for and not asked again",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      many: true,
      optional: true,
    },
  ],
  options,
  example: "next --answers answers.csv --features items.csv --annotators prices.csv --batch 20 --out next.csv",
  async sample() {
    const { answers, features, prices } = sampleNext();
    return {
      files: [
        { input: "features", name: "items.csv", content: features },
        { input: "answers", name: "answers.csv", content: answers },
        { input: "annotators", name: "prices.csv", content: prices },
      ],
      options: { batch: 10 },
    };
  },
  async apply(
    {
      features: tables = [],
      answers: lists = [],
      annotators: priceLists = [],
      mistakes: mistakeLists = [],
      asked = [],
    },
    chosen,
    run,
  ) {
    const [[file], [answersFile], [pricesFile], [mistakesFile]] = [tables, lists, priceLists, mistakeLists];
    if (!file) throw new BadInput("no features were given", { where: "--features" });
    run.progress(0, `reading ${file.name}`);
    const [items, annotators] = [new Names(), new Names()];
    const { features, prices: itemPrices } = await readFeatures(file, chosen, items);
    const given = pricesFile ? await readPrices(pricesFile, chosen, annotators) : undefined;
    const known = items.list.length;
    const read: ReadAnswer[] = answersFile ? await readAnswers(answersFile, chosen, items, annotators) : [];
    const foreign = read.find(({ item }) => item >= known);
    if (foreign) throw stranger(answersFile?.name ?? "", items.list[foreign.item] ?? "");
    const pending = await readAsked(asked, chosen, items, annotators);
    // Who has no price cannot be asked any more, but has answered; without prices everybody costs 1.
    const prices = given ?? annotators.list.map(() => 1);
    const [K, asks] = [annotators.list.length, prices.length];
    if (asks === 0)
      throw new BadInput("there is nobody to ask", { where: "--annotators", remedy: "Give a table annotator,cost." });
    if (known * K > pairLimit)
      throw new BadInput(
        `${known.toLocaleString("en")} items × ${K.toLocaleString("en")} annotators are more than ${pairLimit.toLocaleString("en")} pairs`,
        { where: file.name },
      );
    const labels = read.flatMap(({ label }) => (label === undefined ? [] : [label]));
    const classes = namedClasses(labels, answersFile?.name ?? "", chosen.label);
    const everyPrice = Array.from({ length: K }, (_, k) => prices[k] ?? 1);
    const paid = itemPrices ? itemCost(itemPrices, everyPrice) : annotatorCost(everyPrice);
    const mistakes = mistakesFile ? await mistakeCosts(mistakesFile, classes, run) : undefined;
    const costs: CostModel = mistakes ? { ...paid, misclassification: mistakes } : paid;
    // A class that nobody has named yet stands beside one that everybody names.
    const log = new AnswerLog(known, K, Math.max(2, classes.list.length));
    for (const { item, annotator, label, weight } of read)
      log.add(
        item,
        annotator,
        { label: label === undefined ? undefined : (classes.find(label) ?? 0), confidence: weight },
        costs.annotation(item, annotator),
      );
    let outstanding = 0;
    for (const { item, annotator } of pending) {
      if (log.asked(item, annotator)) continue;
      log.add(item, annotator, { label: undefined }, costs.annotation(item, annotator));
      outstanding += 1;
    }
    const left = chosen.budget > 0 ? chosen.budget - log.spent : Number.POSITIVE_INFINITY;
    const least = cheapestOf({ log, costs }, asks);
    if (log.item.length === 0 && left < least)
      throw new BadInput(`the budget of ${chosen.budget} is below the cheapest question, ${least}`, {
        where: "--budget",
        remedy: `Give ${least} or more.`,
      });
    const heard = answersByItem(log);
    const several = heard.filter((count) => count >= Math.min(2, K)).length;
    const wanted = Math.min(chosen.warmUp, known);
    const random = new Random(chosen.seed).fork("questions").fork(log.item.length);
    let questions = several < wanted ? warmUpList({ log, costs, random }, asks, chosen.batch, left) : [];
    let how = `warm-up, ${several} of ${wanted} items answered by several`;
    if (questions.length > 0)
      run.note(
        "Too little is known of the annotators to choose among them: everybody is asked about the same items first.",
      );
    const learned = questions.length === 0 && labels.length > 0;
    if (learned) {
      run.progress(0.3, "learning annotators and classifier");
      if (classes.list.length === 1)
        run.note(
          `Every answer so far is "${classes.list[0]}": the next questions are chosen as if there were one more class, which nobody has named.`,
        );
      const learner = ridgeLogistic({ classes: log.classes, l2: chosen.ridge });
      const fit = jointEm({ classifier: learner }).fit(log, { features });
      run.progress(0.7, "choosing questions");
      const rank = annotatorSelector(chosen.whom);
      questions = selectPairs(
        { log, features, fit, predicted: fit.predicted, learner, costs, random },
        {
          query: chosen.query,
          annotator: (state, item) => rank(state, item).map((s, k) => (k < asks ? s : Number.NEGATIVE_INFINITY)),
          batch: chosen.batch,
          relabel: chosen.relabel,
        },
        left,
      );
      how = `by ${chosen.query}, ${chosen.whom}`;
      const even = new Float64Array(log.classes).fill(1 / log.classes);
      const extra = everyPrice.map(
        (price, k): Row =>
          k < asks
            ? { cost: price, information: infoPerCost(even, fit.confusion(k), price) }
            : { cost: null, information: null },
      );
      showAnnotators(run, annotators, reliabilityTable(log, fit), extra);
      await writeQuestions(run, questions, items, annotators);
      await writeLabels(run, fit, { items, classes, heard, ...(mistakes ? { mistakes } : {}) });
    } else await writeQuestions(run, questions, items, annotators);
    const cost = questions.reduce((sum, question) => sum + question.cost, 0);
    const people = new Set(questions.map(({ annotator }) => annotator)).size;
    const waiting = outstanding > 0 ? `, ${outstanding.toLocaleString("en")} earlier ones still open` : "";
    return {
      summary:
        questions.length === 0
          ? `There is nothing left to ask: ${whyNothing(least, left)}${waiting}.`
          : `Listed ${questions.length.toLocaleString("en")} questions to ${people.toLocaleString("en")} of ${asks.toLocaleString("en")} annotators for ${Number(cost.toFixed(2))} units of cost (${how}), after ${read.length.toLocaleString("en")} answers${waiting}.`,
    };
  },
});

/** Costs of mistakes, with notes on what is odd about them; none before two classes were named. */
async function mistakeCosts(file: InputFile, classes: Names, run: ToolRun): Promise<number[][] | undefined> {
  const { matrix, strangers } = await readMistakes(file, classes);
  for (const warning of costWarnings(matrix, classes.list)) run.note(`${file.name}: ${warning}`);
  if (strangers > 0)
    run.note(
      `${file.name}: ${strangers === 1 ? "1 row names" : `${strangers} rows name`} a label that nobody has given so far; not used.`,
    );
  return matrix.length > 1 ? matrix : undefined;
}

/** Classes of the answers so far: none, one, or more. */
function namedClasses(labels: readonly string[], file: string, column: string): Names {
  if (new Set(labels).size > 1) return classesOf(labels, file, column);
  const names = new Names();
  for (const label of labels) names.number(label);
  return names;
}
