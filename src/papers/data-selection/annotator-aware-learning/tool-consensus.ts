import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { intervalLayers } from "../../../kit/charts.ts";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { type Cell, defineTool, type Row, type ToolRun } from "../../../kit/paper.ts";
import { cellPlace, columnIndex, readTable } from "../../../kit/tables.ts";
import { type Answers, answersByItem, countVotes, mostProbable } from "./answers.ts";
import { dawidSkene } from "./dawid-skene.ts";
import type { AnnotatorFit, AnnotatorModel } from "./em.ts";
import { majorityVote } from "./majority-vote.ts";
import { oneCoin } from "./one-coin.ts";
import { cellName, classesOf, Names, readAnswers } from "./read-answers.ts";
import { type Reliability, reliabilityTable } from "./reliability-table.ts";
import { sampleAnswers } from "./sample.ts";

export const columnOptions = {
  item: z.string().min(1).default("item").describe("Column of the item"),
  annotator: z.string().min(1).default("annotator").describe("Column of the annotator"),
  label: z.string().min(1).default("label").describe("Column of the label"),
  confidence: z.string().default("").describe("Column of the annotator's own confidence, 0 to 1, where there is one"),
  unknown: z.string().default("?").describe('What stands for "don\'t know", besides an empty cell'),
};

const options = z.object({
  model: z
    .enum(["one-coin", "dawid-skene", "majority"])
    .default("one-coin")
    .describe("How annotators err: one accuracy each, a confusion matrix each (many answers wanted), or all alike"),
  halfLife: z
    .number()
    .min(0)
    .max(1e6)
    .default(0)
    .describe("One-coin only: answers after which one counts half, for annotators who tire or learn; 0 for never"),
  ...columnOptions,
});
type Options = z.output<typeof options>;

/** Most entries of all confusion matrices together. */
const matrixLimit = 20_000_000;

function modelFor({ model, halfLife }: Options, annotators: number, classes: number, file: string): AnnotatorModel {
  if (halfLife > 0 && model !== "one-coin")
    throw new BadInput("only the model one-coin forgets", { where: "--half-life", remedy: "Use --model one-coin." });
  if (model === "majority") return majorityVote();
  if (model === "one-coin") return oneCoin({ maxIterations: 300, ...(halfLife > 0 ? { halfLife } : {}) });
  if (annotators * classes * classes > matrixLimit)
    throw new BadInput(
      `${annotators.toLocaleString("en")} confusion matrices of ${classes} classes are more than fit into memory`,
      { where: file, remedy: "Use --model one-coin." },
    );
  return dawidSkene({ maxIterations: 300 });
}

/**
 * Known labels as a prior: certain for their items, the answers' shares for the others. A label that no answer has, and two labels for
 * one item, are refused.
 */
async function goldPrior(
  file: InputFile,
  { item, label }: Options,
  items: Names,
  classes: Names,
  answers: Answers,
): Promise<{ prior: Float64Array; known: Map<number, number>; strangers: number }> {
  const table = await readTable(file);
  const [of, named] = [columnIndex(table, item), columnIndex(table, label)];
  const C = answers.classes;
  const votes = countVotes(answers);
  const shares = new Float64Array(C).fill(1);
  for (let at = 0; at < votes.length; at++) shares[at % C] = (shares[at % C] as number) + (votes[at] as number);
  const total = shares.reduce((a, b) => a + b, 0);
  const prior = Float64Array.from({ length: answers.items * C }, (_, at) => (shares[at % C] as number) / total);
  const known = new Map<number, number>();
  let strangers = 0;
  table.rows.forEach((_, row) => {
    const i = items.find(cellName(table, row, of));
    const name = cellName(table, row, named);
    if (i === undefined) {
      strangers += 1;
      return;
    }
    const c = classes.find(name);
    if (c === undefined)
      throw new BadInput(`no answer has the label "${name}"`, {
        where: cellPlace(table, row, named),
        remedy: "Write it as the answers do, or leave the row out.",
      });
    if ((known.get(i) ?? c) !== c)
      throw new BadInput(`the item "${items.list[i]}" has another known label already`, {
        where: cellPlace(table, row, named),
        remedy: "Keep one of its rows.",
      });
    known.set(i, c);
    for (let l = 0; l < C; l++) prior[i * C + l] = l === c ? 1 : 0;
  });
  return { prior, known, strangers };
}

