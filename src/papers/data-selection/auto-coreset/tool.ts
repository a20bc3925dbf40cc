import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type ToolRun } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { applyScaling, ColumnMoments, type Scaling } from "../scaling.ts";
import { takeValues } from "../weighted-sample.ts";
import { autoCoresetSteps, type Coreset } from "./auto-coreset.ts";
import { costModule } from "./own-cost.ts";
import { approximationError, type Matrix, pickRows, totalCost } from "./problem.ts";
import { bestOf, stratifiedSample } from "./rivals.ts";
import { paymentsCsv } from "./sample.ts";
import { allocations } from "./strata.ts";
import { type SummarizerName, summarizers } from "./summaries.ts";
import { featureNames, layoutNotes, missingRules } from "./table-layout.ts";
import { readToolData, splitRows, type ToolData } from "./tool-data.ts";
import { largeTool } from "./tool-large.ts";
import { modelDocument, type Reporting, type ToolModel, toolProblem, toolProblems } from "./tool-problem.ts";
import { costChart } from "./tool-views.ts";

const summarizerNames = Object.keys(summarizers) as [SummarizerName, ...SummarizerName[]];

const options = z.object({
  target: z.string().default("").describe("Column to be predicted; for k-means, a column to leave out"),
  problem: z.enum(toolProblems).default("logistic").describe("What will be fitted to the subset"),
  size: z.number().int().min(2).max(1_000_000).default(200).describe("Rows of the subset"),
  features: z
    .array(z.string())
    .default([])
    .describe("Columns to use; all with numbers or words of few kinds unless given"),
  positive: z
    .string()
    .default("")
    .describe("Class that counts as 1, against all others; the later of two unless given"),
  missing: z.enum(missingRules).default("refuse").describe("Rows with a gap: refuse the table, or skip them"),
  test: z.number().min(0).max(0.9).default(0.3).describe("Share of rows held out to test both models; 0 for none"),
  c: z.number().min(1e-6).max(1e6).default(1).describe("Weight of the data beside the regulariser (logistic, SVM)"),
  k: z.number().int().min(1).max(1000).default(10).describe("Centres (k-means)"),
  summary: z.enum(summarizerNames).default("importance").describe("How loss vectors are summarised"),
  classes: z
    .enum([...allocations, "none"])
    .default("sqrt")
    .describe("How the rows are divided among the classes"),
  patience: z.number().int().min(1).max(100).default(5).describe("Rounds without a lower full cost before it stops"),
});

type Options = z.output<typeof options>;

/** The rows at these positions, scaled. */
function scaledRows({ X }: ToolData, positions: Int32Array, scaling: Scaling): Matrix {
  const picked = pickRows(X, positions);
  applyScaling(picked.data, scaling);
  return picked;
}

interface Fitted {
  reporting: Reporting;
  coreset: Coreset<ToolModel>;
  full: { model: ToolModel; cost: number };
  /** The best by full cost of as many random draws, with the same budgets, as the coreset evaluated models. */
  rival: { name: string; model: ToolModel; cost: number };
}

/** The coreset, step by step so that a reader can stop it, the full fit, and the fair rival: a choice by full cost alone. */
async function fitAll(X: Matrix, y: Float64Array | null, chosen: Options, run: ToolRun): Promise<Fitted> {
  const reporting = toolProblem(chosen, X.rows, run.modules.cost);
  const { problem, classes } = reporting;
  const steps = autoCoresetSteps(X, y, problem, {
    size: chosen.size,
    summarizer: summarizers[chosen.summary],
    patience: chosen.patience,
    classes: classes ? chosen.classes : "none",
    random: run.random.fork("coreset"),
  });
  let coreset: Coreset<ToolModel> | undefined;
  while (!coreset) {
    const step = steps.next();
    if (step.done) coreset = step.value;
    else {
      const { initialCosts, history } = step.value;
      run.progress(0.2 + 0.5 * (1 - 0.9 ** history.length), `full cost ${initialCosts.length + history.length}`);
      if (history.length > 0) run.chart("cost", costChart(initialCosts, history));
      await run.breathe();
    }
  }
  run.progress(0.75, "fitting all rows");
  await run.breathe();
  const flat = new Float64Array(X.rows).fill(1);
  const model = problem.fit(X, y, flat, run.random.fork("full"));
  const strata = classes && chosen.classes !== "none" ? y : null;
  const rule = chosen.classes === "none" ? "proportional" : chosen.classes;
  const draws = run.random.fork("rival");
  let rival: { model: ToolModel; cost: number } | undefined;
  for (let t = 0; t < coreset.evaluations; t++) {
    run.progress(0.8 + (0.15 * t) / coreset.evaluations, `random draw ${t + 1} of ${coreset.evaluations}`);
    await run.breathe();
    const draw = (random: Random) => stratifiedSample(flat, strata, chosen.size, rule, random);
    const { model: drawn, cost } = bestOf(1, draw, X, y, problem, draws.fork(t));
    if (!rival || cost < rival.cost) rival = { model: drawn, cost };
  }
  if (!rival) throw new RangeError("no model was evaluated");
  const name = `best of ${coreset.evaluations} ${strata ? "random draws by class" : "uniform draws"}`;
  const cost = totalCost(problem.loss(X, y, model));
  return { reporting, coreset, full: { model, cost }, rival: { name, ...rival } };
}

/** What only the reader can mend, such as a size that does not fit, comes as RangeError from the method. */
function refuseRange(file: string, error: unknown): never {
  if (error instanceof RangeError) throw new BadInput(error.message, { where: file });
  throw error;
}

