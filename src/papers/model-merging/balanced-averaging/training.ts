import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { gatherRows } from "../../../kit/nets/train.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { ToolInput, ToolRun } from "../../../kit/paper.ts";
import { readTree } from "../../../kit/safetensors.ts";
import { type RawTable, readJson } from "../../../kit/tables.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoints/checkpoint.ts";
import { type Architecture, parseArchitecture } from "../network/architecture.ts";
import { differentiableNetwork, type Network } from "../network/differentiable.ts";
import { type Rows, rowsOf } from "../network/labelled-rows.ts";
import { maxParameters } from "./average-files.ts";
import { type Balance, fineTuning, type LabelledInputs } from "./fine-tune.ts";
import { classesOf, freshNetwork, readLike, scalesOf, standardized } from "./training-rows.ts";

export const options = z.object({
  recipe: z
    .enum(["plain", "smoothing", "mixup", "both"])
    .default("both")
    .describe("The fine-tuning whose average is written; all four are compared"),
  alpha: z.number().min(0).max(1).default(0.5).describe("Share of the fine-tuned model"),
  labelSmoothing: z.number().min(0).max(0.9).default(0.1).describe("ε of label smoothing"),
  mixupAlpha: z.number().min(0.01).max(10).default(0.3).describe("Parameter a of Mixup, λ ~ Beta(a, a)"),
  label: z.string().default("label").describe("Name of the label column"),
  hidden: z.number().int().min(0).max(4096).default(64).describe("Hidden units of a network trained here; 0 is linear"),
  pretrainSteps: z.number().int().min(1).max(100_000).default(1000).describe("Steps on the --pretrain rows"),
  steps: z.number().int().min(1).max(100_000).default(1000).describe("Steps of fine-tuning"),
  batch: z.number().int().min(2).max(4096).default(64).describe("Rows a step"),
  learningRate: z.number().min(1e-7).max(1).default(0.003).describe("Learning rate of Adam"),
  holdOut: z.number().min(0.05).max(0.9).default(0.25).describe("Share of the id rows kept for judging"),
  points: z.number().int().min(2).max(201).default(21).describe("Values of α on the curve"),
  rows: z.number().int().min(10).max(1_000_000).default(50_000).describe("Most rows used of a file"),
});
export type Options = z.output<typeof options>;

export type Labelled = Rows & { labels: Int32Array };

/** Everything before the fine-tuning. */
export interface Start {
  network: Network;
  architecture: Architecture;
  pre: ParamTree;
  id: RawTable;
  ood: RawTable[];
  classes: readonly string[] | undefined;
  /** Where the pretrained model was given. */
  checkpoint?: Checkpoint;
  /** Set where the network was trained here. */
  scales?: ReturnType<typeof scalesOf>;
}

/** Rows of a table of {@link readLike}. */
export function labelledRows(
  table: RawTable,
  { network, classes }: Pick<Start, "network" | "classes">,
  given: Options,
  run: ToolRun,
): Labelled {
  const rows = rowsOf(table, {
    features: network.inputs,
    classes: network.classes,
    label: given.label,
    needLabels: true,
    ...(classes ? { names: [...classes] } : {}),
    most: given.rows,
    random: run.random.fork(`rows of ${table.file}`),
  });
  return { ...rows, labels: rows.labels ?? new Int32Array(0) };
}

/** Trains with pauses and shows the progress between two fractions. */
export async function train(
  start: Pick<Start, "network"> & { params: ParamTree },
  data: LabelledInputs,
  steps: number,
  balance: Balance,
  given: Options,
  run: ToolRun,
  { from, to, what }: { from: number; to: number; what: string },
): Promise<ParamTree> {
  const training = fineTuning(start.network, start.params, data, {
    steps,
    batch: given.batch,
    optimizer: adamW({ learningRate: given.learningRate, weightDecay: 0 }),
    random: run.random.fork(what === "pretraining" ? "pretraining" : "fine-tuning"),
    ...balance,
  });
  for (let step = 1; ; step++) {
    const { done, value } = training.next();
    if (done) return value;
    if (!Number.isFinite(value)) {
      throw new BadInput(`the training diverged at step ${step} of ${what}`, {
        remedy: "Use a smaller --learning-rate.",
      });
    }
    if (step % 10 > 0) continue;
    run.progress(from + ((to - from) * step) / steps, `${what}: step ${step} of ${steps}`);
    await run.breathe();
  }
}