async function writeCsv(run: ToolRun, name: string, header: string[], rows: Iterable<Cell[]>): Promise<void> {
  const output = await run.output(name, "text/csv");
  let batch: Cell[][] = [header];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < 10_000) continue;
    await output.write(stringify(batch));
    await run.breathe();
    batch = [];
  }
  if (batch.length > 0) await output.write(stringify(batch));
  await output.close();
}

function* consensusRows(
  fit: AnnotatorFit,
  answers: Answers,
  items: Names,
  classes: Names,
  known?: ReadonlyMap<number, number>,
): Generator<Cell[]> {
  const { classes: C } = answers;
  const labels = mostProbable(fit.posterior, C);
  const counts = answersByItem(answers);
  for (const [i, item] of items.list.entries()) {
    const row = fit.posterior.subarray(i * C, (i + 1) * C);
    const label = labels[i] as number;
    const heard = (counts[i] as number) > 0 || known?.has(i);
    const shown = Array.from(row, (p) => Number(p.toPrecision(6)));
    yield [
      item,
      heard ? (classes.list[label] ?? "") : "",
      shown[label] ?? null,
      counts[i] ?? 0,
      ...(C <= 50 ? shown : []),
    ];
  }
}

function* confusionRows(fit: AnnotatorFit, annotators: Names, classes: Names): Generator<Cell[]> {
  const C = classes.list.length;
  for (const [k, annotator] of annotators.list.entries()) {
    const matrix = fit.confusion(k);
    for (let c = 0; c < C; c++)
      for (let l = 0; l < C; l++)
        yield [
          annotator,
          classes.list[c] ?? "",
          classes.list[l] ?? "",
          Number((matrix[c * C + l] ?? 0).toPrecision(6)),
        ];
  }
}

/** Table and chart of the annotators, the most reliable first. */
export function showAnnotators(run: ToolRun, names: Names, table: readonly Reliability[], extra: Row[] = []): void {
  const rows = table
    .map((reliability, k): Row => ({ annotator: names.list[k] ?? "", ...reliability, ...extra[k] }))
    .sort((a, b) => Number(b.accuracy) - Number(a.accuracy));
  run.table("annotators", {
    title: `Annotators, judged by what the others say${rows.length > 200 ? " (the first 200)" : ""}`,
    columns: [
      { key: "annotator", label: "annotator" },
      { key: "answers", label: "answers" },
      { key: "accuracy", label: "accuracy", digits: 3 },
      { key: "low", label: "2.5%", digits: 3 },
      { key: "high", label: "97.5%", digits: 3 },
      ...(extra.length > 0
        ? [
            { key: "cost", label: "cost" },
            { key: "information", label: "information per cost", unit: "bit", digits: 3 },
          ]
        : []),
    ],
    rows: rows.slice(0, 200),
  });
  const x = { field: "accuracy", title: "accuracy (95% interval)", scale: { domain: [0, 1] } };
  const y = { field: "annotator", type: "nominal", sort: null, title: null };
  run.chart("annotators", {
    alt: `Accuracy of each of ${Math.min(40, rows.length)} annotators with its 95% interval, the most reliable on top.`,
    spec: {
      width: "container",
      data: { values: rows.slice(0, 40) },
      layer: intervalLayers("x", x, { y }),
    },
  });
}