async function writeRows(run: ToolRun, data: ToolData, rows: Int32Array, { indices, weights }: Coreset<ToolModel>) {
  const output = await run.output("coreset.csv", "text/csv");
  await output.write(stringify([[...data.table.columns, "weight"]]));
  const lines = Array.from(indices, (i, j) => [...(data.table.rows[rows[i] as number] ?? []), weights[j]]);
  await output.write(stringify(lines));
  await output.close();
}

/** A coreset of a table that fits into memory, judged on rows held out. */
export const coresetTool = defineTool({
  name: "coreset",
  summary: "Picks a weighted subset of a table on which training comes close to training on all rows.",
  inputs: [
    {
      name: "data",
      description:
        "One row a record, with a header; numbers, or words of 20 kinds at most, in the columns to learn from",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
    },
  ],
  modules: [costModule],
  options,
  example: "payments.csv --target fraud --problem logistic --size 200 --out coreset.csv",
  sample: async () => ({
    files: [{ input: "data", name: "payments.csv", content: paymentsCsv() }],
    options: { target: "fraud" },
  }),
  async apply({ data: files = [] }, chosen, run) {
    const [file] = files;
    if (!file) throw new BadInput("no table was given");
    run.progress(0, `reading ${file.name}`);
    const { needsTarget, classes } = toolProblem(chosen, 1, run.modules.cost);
    const data = await readToolData(file, { ...chosen, needsTarget, classes });
    const split = splitRows(data.X.rows, classes ? data.y : null, chosen.test, run.random.fork("split"));
    const moments = new ColumnMoments(data.X.columns);
    for (const i of split.train) moments.add(data.X.data, i * data.X.columns);
    const scaling = moments.scaling();
    const X = scaledRows(data, split.train, scaling);
    const y = data.y ? takeValues(data.y, split.train) : null;
    if (chosen.size > X.rows) {
      throw new BadInput(`a subset of ${chosen.size} rows was asked for, and there are ${X.rows} to choose from`, {
        where: "--size",
        remedy: chosen.test > 0 ? "Ask for fewer, or hold out fewer with --test." : "Ask for fewer.",
      });
    }
    run.progress(0.1, "choosing rows");
    let fitted: Fitted;
    try {
      fitted = await fitAll(X, y, chosen, run);
    } catch (error) {
      return refuseRange(file.name, error);
    }
    const { reporting, coreset, full, rival } = fitted;
    const testX = scaledRows(data, split.test, scaling);
    const testY = data.y ? takeValues(data.y, split.test) : null;
    const score = (model: ToolModel): number | null =>
      split.test.length > 0 ? finite(reporting.score(testX, testY, model)) : null;
    const error = approximationError(coreset.cost, full.cost);
    const rivalError = approximationError(rival.cost, full.cost);
    const compared = [
      { fitted: `all ${X.rows.toLocaleString("en")} rows`, cost: full.cost, error: 0, score: score(full.model) },
      { fitted: "coreset", cost: coreset.cost, error: finite(error), score: score(coreset.model) },
      { fitted: rival.name, cost: rival.cost, error: finite(rivalError), score: score(rival.model) },
    ];
    const document = {
      problem: reporting.name,
      rows: X.rows,
      testRows: split.test.length,
      skippedRows: data.skipped,
      features: featureNames(data.layout),
      positive: data.positive ?? null,
      scaling: { means: [...scaling.means], deviations: [...scaling.deviations] },
      coreset: { rows: coreset.indices.length, cost: coreset.cost, evaluations: coreset.evaluations },
      metric: reporting.metric,
      compared,
      models: { all: modelDocument(full.model), coreset: modelDocument(coreset.model) },
      costs: { initial: coreset.initialCosts, history: coreset.history },
    };
    await writeRows(run, data, split.train, coreset);
    const report = await run.output("report.json", "application/json");
    await report.write(`${JSON.stringify(document, null, 2)}\n`);
    await report.close();
    run.table("compared", {
      title: "Models fitted to all rows and to subsets",
      columns: [
        { key: "fitted", label: "fitted to" },
        { key: "cost", label: "cost on all training rows", digits: 2 },
        { key: "error", label: "excess ε", digits: 4 },
        { key: "score", label: `${reporting.metric}, held out`, digits: 4 },
      ],
      rows: compared,
    });
    tellNotes(run, data);
    const tested = compared.map(({ score: value }) => (value === null ? "" : value.toFixed(3)));
    return {
      summary: `Picked ${coreset.indices.length} of ${X.rows.toLocaleString("en")} rows for ${reporting.name}: the model fitted to them costs ${beside(error)} than the one fitted to all (the ${rival.name} ${beside(rivalError)})${tested[0] ? `, with ${reporting.metric} ${tested[1]} against ${tested[0]} on ${split.test.length.toLocaleString("en")} rows held out` : ""}.`,
    };
  },
});

/** JSON has no NaN. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Where a minimum is only local, as in k-means, few rows may lead to a lower one than all. */
const beside = (share: number): string => `${(100 * Math.abs(share)).toPrecision(2)}% ${share < 0 ? "less" : "more"}`;

function tellNotes(run: ToolRun, { layout, skipped, positive }: ToolData): void {
  const notes = [
    "Features were scaled to mean 0 and standard deviation 1 before fitting; report.json has the means and deviations, coreset.csv the rows as they were.",
  ];
  notes.push(...layoutNotes(layout));
  if (skipped > 0) notes.push(`${skipped.toLocaleString("en")} rows with gaps were skipped.`);
  if (positive !== undefined) notes.push(`The class that counts as 1 is "${positive}".`);
  run.note(notes.join(" "));
}

export const tools = [coresetTool, largeTool] as const;