/** Reads tables one after the other, all in the order of columns of the first. */
async function readTables(files: readonly InputFile[], label: string): Promise<RawTable[]> {
  const tables: RawTable[] = [];
  for (const file of files) tables.push(await readLike(file, label, tables[0]?.columns.slice(0, -1)));
  return tables;
}

/** Opens the pretrained model that the reader gave. */
export async function openStart(input: ToolInput, id: InputFile, given: Options): Promise<Start> {
  const config = input.config?.[0];
  if (!config) {
    throw new BadInput("the network of --pre is wanted", {
      where: "--config",
      remedy: 'A small network as JSON: {"input":[4],"layers":[{"type":"linear","name":"0"}]}.',
    });
  }
  const architecture = parseArchitecture(await readJson(config, 1 << 20), config.name);
  const checkpoint = await openCheckpoint(input.pre ?? [], "pre");
  const pre = await readTree(checkpoint, { maxParameters });
  const network = differentiableNetwork(architecture, pre, config.name);
  const [own, ...ood] = (await readTables([id, ...(input.ood ?? [])], given.label)) as [RawTable, ...RawTable[]];
  return { network, architecture, pre, id: own, ood, classes: architecture.classes, checkpoint };
}

/** Trains a model on the --pretrain rows. */
export async function trainStart(
  input: ToolInput,
  pretrain: InputFile,
  id: InputFile,
  given: Options,
  run: ToolRun,
): Promise<Start> {
  const files = [pretrain, id, ...(input.ood ?? [])];
  const [leading, own, ...ood] = (await readTables(files, given.label)) as [RawTable, RawTable, ...RawTable[]];
  const classes = classesOf([leading, own]);
  const width = leading.columns.length - 1;
  if (width * Math.max(1, given.hidden) > maxParameters) {
    throw new BadInput(`${width} features and ${given.hidden} hidden units are too large a network`, {
      where: "--hidden",
    });
  }
  const { architecture, params } = freshNetwork(width, given.hidden, classes, run.random.fork("start"));
  const network = differentiableNetwork(architecture, params, "network.json");
  const rows = labelledRows(leading, { network, classes }, given, run);
  const scales = scalesOf(rows.values, width);
  const data = { inputs: standardized(rows.values, scales), labels: rows.labels };
  const what = "pretraining";
  const pre = await train({ network, params }, data, given.pretrainSteps, {}, given, run, {
    from: 0.05,
    to: 0.2,
    what,
  });
  return { network, architecture, pre, id: own, ood, classes, scales };
}

/** Puts some rows aside for judging. */
export function split(
  { values, count, labels }: Labelled,
  width: number,
  holdOut: number,
  run: ToolRun,
  file: string,
): { tuning: LabelledInputs; held: Labelled } {
  const heldCount = Math.round(count * holdOut);
  if (heldCount < 1 || count - heldCount < 2) {
    throw new BadInput(`${count} rows are too few to fine-tune on some and judge by others`, { where: file });
  }
  const order = run.random.fork("split").permutation(count);
  const pick = (positions: readonly number[]): Labelled => ({
    values: gatherRows(values, width, positions),
    count: positions.length,
    labels: Int32Array.from(positions, (n) => labels[n] as number),
  });
  const tuning = pick(order.slice(heldCount));
  return { tuning: { inputs: tuning.values, labels: tuning.labels }, held: pick(order.slice(0, heldCount)) };
}
