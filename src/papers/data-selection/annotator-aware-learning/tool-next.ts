import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { defineTool, type Row } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { cellNumberRequired, cellPlace, columnIndex, readTable } from "../../../kit/tables.ts";
import { annotatorRules, annotatorSelector } from "./annotator-selection.ts";
import { AnswerLog, mostProbable } from "./answers.ts";
import { ridgeLogistic } from "./classifier.ts";
import { annotatorCost } from "./costs.ts";
import type { Features } from "./em.ts";
import { infoPerCost } from "./information.ts";
import { jointEm } from "./joint-em.ts";
import { queryRules } from "./query-selection.ts";
import { cellName, classesOf, Names, type ReadAnswer, readAnswers } from "./read-answers.ts";
import { reliabilityTable } from "./reliability-table.ts";
import { sampleNext } from "./sample.ts";
import { type Question, selectPairs } from "./select-pairs.ts";
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
  ridge: z.number().gt(0).max(1e6).default(0.1).describe("Penalty λ of the classifier"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of what is drawn at random"),
  ...columnOptions,
});
type Options = z.output<typeof options>;

/** Most pairs of items and annotators. */
const pairLimit = 50_000_000;

/** Features by item, each column brought to mean 0 and deviation 1. */
async function readFeatures(file: InputFile, itemColumn: string, items: Names): Promise<Features> {
  const table = await readTable(file);
  const of = columnIndex(table, itemColumn);
  const columns = table.columns.map((_, c) => c).filter((c) => c !== of);
  if (columns.length === 0) throw new BadInput("the table has no column besides the item", { where: file.name });
  const width = columns.length;
  const values = new Float64Array(table.rows.length * width);
  table.rows.forEach((_, row) => {
    const name = cellName(table, row, of);
    if (items.find(name) !== undefined)
      throw new BadInput(`the item "${name}" stands on another line already`, { where: cellPlace(table, row, of) });
    items.number(name);
    columns.forEach((column, j) => {
      values[row * width + j] = cellNumberRequired(table, row, column);
    });
  });
  for (let j = 0; j < width; j++) {
    const column = Array.from({ length: table.rows.length }, (_, i) => values[i * width + j] as number);
    // Divided first, so that numbers near the largest that fit do not overflow.
    const mean = column.reduce((sum, x) => sum + x / column.length, 0);
    const spread = column.reduce((most, x) => Math.max(most, Math.abs(x - mean)), 0);
    const deviation =
      spread * Math.sqrt(column.reduce((sum, x) => sum + ((x - mean) / (spread || 1)) ** 2 / column.length, 0));
    column.forEach((x, i) => {
      values[i * width + j] = deviation > 0 && Number.isFinite(deviation) ? (x - mean) / deviation : 0;
    });
  }
  return { values, width };
}

async function readPrices(file: InputFile, { annotator }: Options, annotators: Names): Promise<number[]> {
  const table = await readTable(file);
  const [who, cost] = [columnIndex(table, annotator), columnIndex(table, "cost")];
  return table.rows.map((_, row) => {
    const name = cellName(table, row, who);
    if (annotators.find(name) !== undefined)
      throw new BadInput(`the annotator "${name}" stands on another line already`, {
        where: cellPlace(table, row, who),
      });
    annotators.number(name);
    const price = cellNumberRequired(table, row, cost);
    if (!(price > 0)) throw new BadInput(`a cost of ${price} is not above 0`, { where: cellPlace(table, row, cost) });
    return price;
  });
}

/** Pairs of earlier lists. */
async function readAsked(files: readonly InputFile[], chosen: Options, items: Names, annotators: Names) {
  const pairs: { item: number; annotator: number }[] = [];
  for (const file of files) {
    const table = await readTable(file);
    const [of, who] = [columnIndex(table, chosen.item), columnIndex(table, chosen.annotator)];
    table.rows.forEach((_, row) => {
      const item = items.find(cellName(table, row, of));
      if (item === undefined) throw stranger(cellPlace(table, row, of), table.rows[row]?.[of] ?? "");
      pairs.push({ item, annotator: annotators.number(cellName(table, row, who)) });
    });
  }
  return pairs;
}

