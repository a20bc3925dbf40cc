import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type ToolRun } from "../../../kit/paper.ts";
import { costModule } from "./own-cost.ts";
import { paymentsCsv } from "./sample.ts";
import { allocations } from "./strata.ts";
import { type StreamCoreset, streamCoreset } from "./stream-coreset.ts";
import { featureNames, layoutNotes, missingRules } from "./table-layout.ts";
import { TableSource } from "./table-source.ts";
import { modelDocument, type ToolModel, toolProblem, toolProblems } from "./tool-problem.ts";
import { certificateChart } from "./tool-views.ts";

const options = z.object({
  target: z.string().default("").describe("Column to be predicted; for k-means, a column to leave out"),
  problem: z.enum(toolProblems).default("logistic").describe("What will be fitted to the subset"),
  size: z.number().int().min(2).max(100_000).default(500).describe("Rows of the subset"),
  features: z
    .array(z.string())
    .default([])
    .describe("Columns to use; all that begin with numbers or words of few kinds unless given"),
  positive: z
    .string()
    .default("")
    .describe("Class that counts as 1, against all others; the later of two unless given"),
  missing: z.enum(missingRules).default("refuse").describe("Rows with a gap: refuse the table, or skip them"),
  chunk: z.number().int().min(10).max(1_000_000).default(20_000).describe("Rows read before they are summarised"),
  final: z
    .enum(["best", "unbiased"])
    .default("best")
    .describe("The last step: rounds that choose by cost, or one more unbiased draw"),
  queries: z.number().int().min(2).max(200).default(20).describe("Held-out models that certify the subset"),
  c: z.number().min(1e-6).max(1e6).default(1).describe("Weight of the data beside the regulariser (logistic, SVM)"),
  k: z.number().int().min(1).max(1000).default(10).describe("Centres (k-means)"),
  classes: z
    .enum([...allocations, "none"])
    .default("sqrt")
    .describe("How the rows are divided among the classes"),
});

const readings = ["finding the models", "summarising", "certifying"];

async function writeOutputs(
  run: ToolRun,
  source: TableSource,
  made: StreamCoreset<ToolModel>,
  order: readonly number[],
  facts: Record<string, unknown>,
): Promise<void> {
  const { certificate } = made;
  const document = {
    ...facts,
    rows: made.total,
    skippedRows: source.skipped,
    features: featureNames(source.layout),
    positive: source.positive ?? null,
    scaling: { means: [...source.scaling.means], deviations: [...source.scaling.deviations] },
    coreset: { rows: made.X.rows, cost: made.cost, model: modelDocument(made.model) },
    pilotCost: made.pilotCost,
    certificate: {
      largest: certificate.largest,
      mean: certificate.mean.value,
      interval: [certificate.mean.low, certificate.mean.high],
      own: certificate.own,
      errors: certificate.errors,
    },
    tree: { chunks: made.chunks, levels: made.depth, mostRowsHeld: made.mostHeld },
  };
  const output = await run.output("coreset.csv", "text/csv");
  await output.write(stringify([[...source.layout.columns, "weight"]]));
  await output.write(stringify(order.map((i) => [...(source.cells[i] ?? []), made.weights[i]])));
  await output.close();
  const report = await run.output("report.json", "application/json");
  await report.write(`${JSON.stringify(document, null, 2)}\n`);
  await report.close();
}

