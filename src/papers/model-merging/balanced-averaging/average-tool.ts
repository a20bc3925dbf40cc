import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type ToolInput, type ToolResult, type ToolRun } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import { labelled, openCheckpoint } from "../checkpoints/checkpoint.ts";
import { type CombinationPlan, combineCheckpoints, planCombination } from "../checkpoints/combine.ts";
import { strangerNote } from "../checkpoints/distance.ts";
import { checkpointEndings, countsInWords, dryRun, tensorTable } from "../checkpoints/report.ts";
import { readRows } from "../network/labelled-rows.ts";
import {
  alphaCurve,
  distinctNames,
  headTemperature,
  type Laboratory,
  openLaboratory,
  type RowSet,
  scoreSet,
  tempered,
} from "./average-files.ts";
import {
  calibrationTable,
  curveFigure,
  curveTable,
  gainInWords,
  type Names,
  overconfidenceNote,
  patternsOf,
  patternTable,
} from "./evaluation.ts";
import { bestAlpha } from "./recipes.ts";
import { averageSample } from "./sample.ts";

const options = z.object({
  alpha: z.number().min(0).max(1).default(0.5).describe("Share of the fine-tuned model"),
  choose: z
    .enum(["none", "id", "ood"])
    .default("none")
    .describe("Choose α instead: the best on the rows without shift, or on average over the shifted files"),
  temper: z
    .boolean()
    .default(false)
    .describe("Scale the fine-tuned model's last layer first, so that it is as sure as it is right on the id rows"),
  keep: z.array(z.string()).default([]).describe("Tensors taken from the fine-tuned model as they are, e.g. head.*"),
  label: z.string().default("label").describe("Name of the label column"),
  points: z.number().int().min(2).max(201).default(21).describe("Values of α on the curve"),
  rows: z.number().int().min(1).max(1_000_000).default(20_000).describe("Most rows used of a file"),
  dryRun,
});
type Options = z.output<typeof options>;

const names: Names = { first: "pretrained", second: "fine-tuned", ensemble: "average" };
const remedy =
  "Fine-tune with label smoothing or Mixup (the tool train does it for small networks), temper it with --temper, or choose a smaller α.";

async function openPlan(input: ToolInput, { keep }: Options): Promise<CombinationPlan> {
  const pre = await openCheckpoint(input.pre ?? [], "pre");
  const ft = await openCheckpoint(input.ft ?? [], "ft");
  const alike = pre.file.name === ft.file.name;
  // The fine-tuned model is the target: a head of its own and its metadata are what the result needs.
  return planCombination(alike ? [labelled(ft, "fine-tuned"), labelled(pre, "pretrained")] : [ft, pre], { keep });
}

async function readSets(laboratory: Laboratory, input: ToolInput, given: Options, run: ToolRun): Promise<RowSet[]> {
  const files = [...(input.id ?? []), ...(input.ood ?? [])];
  const labels = distinctNames(files.map(({ name }) => name));
  const sets: RowSet[] = [];
  for (const [i, file] of files.entries()) {
    const { network, architecture } = laboratory;
    const rows = await readRows(file, {
      features: network.inputs,
      classes: network.classes,
      label: given.label,
      needLabels: true,
      ...(architecture.classes ? { names: architecture.classes } : {}),
      most: given.rows,
      random: run.random.fork(`rows ${i}`),
    });
    sets.push({ name: labels[i] ?? file.name, rows: { ...rows, labels: rows.labels ?? new Int32Array(0) } });
  }
  return sets;
}

/** What the rows say: tables, a curve, the α to use and the temperature of the fine-tuned model's head. */
interface Findings {
  alpha: number;
  temperature: number;
  head: string[];
  words: string;
}

function checkWishes(input: ToolInput, { choose, temper }: Options): void {
  const [id, ood, config] = [input.id ?? [], input.ood ?? [], input.config?.[0]];
  const wanting = (what: string, where: string): BadInput => new BadInput(`${what} wanted`, { where });
  if ((id.length > 0 || ood.length > 0) && !config) {
    throw new BadInput("to try the models on rows their network is wanted", {
      where: "--config",
      remedy: 'A small network as JSON: {"input":[4],"layers":[{"type":"linear","name":"0"}]}.',
    });
  }
  if (config && id.length === 0 && ood.length === 0)
    throw wanting("with a network, --id or --ood rows are", "--config");
  if (choose === "id" && id.length === 0) throw wanting("to choose α without shift, --id rows are", "--choose");
  if (choose === "ood" && ood.length === 0) throw wanting("to choose α under shift, --ood rows are", "--choose");
  if (temper && id.length === 0) throw wanting("to temper the fine-tuned model, --id rows are", "--temper");
}

