import { z } from "zod";
import { isFloatDtype } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { ToolInput, ToolRun } from "../../../kit/paper.ts";
import { openSafetensors, readTree, type TensorEntry, treeToSafetensors } from "../../../kit/safetensors.ts";
import { readJson } from "../../../kit/tables.ts";
import { type Checkpoint, openCheckpoint, openCheckpoints } from "../checkpoints/checkpoint.ts";
import { type CombinationPlan, planCombination } from "../checkpoints/combine.ts";
import { nameFilter } from "../checkpoints/compare.ts";
import { dryRun } from "../checkpoints/report.ts";
import { tiedTensors } from "../checkpoints/tied.ts";
import { type Architecture, parseArchitecture } from "../network/architecture.ts";
import { differentiableNetwork, type Network } from "../network/differentiable.ts";
import { type Rows, readRows } from "../network/labelled-rows.ts";
import { taskArithmetic, taskVector } from "../task-vectors.ts";
import { tiesFilter } from "../ties-merging.ts";

/** Largest network that coefficients are learnt for here. */
const maxParameters = 20_000_000;
const maxExperts = 16;

export const options = z.object({
  granularity: z
    .enum(["layer", "task"])
    .default("layer")
    .describe("One coefficient for every expert and tensor, or one for every expert"),
  ties: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("AdaMerging++: share of each task vector that TIES keeps, e.g. 0.2; 0 leaves them whole"),
  steps: z.number().int().min(0).max(20_000).default(500).describe("Adam steps"),
  learningRate: z.number().positive().max(1).default(1e-3).describe("Adam's rate"),
  batch: z.number().int().min(1).max(4096).default(16).describe("Rows of every task in each step"),
  init: z.number().min(-10).max(10).default(0.3).describe("Start of every coefficient"),
  low: z.number().min(-10).max(10).default(0).describe("Smallest coefficient"),
  high: z.number().min(-10).max(10).default(1).describe("Largest coefficient"),
  head: z
    .array(z.string())
    .default(["head.*"])
    .describe("Tensors of each task's own head, taken from its expert and never merged"),
  keep: z.array(z.string()).default([]).describe("Tensors taken from the base as they are"),
  label: z.string().default("label").describe("Name of the label column, where there is one: used for scores only"),
  rows: z.number().int().min(1).max(100_000).default(5000).describe("Most rows used of each file"),
  saveModels: z.boolean().default(false).describe("Also write one complete model per task: the merge and its head"),
  dryRun,
});
export type Options = z.output<typeof options>;

/** The headers of all checkpoints, compared. */
export interface Opened {
  base: Checkpoint;
  experts: Checkpoint[];
  heads: Checkpoint[];
  plan: CombinationPlan;
  keep: string[];
  /** Whether tasks have heads of their own. */
  headed: boolean;
}

/** Opens and compares the checkpoints; no weights are read. */
export async function openAll(input: ToolInput, { head, keep, low, high }: Options): Promise<Opened> {
  if (!(low < high)) throw new BadInput(`the range from ${low} to ${high} is empty`, { where: "--low" });
  const base = await openCheckpoint(input.base ?? [], "base");
  const experts = await openCheckpoints(input.experts ?? []);
  if (experts.length < 1 || experts.length > maxExperts) {
    throw new BadInput(`there are ${experts.length} experts; 1 to ${maxExperts} are wanted`, { where: "--experts" });
  }
  const heads = await openCheckpoints(input.heads ?? []);
  if (heads.length > 0 && heads.length !== experts.length) {
    throw new BadInput(`there are ${heads.length} head files for ${experts.length} experts`, { where: "--heads" });
  }
  const all = [...head, ...keep, ...heads.flatMap(({ tensors }) => [...tensors.keys()])];
  const isHead = nameFilter(head);
  const headed = heads.length > 0 || experts.some(({ tensors }) => [...tensors.keys()].some(isHead));
  return { base, experts, heads, plan: planCombination(experts, { base, keep: all }), keep: all, headed };
}

/** A task that the merge is learnt on. */
export interface PreparedTask {
  name: string;
  network: Network;
  head: ParamTree;
  rows: Rows;
  /** The expert's own tensors, among those that are merged. */
  expert: ParamTree;
}

/** Everything in memory, checked. */
export interface Prepared {
  opened: Opened;
  pretrained: ParamTree;
  vectors: ParamTree[];
  tasks: PreparedTask[];
  /** Tensors that are copies of an earlier one in all checkpoints. */
  tied: ReadonlyMap<string, string>;
}

/** Names of the tensors that a network reads. */
function tensorsOf({ layers }: Architecture): string[] {
  return layers.flatMap((layer) =>
    layer.type === "linear" || layer.type === "conv2d"
      ? [`${layer.name}.weight`, ...(layer.bias ? [`${layer.name}.bias`] : [])]
      : [],
  );
}