/** A coreset of a table larger than memory. */
export const largeTool = defineTool({
  name: "large",
  summary: "Picks a weighted subset of a table larger than memory, with an error certificate on held-out models.",
  inputs: [
    {
      name: "data",
      description: "One row a record, with a header; read four times, Parquet a row group at a time",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
    },
  ],
  modules: [costModule],
  options,
  example: "large payments.parquet --target fraud --problem logistic --size 500 --out coreset.csv",
  sample: async () => ({
    files: [{ input: "data", name: "payments.csv", content: paymentsCsv() }],
    options: { target: "fraud", size: 200, chunk: 300 },
  }),
  async apply({ data: files = [] }, chosen, run) {
    const [file] = files;
    if (!file) throw new BadInput("no table was given");
    const { name, needsTarget, classes } = toolProblem(chosen, 1, run.modules.cost);
    run.progress(0, "reading the columns");
    let reading = 0;
    let total: number | undefined;
    const source = await TableSource.open(file, { ...chosen, needsTarget, classes, scale: true }, (rows) => {
      const share = total ? rows / total : 0.5;
      run.progress(
        (reading + share) / 4,
        `${readings[reading - 1] ?? "reading the columns"}: ${rows.toLocaleString("en")} rows`,
      );
    });
    total = source.total;
    if (chosen.size > total) {
      throw new BadInput(`a subset of ${chosen.size} rows was asked for, and there are ${total} to choose from`, {
        where: "--size",
        remedy: "Ask for fewer.",
      });
    }
    let made: StreamCoreset<ToolModel>;
    try {
      made = await streamCoreset<ToolModel>(source, {
        size: chosen.size,
        problem: (rows) => toolProblem(chosen, rows, run.modules.cost).problem,
        queries: chosen.queries,
        classes: classes ? chosen.classes : "none",
        final: chosen.final,
        random: run.random.fork("coreset"),
        onPass: (pass) => {
          reading = pass + 1;
        },
        onChosen: (rows) => source.want(rows),
      });
    } catch (error) {
      if (error instanceof RangeError) throw new BadInput(error.message, { where: file.name });
      throw error;
    }
    const order = Array.from(made.rows.keys()).sort((a, b) => (made.rows[a] as number) - (made.rows[b] as number));
    await writeOutputs(run, source, made, order, { problem: name, final: chosen.final });
    show(run, made, source);
    const { largest, mean } = made.certificate;
    return {
      summary: `Picked ${made.X.rows.toLocaleString("en")} of ${made.total.toLocaleString("en")} rows for ${name}: at ${chosen.queries} held-out models their weighted cost is off by ${percent(mean.value)} on average and ${percent(largest)} at most; ${made.mostHeld.toLocaleString("en")} rows were held at once.`,
    };
  },
});

const percent = (share: number): string => `${(100 * share).toPrecision(2)}%`;

function show(run: ToolRun, made: StreamCoreset<ToolModel>, source: TableSource): void {
  const { certificate } = made;
  run.table("certificate", {
    title: "Weighted cost of the subset beside the cost of all rows",
    columns: [
      { key: "what", label: "what" },
      { key: "value", label: "value", digits: 4 },
    ],
    rows: [
      { what: "largest relative error at a held-out model", value: certificate.largest },
      { what: "mean relative error", value: certificate.mean.value },
      { what: "mean, 95% from", value: Number.isFinite(certificate.mean.low) ? certificate.mean.low : null },
      { what: "mean, 95% to", value: Number.isFinite(certificate.mean.high) ? certificate.mean.high : null },
      { what: "relative error at the subset's own model", value: certificate.own },
      { what: "cost of the subset's model on all rows", value: made.cost },
      { what: "cost of the best model found on the reservoir alone", value: made.pilotCost },
    ],
  });
  run.chart("certificate", certificateChart(certificate.errors));
  const notes = [
    `Read four times: ${made.chunks} chunks were summarised and merged in ${made.depth} levels. Held-out models were fitted to rows drawn for this purpose alone, from few (far from the optimum) to many; features were scaled to mean 0 and standard deviation 1 (report.json).`,
  ];
  notes.push(...layoutNotes(source.layout));
  if (source.skipped > 0) notes.push(`${source.skipped.toLocaleString("en")} rows with gaps were skipped.`);
  if (source.positive !== undefined) notes.push(`The class that counts as 1 is "${source.positive}".`);
  run.note(notes.join(" "));
}