async function examine(plan: CombinationPlan, input: ToolInput, given: Options, run: ToolRun): Promise<Findings> {
  const config = input.config?.[0];
  if (!config) return { alpha: given.alpha, temperature: 1, head: [], words: "" };
  run.progress(0.05, "reading the models");
  const untempered = await openLaboratory(plan, config);
  const sets = await readSets(untempered, input, given, run);
  const kept = new Set(plan.tensors.filter((t) => t.treatment === "kept").map(({ entry }) => entry.name));
  const idSets = sets.slice(0, (input.id ?? []).length);
  const temperature = given.temper ? headTemperature(untempered, idSets[0] as RowSet, kept) : 1;
  const laboratory = given.temper ? tempered(untempered, temperature) : untempered;
  const curve = await alphaCurve(laboratory, sets, given.points, async (done, of) => {
    run.progress(0.1 + (0.4 * done) / of, `α ${done} of ${of}`);
    await run.breathe();
  });
  const chosenOn = (values: readonly number[]): number[] =>
    given.choose === "id" ? values.slice(0, idSets.length) : values.slice(idSets.length);
  const alpha =
    given.choose === "none"
      ? given.alpha
      : bestAlpha(curve.map((point) => ({ alpha: point.alpha, score: mean(chosenOn(point.accuracies)) })));
  const scored = sets.map((set) => scoreSet(laboratory, set, alpha));
  const reports = scored.map((one) => ({ set: one.set, report: patternsOf(one) }));
  const files = sets.map(({ name }) => name);
  run.table("curve", curveTable(curve, files));
  run.chart("curve", curveFigure(curve, files));
  run.table("patterns", patternTable(reports, names));
  run.table("calibration", calibrationTable(scored, names));
  const note = overconfidenceNote(scored, names, remedy);
  if (note) run.note(note);
  const words = reports.map(({ set, report }) => gainInWords(set, report, names)).join("; ");
  return { alpha, temperature, head: laboratory.head, words };
}

const short = (value: number): string => String(Number(value.toFixed(4)));

function showPlan(plan: CombinationPlan, { alpha, choose }: Options, run: ToolRun): ToolResult {
  const [ft, pre] = plan.models;
  if (ft && pre) run.table("tensors", tensorTable(ft, [pre], plan.tensors));
  const counts = { combined: 0, kept: 0 };
  for (const { entry, treatment } of plan.tensors) counts[treatment] += entry.shape.reduce((a, b) => a * b, 1);
  const share = choose === "none" ? `α = ${short(alpha)}` : `α chosen on the ${choose} rows`;
  return { summary: `Dry run, nothing was written: ${share} would give ${inWords(counts)}.` };
}

const inWords = ({ combined, kept }: { combined: number; kept: number }): string =>
  countsInWords([
    [combined, "parameters averaged"],
    [kept, "kept from the fine-tuned model"],
  ]);

export const averageTool = defineTool({
  name: "average",
  summary:
    "Averages a pretrained and a fine-tuned checkpoint, and shows on your rows which α is best, who fixes whom, and who is too sure.",
  inputs: [
    {
      name: "pre",
      description: "The pretrained checkpoint, whole or as shards with their index",
      accepts: checkpointEndings,
      many: true,
    },
    {
      name: "ft",
      description: "The checkpoint fine-tuned from it; layout, types and metadata of the result are its own",
      accepts: checkpointEndings,
      many: true,
    },
    {
      name: "config",
      description: "A small network as JSON, to try the models on rows",
      accepts: [".json"],
      optional: true,
    },
    {
      name: "id",
      description: "Labelled rows like those it was fine-tuned on",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      optional: true,
    },
    {
      name: "ood",
      description: "Labelled rows from changed environments, one file each",
      accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
      many: true,
      optional: true,
    },
  ],
  options,
  example:
    "--pre zs.safetensors --ft ft.safetensors --config network.json --ood ood.csv --alpha 0.5 --out averaged.safetensors",
  sample: async () => averageSample(),
  async apply(input, given, run) {
    checkWishes(input, given);
    const plan = await openPlan(input, given);
    if (given.dryRun) return showPlan(plan, given, run);
    const { alpha, temperature, head, words } = await examine(plan, input, given, run);
    const plain = [alpha, 1 - alpha];
    const scaled = [alpha / temperature, 1 - alpha];
    const result = await combineCheckpoints(
      plan,
      temperature === 1 ? plain : (tensor) => (head.includes(tensor) ? scaled : plain),
      () => run.output("averaged.safetensors", "application/octet-stream"),
      async (done, of) => {
        run.progress(0.5 + 0.5 * (of > 0 ? done / of : 1), "averaging");
        await run.breathe();
      },
    );
    const [ft, pre] = plan.models;
    if (ft && pre) run.table("tensors", tensorTable(ft, [pre], plan.tensors));
    const stranger = strangerNote(
      plan.models.map(({ file }) => file.name),
      result.distances,
    );
    if (stranger) run.note(stranger);
    const heat = temperature === 1 ? "" : `, its head at temperature ${short(temperature)}`;
    return {
      summary: `The fine-tuned model with α = ${short(alpha)}${heat}: ${inWords(result.counts)}${words ? `; ${words}` : ""}.`,
    };
  },
});