const stem = (name: string): string => name.replace(/\.safetensors(\.index\.json)?/, "");

/** Reads weights and rows; every problem is named by its file. */
export async function prepare(input: ToolInput, given: Options, run: ToolRun): Promise<Prepared> {
  const opened = await openAll(input, given);
  const { base, experts, heads, plan } = opened;
  const config = input.config?.[0];
  if (!config) {
    throw new BadInput("without the network nothing can be learnt", { where: "--config", remedy: "Give it as JSON." });
  }
  const architecture = parseArchitecture(await readJson(config, 1 << 20), config.name);
  const files = input.unlabeled ?? [];
  if (files.length !== experts.length) {
    throw new BadInput(`there are ${files.length} files of rows for ${experts.length} experts`, {
      where: "--unlabeled",
      remedy: "Give one for each expert, in the same order.",
    });
  }
  const merged = new Set(plan.tensors.filter((t) => t.treatment === "combined").map(({ entry }) => entry.name));
  const isHead = nameFilter(given.head);
  const floats = ({ dtype }: TensorEntry): boolean => isFloatDtype(dtype);
  const pick = (checkpoint: Checkpoint, select: (entry: TensorEntry) => boolean): Promise<ParamTree> =>
    readTree(checkpoint, { maxParameters, select });
  const pretrained = await pick(base, ({ name }) => merged.has(name));
  const frozen = await pick(base, (entry) => floats(entry) && !merged.has(entry.name));
  const tasks: PreparedTask[] = [];
  for (const [k, checkpoint] of experts.entries()) {
    const expert = await readMerged(checkpoint, pretrained);
    const own = await pick(checkpoint, (entry) => floats(entry) && isHead(entry.name));
    const file = heads[k];
    const head = { ...frozen, ...own, ...(file ? await pick(file, floats) : {}) };
    checkPresent(architecture, { ...pretrained, ...head }, checkpoint.file.name);
    const network = differentiableNetwork(architecture, { ...pretrained, ...head }, config.name);
    const names = architecture.classes?.length === network.classes ? { names: architecture.classes } : {};
    const rows = await readRows(files[k] as (typeof files)[number], {
      features: network.inputs,
      classes: network.classes,
      label: given.label,
      needLabels: "where there",
      ...names,
      most: given.rows,
      random: run.random.fork(`rows ${k}`),
    });
    tasks.push({ name: stem(checkpoint.file.name), network, head, rows, expert });
    run.progress((0.1 * (k + 1)) / experts.length, `reading expert ${k + 1} of ${experts.length}`);
    await run.breathe();
  }
  const plain = tasks.map(({ expert }) => taskVector(pretrained, expert));
  const vectors = given.ties > 0 ? tiesFilter(plain, { keep: given.ties }) : plain;
  return { opened, pretrained, vectors, tasks, tied: await tiedTensors([base, ...experts], [...merged]) };
}

/** The expert's values of the merged tensors, under the base's names where a tied pair goes by another. */
async function readMerged(checkpoint: Checkpoint, pretrained: ParamTree): Promise<ParamTree> {
  const source = (name: string): string => (checkpoint.tensors.has(name) ? name : (checkpoint.metadata[name] ?? name));
  const wanted = new Set(Object.keys(pretrained).map(source));
  const tree = await readTree(checkpoint, { maxParameters, select: ({ name }) => wanted.has(name) });
  return Object.fromEntries(
    Object.keys(pretrained).flatMap((name) => {
      const tensor = tree[source(name)];
      return tensor ? [[name, tensor]] : [];
    }),
  );
}

function checkPresent(architecture: Architecture, tree: ParamTree, file: string): void {
  const missing = tensorsOf(architecture).find((name) => !Object.hasOwn(tree, name));
  if (missing === undefined) return;
  throw new BadInput(`the network's tensor "${missing}" is neither merged nor part of a head`, {
    where: file,
    remedy: `If it is the head's, give it with --heads, or name it under --head where the expert has it.`,
  });
}

/**
 * The plan that writes the result. With TIES the experts become the base plus their filtered task vectors, so that the same
 * combination gives the merge.
 */
export async function writingPlan({ opened, pretrained, vectors }: Prepared, ties: number): Promise<CombinationPlan> {
  if (ties === 0) return opened.plan;
  const filtered = vectors.map((vector, k) => {
    const bytes = treeToSafetensors(taskArithmetic(pretrained, [vector], 1));
    return openSafetensors(memoryFile(opened.experts[k]?.file.name ?? "expert", bytes));
  });
  return planCombination(await Promise.all(filtered), { base: opened.base, keep: opened.keep });
}
