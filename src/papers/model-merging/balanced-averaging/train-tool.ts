import { encodeFloats, isFloatDtype } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { accuracy, softmax } from "../../../kit/nets/class-scores.ts";
import { type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import { defineTool, type Row, type Table, type ToolRun } from "../../../kit/paper.ts";
import { readElements, treeToSafetensors, writeSafetensors } from "../../../kit/safetensors.ts";
import { mean } from "../../../kit/stats.ts";
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { checkpointEndings } from "../checkpoints/report.ts";
import { alphaCurve, distinctNames, type Laboratory, type RowSet, scoreSet } from "./average-files.ts";
import { expectedCalibrationError, meanConfidence } from "./calibration.ts";
import {
  calibrationTable,
  curveFigure,
  curveTable,
  gainInWords,
  type Names,
  patternsOf,
  patternTable,
} from "./evaluation.ts";
import type { Balance } from "./fine-tune.ts";
import { trainSample } from "./sample.ts";
import { type Labelled, labelledRows, openStart, options, split, train, trainStart } from "./training.ts";
import { standardized, unscaled } from "./training-rows.ts";
import { wiseFt } from "./wise-ft.ts";

const names: Names = { first: "pretrained", second: "fine-tuned", ensemble: "average" };

const short = (value: number): string => String(Number(value.toFixed(4)));

const recipeNames = { plain: "plain", smoothing: "label smoothing", mixup: "Mixup", both: "both" } as const;
type RecipeName = keyof typeof recipeNames;

/** How the recipes compare: alone and averaged, on every set. */
function comparisonTable(
  laboratories: Record<RecipeName, Laboratory>,
  sets: readonly RowSet[],
  alpha: number,
): Omit<Table, "name"> {
  const rows = sets.flatMap((set) =>
    Object.entries(laboratories).map(([recipe, laboratory]): Row => {
      const { first, second, ensemble, labels, classes } = scoreSet(laboratory, set, alpha);
      const probs = softmax(second, classes);
      return {
        set: set.name,
        recipe: recipeNames[recipe as RecipeName],
        pretrained: accuracy(first, labels, classes),
        alone: accuracy(second, labels, classes),
        averaged: accuracy(ensemble, labels, classes),
        confidence: meanConfidence(probs, classes),
        calibration: expectedCalibrationError(probs, labels),
      };
    }),
  );
  return {
    title: `Fine-tuning with and without balance, α = ${short(alpha)}`,
    columns: [
      { key: "set", label: "rows" },
      { key: "recipe", label: "fine-tuning" },
      { key: "pretrained", label: "pretrained", digits: 4 },
      { key: "alone", label: "fine-tuned", digits: 4 },
      { key: "averaged", label: "average", digits: 4 },
      { key: "confidence", label: "confidence, fine-tuned", digits: 3 },
      { key: "calibration", label: "calibration error, fine-tuned", digits: 3 },
    ],
    rows,
  };
}

/** Advice where another recipe's average does better under shift; undefined where there is none. */
function betterRecipe(
  laboratories: Record<RecipeName, Laboratory>,
  shifted: readonly RowSet[],
  { recipe: own, alpha }: { recipe: RecipeName; alpha: number },
): string | undefined {
  if (shifted.length === 0) return undefined;
  const right = (recipe: RecipeName): number =>
    mean(shifted.map((set) => patternsOf(scoreSet(laboratories[recipe], set, alpha)).accEns));
  const names = Object.keys(laboratories) as RecipeName[];
  const best = names.reduce((a, b) => (right(b) > right(a) ? b : a), own);
  if (right(best) < right(own) + 0.005) return undefined;
  return `**Another recipe does better here.** With α = ${short(alpha)} the average after ${recipeNames[best]} fine-tuning has accuracy ${short(right(best))} on the changed rows, after ${recipeNames[own]} ${short(right(own))}: try \`--recipe ${best}\`, and judge it by rows that have not been looked at.`;
}

/** Writes a model in F32, or like the checkpoint it comes from: its types, its counters and its metadata. */
async function writeModel(run: ToolRun, name: string, params: ParamTree, like?: Checkpoint): Promise<void> {
  const output = await run.output(name, "application/octet-stream");
  try {
    if (!like) await output.write(treeToSafetensors(params));
    else {
      const entries = [...like.tensors.values()];
      const writer = await writeSafetensors(output, entries, like.metadata);
      for (const entry of entries) {
        const { dtype } = entry;
        const bytes = isFloatDtype(dtype)
          ? encodeFloats(new Float32Array(tensorOf(params, entry.name).data), dtype)
          : await readElements(like, entry);
        await writer.write(bytes);
      }
    }
  } finally {
    await output.close();
  }
}

const tables = [".csv", ".tsv", ".jsonl", ".parquet"];

export const trainTool = defineTool({
  name: "train",
  summary:
    "Fine-tunes a small network on your rows with and without label smoothing and Mixup, and averages it with what it was.",
  inputs: [
    { name: "id", description: "Labelled rows to fine-tune on", accepts: tables },
    {
      name: "ood",
      description: "Labelled rows from changed environments, one file each",
      accepts: tables,
      many: true,
      optional: true,
    },
    {
      name: "pretrain",
      description: "Labelled rows to pretrain on, in place of --pre",
      accepts: tables,
      optional: true,
    },
    {
      name: "pre",
      description: "A pretrained checkpoint, whole or as shards with their index",
      accepts: checkpointEndings,
      many: true,
      optional: true,
    },
    { name: "config", description: "The network of the checkpoint, as JSON", accepts: [".json"], optional: true },
  ],
  options,
  example: "--pretrain site-a.csv --id site-b.csv --ood site-c.csv --recipe both --out averaged.safetensors",
  sample: async () => trainSample(),
  async apply(input, given, run) {
    const id = input.id?.[0];
    if (!id) throw new Error("the runner gives the one input that is not optional");
    const pretrain = input.pretrain?.[0];
    const hasPre = (input.pre ?? []).length > 0;
    if (hasPre === (pretrain !== undefined)) {
      throw new BadInput(
        hasPre ? "there are both --pre and --pretrain; leave one out" : "a pretrained model is wanted",
        {
          remedy: hasPre ? "" : "Give a checkpoint with --pre and --config, or rows to train one on with --pretrain.",
        },
      );
    }
    const start = pretrain ? await trainStart(input, pretrain, id, given, run) : await openStart(input, id, given);
    const scale = (rows: Labelled): Labelled =>
      start.scales ? { ...rows, values: standardized(rows.values, start.scales) } : rows;
    const all = scale(labelledRows(start.id, start, given, run));
    const { tuning, held } = split(all, start.network.inputs, given.holdOut, run, start.id.file);
    const oodNames = distinctNames(start.ood.map(({ file }) => file));
    const sets: RowSet[] = [
      { name: `${start.id.file}, held out`, rows: held },
      ...start.ood.map((table, i) => ({
        name: oodNames[i] ?? table.file,
        rows: scale(labelledRows(table, start, given, run)),
      })),
    ];
    const { labelSmoothing, mixupAlpha } = given;
    const balances: Record<RecipeName, Balance> = {
      plain: {},
      smoothing: { labelSmoothing },
      mixup: { mixupAlpha },
      both: { labelSmoothing, mixupAlpha },
    };
    const laboratories: Partial<Record<RecipeName, Laboratory>> = {};
    for (const [i, [name, balance]] of Object.entries(balances).entries()) {
      const part = {
        from: 0.2 + 0.17 * i,
        to: 0.2 + 0.17 * (i + 1),
        what: `fine-tuning, ${recipeNames[name as RecipeName]}`,
      };
      const from = { network: start.network, params: start.pre };
      const ft = await train(from, tuning, given.steps, balance, given, run, part);
      const { network, architecture, pre } = start;
      laboratories[name as RecipeName] = { network, architecture, pre, ft, head: [] };
    }
    const trained = laboratories as Record<RecipeName, Laboratory>;
    const chosen = trained[given.recipe];
    const curve = await alphaCurve(chosen, sets, given.points, () => run.breathe());
    const scored = sets.map((set) => scoreSet(chosen, set, given.alpha));
    const files = sets.map(({ name }) => name);
    const reports = scored.map((one) => ({ set: one.set, report: patternsOf(one) }));
    run.table("recipes", comparisonTable(trained, sets, given.alpha));
    run.table("patterns", patternTable(reports, names));
    run.table("calibration", calibrationTable(scored, names));
    run.table("curve", curveTable(curve, files));
    run.chart("curve", curveFigure(curve, files));
    const advice = betterRecipe(trained, sets.slice(1), given);
    if (advice) run.note(advice);

    const plainScale = (params: ParamTree): ParamTree => (start.scales ? unscaled(params, start.scales) : params);
    const [pre, ft] = [plainScale(start.pre), plainScale(chosen.ft)];
    await writeModel(run, "averaged.safetensors", wiseFt(pre, ft, given.alpha), start.checkpoint);
    await writeModel(run, "fine-tuned.safetensors", ft, start.checkpoint);
    if (start.scales) {
      await writeModel(run, "pretrained.safetensors", pre);
      const output = await run.output("network.json", "application/json");
      await output.write(`${JSON.stringify(start.architecture, null, 2)}\n`);
      await output.close();
    }
    const words = reports.map(({ set, report }) => gainInWords(set, report, names)).join("; ");
    return {
      summary: `Fine-tuned on ${tuning.labels.length} rows (${recipeNames[given.recipe]}) and averaged with α = ${short(given.alpha)}: ${words}.`,
    };
  },
});