const stranger = (where: string, item: string): BadInput =>
  new BadInput(`the item "${item}" has no features`, { where, remedy: "Give its row in --features." });

/** Questions before anyone can be chosen: items that some were asked about already, then new ones, everybody asked. */
function warmUpList(
  log: AnswerLog,
  prices: readonly number[],
  batch: number,
  budget: number,
  random: Random,
): Question[] {
  const order = random
    .permutation(log.items)
    .sort((a, b) => Math.sign(log.timesAsked(b)) - Math.sign(log.timesAsked(a)));
  const questions: Question[] = [];
  let left = budget;
  for (const item of order) {
    for (const [annotator, cost] of prices.entries()) {
      if (questions.length === batch) return questions;
      if (log.asked(item, annotator) || cost > left) continue;
      questions.push({ item, annotator, utility: 0, cost });
      left -= cost;
    }
  }
  return questions;
}

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
  async apply({ features: tables = [], answers: lists = [], annotators: priceLists = [], asked = [] }, chosen, run) {
    const [[file], [answersFile], [pricesFile]] = [tables, lists, priceLists];
    if (!file) throw new BadInput("no features were given", { where: "--features" });
    run.progress(0, `reading ${file.name}`);
    const [items, annotators] = [new Names(), new Names()];
    const features = await readFeatures(file, chosen.item, items);
    const given = pricesFile ? await readPrices(pricesFile, chosen, annotators) : undefined;
    const known = items.list.length;
    const read: ReadAnswer[] = answersFile ? await readAnswers(answersFile, chosen, items, annotators) : [];
    const foreign = read.find(({ item }) => item >= known);
    if (foreign) throw stranger(answersFile?.name ?? "", items.list[foreign.item] ?? "");
    const pending = await readAsked(asked, chosen, items, annotators);
    // Who has no price cannot be asked any more, but has answered; without prices everybody costs 1.
    const prices = given ?? annotators.list.map(() => 1);
    const K = annotators.list.length;
    if (prices.length === 0)
      throw new BadInput("there is nobody to ask", { where: "--annotators", remedy: "Give a table annotator,cost." });
    if (known * K > pairLimit)
      throw new BadInput(
        `${known.toLocaleString("en")} items × ${K.toLocaleString("en")} annotators are more than ${pairLimit.toLocaleString("en")} pairs`,
        {
          where: file.name,
        },
      );
    const labels = read.flatMap(({ label }) => (label === undefined ? [] : [label]));
    const enough = new Set(labels).size >= 2;
    const classes = enough ? classesOf(labels, answersFile?.name ?? "", chosen.label) : undefined;
    const log = new AnswerLog(known, K, Math.max(2, classes?.list.length ?? 2));
    const priceOf = (k: number): number => prices[k] ?? 1;
    for (const { item, annotator, label, weight } of read)
      log.add(
        item,
        annotator,
        { label: label === undefined ? undefined : (classes?.find(label) ?? 0), confidence: weight },
        priceOf(annotator),
      );
    let outstanding = 0;
    for (const { item, annotator } of pending) {
      if (log.asked(item, annotator)) continue;
      log.add(item, annotator, { label: undefined }, priceOf(annotator));
      outstanding += 1;
    }
    const left = chosen.budget > 0 ? chosen.budget - log.spent : Number.POSITIVE_INFINITY;
    const answers = { ...log, items: known, annotators: K, classes: log.classes };
    const heard = new Int32Array(known);
    log.item.forEach((i, a) => {
      if ((log.weight[a] as number) > 0) heard[i] = (heard[i] as number) + 1;
    });
    const several = heard.filter((count) => count >= Math.min(2, K)).length;
    const random = new Random(chosen.seed).fork("questions").fork(log.item.length);
    let questions: Question[];
    let how: string;
    if (!classes || several < Math.min(chosen.warmUp, known)) {
      how = `warm-up, ${several} of ${Math.min(chosen.warmUp, known)} items answered by several`;
      questions = warmUpList(log, prices, chosen.batch, left, random);
      run.note(
        "Too little is known of the annotators to choose among them: everybody is asked about the same items first.",
      );
    } else {
      run.progress(0.3, "learning annotators and classifier");
      const classifier = ridgeLogistic({ classes: classes.list.length, l2: chosen.ridge });
      const fit = jointEm({ classifier }).fit(answers, { features });
      run.progress(0.7, "choosing questions");
      const costs = annotatorCost(Array.from({ length: K }, (_, k) => priceOf(k)));
      const rank = annotatorSelector(chosen.whom);
      questions = selectPairs(
        { log, features, fit, predicted: fit.predicted, learner: classifier, costs, random },
        {
          query: chosen.query,
          annotator: (state, item) =>
            rank(state, item).map((s, k) => (k < prices.length ? s : Number.NEGATIVE_INFINITY)),
          batch: chosen.batch,
          relabel: chosen.relabel,
        },
        left,
      );
      how = `by ${chosen.query}, ${chosen.whom}`;
      const even = new Float64Array(log.classes).fill(1 / log.classes);
      const extra = annotators.list.map(
        (_, k): Row =>
          k < prices.length
            ? { cost: priceOf(k), information: infoPerCost(even, fit.confusion(k), priceOf(k)) }
            : { cost: null, information: null },
      );
      showAnnotators(run, annotators, reliabilityTable(answers, fit), extra);
      const named = mostProbable(fit.posterior, log.classes);
      const output = await mainOutput(run, questions, items, annotators);
      await output();
      const second = await run.output("labels.csv", "text/csv");
      await second.write(
        stringify([
          ["item", "label", "confidence", "answers"],
          ...items.list.map((item, i) => [
            item,
            classes.list[named[i] as number],
            Number((fit.posterior[i * log.classes + (named[i] as number)] as number).toPrecision(6)),
            heard[i],
          ]),
        ]),
      );
      await second.close();
    }
    if (!classes || several < Math.min(chosen.warmUp, known))
      await (await mainOutput(run, questions, items, annotators))();
    const cost = questions.reduce((sum, question) => sum + question.cost, 0);
    const people = new Set(questions.map(({ annotator }) => annotator)).size;
    const waiting = outstanding > 0 ? `, ${outstanding.toLocaleString("en")} earlier ones still open` : "";
    return {
      summary:
        questions.length === 0
          ? `There is nothing left to ask: ${left < Math.min(...prices) ? "the budget is spent" : "every question was asked"}${waiting}.`
          : `Listed ${questions.length.toLocaleString("en")} questions to ${people.toLocaleString("en")} of ${prices.length.toLocaleString("en")} annotators for ${Number(cost.toFixed(2))} units of cost (${how}), after ${read.length.toLocaleString("en")} answers${waiting}.`,
    };
  },
});

/** Shows the questions and opens the list; the returned function writes it. */
async function mainOutput(
  run: Parameters<typeof nextTool.apply>[2],
  questions: readonly Question[],
  items: Names,
  annotators: Names,
): Promise<() => Promise<void>> {
  const rows = questions.map(({ item, annotator, utility, cost }) => ({
    item: items.list[item] ?? "",
    annotator: annotators.list[annotator] ?? "",
    utility: Number(utility.toPrecision(6)),
    cost,
  }));
  run.table("next", {
    title: `Whom to ask about what${rows.length > 100 ? " (the first 100)" : ""}`,
    columns: [
      { key: "item", label: "item" },
      { key: "annotator", label: "annotator" },
      { key: "utility", label: "utility", digits: 3 },
      { key: "cost", label: "cost" },
    ],
    rows: rows.slice(0, 100),
  });
  const output = await run.output("next.csv", "text/csv");
  return async () => {
    await output.write(stringify([["item", "annotator", "utility", "cost"], ...rows.map((row) => Object.values(row))]));
    await output.close();
  };
}
