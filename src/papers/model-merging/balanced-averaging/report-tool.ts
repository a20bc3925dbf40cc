import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { accuracy, argmaxRows } from "../../../kit/nets/class-scores.ts";
import { defineTool } from "../../../kit/paper.ts";
import { readTable } from "../../../kit/tables.ts";
import { fftReport, patternIndex, patterns } from "./correction-patterns.ts";
import {
  calibrationTable,
  curveFigure,
  curveTable,
  gainInWords,
  type Names,
  overconfidenceNote,
  patternTable,
  type Scored,
} from "./evaluation.ts";
import { readPredictions } from "./predictions.ts";
import { predictionSample } from "./sample.ts";
import { alphaGrid } from "./wise-ft.ts";

const options = z.object({
  label: z.string().default("label").describe("Name of the label column"),
  id: z.string().default("id").describe("Name of the column that names the rows, if there is one"),
  a: z.string().default("").describe("Column of the first model; pred_a or logits_a when left out"),
  b: z.string().default("").describe("Column of the second model; pred_b or logits_b when left out"),
  ensemble: z.string().default("").describe("Column of the ensemble; pred_ens or logits_ens when left out"),
  classes: z.array(z.string()).default([]).describe("Names of the classes in the order of the logits"),
  alpha: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("Share of the second model's logits where no ensemble is given"),
  points: z.number().int().min(2).max(201).default(21).describe("Values of α on the curve"),
});

const names: Names = { first: "first", second: "second", ensemble: "ensemble" };
const remedy = "Fine-tune it with label smoothing or Mixup before averaging, or choose a smaller α.";

/** $(1-\alpha)\,f_a + \alpha\,f_b$. */
function mix(a: Float32Array, b: Float32Array, alpha: number): Float32Array {
  return a.map((value, i) => (1 - alpha) * value + alpha * (b[i] as number));
}

export const reportTool = defineTool({
  name: "report",
  summary: "Says who fixes whom from predictions or logits of two models, and how sure they are.",
  inputs: [
    {
      name: "predictions",
      description:
        "One row an input: label, and classes (pred_a, pred_b, pred_ens) or lists of logits (logits_a, logits_b)",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
    },
  ],
  options,
  example: "predictions.jsonl --alpha 0.5 --out patterns.csv",
  sample: async () => predictionSample(),
  async apply({ predictions }, given, run) {
    const file = predictions?.[0];
    if (!file) throw new Error("the runner gives the one input that is not optional");
    run.progress(0.1, "reading");
    const read = readPredictions(await readTable(file), given);
    const { logits, ids, labels, a, b } = read;
    let { ensemble } = read;
    if (logits) {
      const mixed = logits.ensemble ?? mix(logits.a, logits.b, given.alpha);
      const nameOf = (index: number): string => given.classes[index] ?? String(index);
      ensemble = Array.from(argmaxRows(mixed, logits.classes), nameOf);
      const scored: Scored = {
        set: file.name,
        labels: logits.labels,
        classes: logits.classes,
        first: logits.a,
        second: logits.b,
        ensemble: mixed,
      };
      const curve = [];
      for (const alpha of alphaGrid(given.points)) {
        const value = accuracy(mix(logits.a, logits.b, alpha), logits.labels, logits.classes);
        curve.push({ alpha, accuracies: [value] });
        run.progress(0.2 + (0.7 * curve.length) / given.points, `α ${curve.length} of ${given.points}`);
        await run.breathe();
      }
      run.table("curve", curveTable(curve, [file.name]));
      run.chart("curve", curveFigure(curve, [file.name]));
      run.table("calibration", calibrationTable([scored], names));
      const note = overconfidenceNote([scored], names, remedy);
      if (note) run.note(note);
    }
    const report = fftReport(a, b, ensemble, labels);
    run.table("patterns", patternTable([{ set: file.name, report }], names));
    const output = await run.output("patterns.csv", "text/csv");
    const rows = labels.map((label, n) => [
      ids[n],
      label,
      a[n],
      b[n],
      ensemble[n],
      patterns[patternIndex(a[n] === label, b[n] === label, ensemble[n] === label)],
    ]);
    await output.write(stringify([["id", "label", "a", "b", "ensemble", "pattern"], ...rows]));
    await output.close();
    const share = logits && !logits.ensemble ? ` with α = ${Number(given.alpha.toFixed(4))}` : "";
    return { summary: `The ensemble${share} has ${gainInWords(file.name, report, names)}.` };
  },
});