export const consensusTool = defineTool({
  name: "consensus",
  summary:
    "Turns a table of item, annotator and label into one label an item and a reliability table of the annotators.",
  inputs: [
    {
      name: "answers",
      description: "One answer a row: item, annotator, label, and a confidence where there is one",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
    },
    {
      name: "gold",
      description: "Items whose label is known for certain: item, label",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      optional: true,
    },
  ],
  options,
  example: "consensus answers.csv --model one-coin --out consensus.csv",
  sample: async () => ({ files: [{ input: "answers", name: "answers.csv", content: sampleAnswers() }] }),
  async apply({ answers: files = [], gold: golds = [] }, chosen, run) {
    const [gold] = golds;
    const [file] = files;
    if (!file) throw new BadInput("no answers were given");
    run.progress(0, `reading ${file.name}`);
    const [items, annotators] = [new Names(), new Names()];
    const read = await readAnswers(file, chosen, items, annotators);
    const heard = read.flatMap(({ label }) => (label === undefined ? [] : [label]));
    const classes = classesOf(heard, file.name, chosen.label);
    const answers: Answers = {
      items: items.list.length,
      annotators: annotators.list.length,
      classes: classes.list.length,
      item: Int32Array.from(read, (a) => a.item),
      annotator: Int32Array.from(read, (a) => a.annotator),
      label: Int32Array.from(read, ({ label }) => (label === undefined ? 0 : (classes.find(label) ?? 0))),
      weight: Float64Array.from(read, (a) => a.weight),
    };
    const model = modelFor(chosen, answers.annotators, answers.classes, file.name);
    const known = gold ? await goldPrior(gold, chosen, items, classes, answers) : undefined;
    run.progress(0.4, "weighing the answers");
    const fit = model.fit(answers, known ? { prior: known.prior } : {});
    if (!fit.converged) run.note("The estimate was still moving after 300 sweeps: take the last digits with care.");
    if (known && known.strangers > 0)
      run.note(
        `${known.strangers === 1 ? "1 known label is" : `${known.strangers} known labels are`} of items that nobody answered about, and not used.`,
      );
    run.progress(0.7, "judging the annotators");
    const table = reliabilityTable(answers, fit);
    showAnnotators(run, annotators, table);
    const labels = mostProbable(fit.posterior, answers.classes);
    const majority = mostProbable(countVotes(answers), answers.classes);
    const counts = answersByItem(answers);
    const answered = items.list.map((_, i) => i).filter((i) => (counts[i] as number) > 0);
    const sure = (i: number): number => fit.posterior[i * answers.classes + (labels[i] as number)] as number;
    run.table("doubtful", {
      title: "The items that leave most doubt",
      columns: [
        { key: "item", label: "item" },
        { key: "label", label: "label" },
        { key: "confidence", label: "confidence", digits: 3 },
        { key: "answers", label: "answers" },
      ],
      rows: [...answered]
        .sort((a, b) => sure(a) - sure(b) || a - b)
        .slice(0, 20)
        .map((i) => ({
          item: items.list[i] ?? "",
          label: classes.list[labels[i] as number] ?? "",
          confidence: sure(i),
          answers: counts[i] ?? 0,
        })),
    });
    const shownClasses = answers.classes <= 50 ? classes.list.map((c) => `p_${c}`) : [];
    await writeCsv(
      run,
      "consensus.csv",
      ["item", "label", "confidence", "answers", ...shownClasses],
      consensusRows(fit, answers, items, classes, known?.known),
    );
    const columns: (keyof Reliability)[] = ["answers", "accuracy", "low", "high"];
    await writeCsv(
      run,
      "annotators.csv",
      ["annotator", ...columns],
      table.map((row, k) => [annotators.list[k] ?? "", ...columns.map((c) => Number(row[c].toPrecision(6)))]),
    );
    if (chosen.model === "dawid-skene")
      await writeCsv(
        run,
        "confusion.csv",
        ["annotator", "true", "said", "probability"],
        confusionRows(fit, annotators, classes),
      );
    const turned = answered.filter((i) => labels[i] !== majority[i]).length;
    const best = table.reduce((at, row, k) => (row.accuracy > (table[at]?.accuracy ?? 0) ? k : at), 0);
    return {
      summary: `Weighed ${heard.length.toLocaleString("en")} answers of ${answers.annotators.toLocaleString("en")} annotators about ${answered.length.toLocaleString("en")} item${answered.length === 1 ? "" : "s"} into ${answers.classes} classes${known ? ` with ${known.known.size.toLocaleString("en")} known label${known.known.size === 1 ? "" : "s"}` : ""}: ${turned === 1 ? "1 label differs" : `${turned.toLocaleString("en")} labels differ`} from the plain majority, and the most reliable annotator is ${annotators.list[best]} with an accuracy of ${table[best]?.accuracy.toFixed(2)}.`,
    };
  },
});
