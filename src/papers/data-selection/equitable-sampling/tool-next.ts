import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type Row } from "../../../kit/paper.ts";
import { readTerms } from "./input-tables.ts";
import { readLabelled } from "./labelled-table.ts";
import { measureApart, measurePooled } from "./next-measures.ts";
import { utilityOption } from "./plan.ts";
import { nextSample } from "./sample.ts";

const options = z.object({
  target: z.string().default("target").describe("Column to predict"),
  group: z.string().default("group").describe("Column that names the group"),
  ignore: z.array(z.string()).default([]).describe("Columns that are neither features nor target"),
  task: z
    .enum(["auto", "regression", "classification"])
    .default("auto")
    .describe("auto: regression (R²) for a numeric target of more than 10 values, else classification (accuracy)"),
  batch: z.number().gt(0).max(1e9).default(100).describe("Worth of the next batch, in the unit of the costs"),
  utility: z
    .string()
    .default("identity")
    .describe("What is valued: identity (mean score), log, atkinson:η, or maximin (the lowest score)"),
  pooled: z
    .boolean()
    .default(false)
    .describe(
      "One model for all groups, trained again without some of each group's rows: what groups teach each other counts",
    ),
  repeats: z
    .number()
    .int()
    .min(1)
    .max(50)
    .default(3)
    .describe("Repetitions of the cross-validation, which steady the scores"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of the cross-validation"),
});

export const nextTool = defineTool({
  name: "next",
  summary:
    "Measures the learning curve of every group of a labelled table and says of which group to collect the next batch.",
  inputs: [
    {
      name: "data",
      description: "Labelled rows: a group column, a target column, and features (numbers, or words of few kinds)",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
    },
    {
      name: "groups",
      description:
        "What is known of the groups: columns group and any of cost, weight (1 unless given), max (no limit)",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      optional: true,
    },
  ],
  options,
  example: "labelled.csv --target price --group region --groups groups.csv --batch 200 --out next.csv",
  sample: async () => nextSample(),
  async apply({ data: files = [], groups: terms = [] }, chosen, run) {
    const [file] = files;
    if (!file) throw new BadInput("no table of labelled rows was given");
    if (terms.length > 1)
      throw new BadInput(`there are ${terms.length} tables of groups and one is taken`, { where: "--groups" });
    const utility = utilityOption(chosen.utility);
    run.progress(0, `reading ${file.name}`);
    const table = await readLabelled(file, chosen);
    const names = [...table.groups.keys()];
    const known = await readTerms(terms[0], new Map(names.map((name) => [name, 0])), file.name);
    for (const [name, { targets }] of table.groups) {
      const what = known.get(name);
      if (!what) continue;
      if (what.max < targets.length)
        throw new BadInput(`the group "${name}" has ${targets.length} rows and may have ${what.max} at most`, {
          where: terms[0]?.name ?? "--groups",
        });
      known.set(name, { ...what, have: targets.length });
    }
    const { groups, penalties } = await (chosen.pooled ? measurePooled : measureApart)({
      file: file.name,
      table,
      terms: known,
      utility,
      batch: chosen.batch,
      repeats: chosen.repeats,
      random: run.random.fork(chosen.seed),
      run,
    });
    const rows = groups.map(
      ({ name, have, cost, weight, score, expected, value, buy }): Row => ({
        group: name,
        rows: have,
        cost,
        weight,
        score,
        expected,
        value,
        buy,
      }),
    );
    const score = table.classes ? "accuracy" : "R²";
    run.table("groups", {
      title: `Groups by ${score}, and what a unit of cost is worth in each`,
      columns: [
        { key: "group", label: "group" },
        { key: "rows", label: "rows", digits: 0 },
        { key: "cost", label: "cost", digits: 2 },
        { key: "weight", label: "weight", digits: 2 },
        { key: "score", label: `${score}, cross-validated at 80%`, digits: 3 },
        { key: "expected", label: `${score} by the curve, all rows`, digits: 3 },
        { key: "value", label: "marginal value per cost", digits: 7 },
        { key: "buy", label: "buy next", digits: 0 },
      ],
      rows,
    });
    run.chart("values", {
      alt: `Estimated gain in utility per unit of cost of the next batch: ${rows.map(({ group, value }) => `${group} ${Number(value).toPrecision(2)}`).join(", ")}.`,
      spec: {
        width: "container",
        data: { values: rows },
        mark: "bar",
        encoding: {
          y: { field: "group", type: "nominal", sort: "-x", title: null },
          x: { field: "value", type: "quantitative", title: "gain in utility per unit of cost" },
        },
      },
    });
    const kind = table.classes ? "logistic" : "ridge";
    const model = chosen.pooled
      ? `One ${kind} regression of all groups,`
      : `Every group has a ${kind} regression of its own,`;
    const taught = chosen.pooled
      ? "A group's value is what all groups' scores lose without three tenths of its rows, so that what it teaches the others counts; the difference looks back to fewer rows, and overstates the gain of more."
      : "What one group's rows would teach another's model does not count; with --pooled it does.";
    run.note(
      `${model} with the penalty that cross-validates best (${penalties}); features are centred and scaled over the whole table. ${taught}${table.filled > 0 ? ` ${table.filled.toLocaleString("en")} empty cells were filled with their column's mean.` : ""}`,
    );
    const output = await run.output("next.csv", "text/csv");
    await output.write(stringify(rows, { header: true }));
    await output.close();
    const best = groups.find(({ buy }) => buy > 0);
    const size = `${table.count.toLocaleString("en")} rows of ${names.length} groups (${score} from ${Math.min(...rows.map((row) => Number(row.score))).toFixed(3)} to ${Math.max(...rows.map((row) => Number(row.score))).toFixed(3)})`;
    return {
      summary: best
        ? `Measured ${size}: collect ${best.buy.toLocaleString("en")} of ${best.name} next.`
        : `Measured ${size}: ${chosen.batch} buys no sample of any group.`,
    };
  },
});
