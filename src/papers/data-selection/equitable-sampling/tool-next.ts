import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type Row } from "../../../kit/paper.ts";
import { chooseCurve } from "./choose-curve.ts";
import type { CurvePoint } from "./curves.ts";
import { readTerms } from "./input-tables.ts";
import { choosePenalty, learnerFor, readLabelled } from "./labelled-table.ts";
import { planPurchase, utilityOption } from "./plan.ts";
import { nextSample } from "./sample.ts";
import { subsampleCurve } from "./subsample-curve.ts";

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
  repeats: z
    .number()
    .int()
    .min(1)
    .max(50)
    .default(3)
    .describe("Repetitions of the cross-validation, which steady the scores"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of the cross-validation"),
});

const fractions = [0.25, 0.5, 1];

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
    const points = new Map<string, CurvePoint[]>();
    const penalties: string[] = [];
    const fitted = [];
    for (const [g, [name, data]] of [...table.groups].entries()) {
      run.progress((0.9 * g) / names.length, `measuring ${name}`);
      const random = run.random.fork(chosen.seed).fork(name);
      const penalty = choosePenalty(table, data, random.fork("penalty"));
      penalties.push(`${name} ${penalty}`);
      const measured: CurvePoint[] = [];
      for (let repeat = 0; repeat < chosen.repeats; repeat++) {
        measured.push(...subsampleCurve(data, learnerFor(table, penalty), { fractions, random }));
        await run.breathe();
      }
      if (measured.length < 2) {
        throw new BadInput(`the group "${name}" has ${data.targets.length} rows, too few to measure a learning curve`, {
          where: file.name,
          remedy: "Collect ten or more, or leave the group out.",
        });
      }
      points.set(name, measured);
      const what = known.get(name);
      if (!what) continue;
      const have = data.targets.length;
      if (what.max < have)
        throw new BadInput(`the group "${name}" has ${have} rows and may have ${what.max} at most`, {
          where: terms[0]?.name ?? "--groups",
        });
      fitted.push({ ...what, have, name, curve: chooseCurve(measured, "average") });
    }
    const plan = planPurchase(fitted, chosen.batch, chosen.batch, utility);
    const rows = plan.groups.map(({ name, have, cost, weight, curve }, g): Row => {
      const full = (points.get(name) ?? []).filter(({ n }) => n > 0.5 * have);
      return {
        group: name,
        rows: have,
        cost,
        weight,
        score: full.reduce((sum, { score }) => sum + score / full.length, 0),
        expected: curve.value(have),
        value: Number.isFinite(plan.values[g]) ? (plan.values[g] as number) : null,
        buy: g === plan.next.group ? plan.next.count : 0,
      };
    });
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
    run.note(
      `Every group has a ${table.classes ? "logistic" : "ridge"} regression of its own, with the penalty that cross-validates best (${penalties.join(", ")}); features are centred and scaled over the whole table. What one group's rows would teach another's model does not count.${table.filled > 0 ? ` ${table.filled.toLocaleString("en")} empty cells were filled with their column's mean.` : ""}`,
    );
    const output = await run.output("next.csv", "text/csv");
    await output.write(stringify(rows, { header: true }));
    await output.close();
    const best = plan.groups[plan.next.group];
    const size = `${table.count.toLocaleString("en")} rows of ${names.length} groups (${score} from ${Math.min(...rows.map((row) => Number(row.score))).toFixed(3)} to ${Math.max(...rows.map((row) => Number(row.score))).toFixed(3)})`;
    return {
      summary: best
        ? `Measured ${size}: collect ${plan.next.count.toLocaleString("en")} of ${best.name} next.`
        : `Measured ${size}: ${chosen.batch} buys no sample of any group.`,
    };
  },
});
