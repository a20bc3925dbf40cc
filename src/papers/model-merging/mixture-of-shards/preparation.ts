import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { gatherRows } from "../../../kit/nets/train.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { ToolInput, ToolRun } from "../../../kit/paper.ts";
import { readTree } from "../../../kit/safetensors.ts";
import { readJson } from "../../../kit/tables.ts";
import { openCheckpoint } from "../checkpoints/checkpoint.ts";
import { nameFilter } from "../checkpoints/compare.ts";
import { type Architecture, parseArchitecture } from "../network/architecture.ts";
import { readRows } from "../network/labelled-rows.ts";
import { type MosConfig, mosConfig } from "./mos-config.ts";
import { groupLayers, type LayerGroup, networkModel } from "./network-model.ts";
import { isCharacterModel, readWindows } from "./text-windows.ts";
import type { AdaptableModel, Examples } from "./train-adapter.ts";

/** Largest base that is trained on here. */
const maxParameters = 20_000_000;
const fewestRows = 10;

export const options = z.object({
  equivalentRank: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(2)
    .describe("Budget e: as many numbers as LoRA of this rank"),
  rank: z.number().int().min(1).max(1024).default(8).describe("Rank r of every layer's update"),
  shards: z.number().int().min(1).max(64).default(2).describe("Pieces l that a vector is cut into"),
  private: z
    .number()
    .int()
    .min(0)
    .max(256)
    .default(1)
    .describe("Rank p of every layer that comes from shards of its own"),
  subset: z.boolean().default(true).describe("Every layer takes its own random choice of the common shards"),
  dissociate: z.boolean().default(true).describe("Index the two factors independently"),
  layers: z
    .array(z.string())
    .default([])
    .describe("Weight matrices to adapt, e.g. 2.weight or *; all linear ones if left out"),
  label: z.string().default("label").describe("Name of the label column"),
  steps: z.number().int().min(1).max(100_000).default(500).describe("Training steps of an adapter"),
  batch: z.number().int().min(1).max(4096).default(32).describe("Rows a step"),
  learningRates: z
    .array(z.number().gt(0).max(1))
    .min(1)
    .max(8)
    .default([0.003, 0.01, 0.03])
    .describe("Learning rates to try; each adapter takes the one that is best on a sixth of the training rows"),
  holdout: z.number().min(0.05).max(0.5).default(0.2).describe("Share of rows kept for the test, without --validate"),
  most: z.number().int().min(20).max(200_000).default(20_000).describe("Most rows used; a larger file is sampled"),
  skipUnknown: z.boolean().default(false).describe("Text: leave out windows with characters that the network lacks"),
  compare: z.boolean().default(true).describe("Train LoRA of rank e and of rank r beside it"),
  dtype: z.enum(["F32", "F16", "BF16"]).default("F32").describe("Type of the numbers in the adapter file"),
  tables: z
    .boolean()
    .default(true)
    .describe("Keep the index tables in the file; else they are drawn again from the seed"),
});
export type Options = z.output<typeof options>;

/** Rows with classes, in parts that do not overlap. */
export interface Parts {
  train: Examples;
  /** Chooses the learning rate. */
  choice: Examples;
  test: Examples;
}

/** Everything that is read and checked before training. */
export interface Prepared {
  model: AdaptableModel;
  groups: LayerGroup[];
  configs: MosConfig[];
  parts: Parts;
  baseParameters: number;
}

/** Reads base, network and rows, and plans one pool for every shape of layer. */
export async function prepare(input: ToolInput, given: Options, run: ToolRun): Promise<Prepared> {
  const base = await openCheckpoint(input.base ?? [], "base");
  const config = input.config?.[0];
  if (!config) throw new BadInput("the network is not known without --config");
  const architecture = parseArchitecture(await readJson(config, 1 << 20), config.name);
  const params = await readTree(base, { maxParameters });
  const wanted = given.layers.length > 0 ? nameFilter(given.layers) : () => true;
  const groups = groupLayers(architecture, params, config.name, wanted);
  if (groups.length === 0) {
    const all = groupLayers(architecture, params, config.name, () => true).flatMap(({ tensors }) => tensors);
    throw new BadInput("no linear layer is left to adapt", {
      where: given.layers.length > 0 ? "--layers" : config.name,
      remedy: all.length > 0 ? `Its linear layers are ${all.slice(0, 12).join(", ")}.` : "",
    });
  }
  const names = groups.flatMap(({ tensors }) => tensors);
  const model = networkModel(architecture, params, config.name, names);
  run.progress(0.02, "reading rows");
  return {
    model,
    groups,
    configs: groups.map((group, g) => configFor(group, given, run.seed + g)),
    parts: await readParts(input, given, architecture, model, run),
    baseParameters: parameterTotal(params),
  };
}

const parameterTotal = (params: ParamTree): number =>
  Object.values(params).reduce((sum, { data }) => sum + data.length, 0);

/** The largest number of pieces, up to the one asked for, that cuts both widths evenly. */
export function piecesFor({ inDim, outDim }: Pick<LayerGroup, "inDim" | "outDim">, asked: number): number {
  for (let pieces = asked; pieces > 1; pieces--) if (inDim % pieces === 0 && outDim % pieces === 0) return pieces;
  return 1;
}

/** The settings of a group: what was asked for, as far as the layers' widths allow it. */
export function configFor(group: LayerGroup, given: Options, seed: number): MosConfig {
  const widest = Math.min(group.inDim, group.outDim);
  const equivalentRank = Math.min(given.equivalentRank, widest);
  const privateRank = Math.min(given.private, equivalentRank);
  const rank = privateRank === equivalentRank ? equivalentRank : Math.max(equivalentRank, Math.min(given.rank, widest));
  const { layers, inDim, outDim } = group;
  const { subset, dissociate } = given;
  return mosConfig({
    layers,
    inDim,
    outDim,
    equivalentRank,
    privateRank,
    ...(subset ? { rank } : {}),
    shardsPerVector: piecesFor(group, given.shards),
    subset,
    dissociate,
    seed,
  });
}

async function readParts(
  input: ToolInput,
  given: Options,
  architecture: Architecture,
  model: AdaptableModel,
  run: ToolRun,
): Promise<Parts> {
  const read = async (role: string): Promise<Examples | undefined> => {
    const file = input[role]?.[0];
    if (!file) return undefined;
    const common = { features: model.inputs, most: given.most, random: run.random.fork(role) };
    if (/\.(txt|text|md)$/i.test(file.name)) {
      if (!isCharacterModel(architecture.classes)) {
        throw new BadInput("text needs a network whose classes are single characters", {
          where: file.name,
          remedy: 'Name them in the network: "classes": ["a", "b", …]; or give a table with a label column.',
        });
      }
      const { skipUnknown } = given;
      const { values, count, labels } = await readWindows(file, {
        ...common,
        characters: architecture.classes,
        skipUnknown,
      });
      return { inputs: values, count, labels };
    }
    const names = architecture.classes ? { names: architecture.classes } : {};
    const rows = await readRows(file, {
      ...common,
      ...names,
      label: given.label,
      needLabels: true,
      classes: model.outputs,
    });
    return { inputs: rows.values, count: rows.count, labels: rows.labels ?? new Int32Array(0) };
  };
  const all = await read("train");
  if (!all) throw new BadInput("there are no rows to train on");
  const apart = await read("validate");
  const test = apart ? 0 : Math.round(given.holdout * all.count);
  const choice = Math.round((all.count - test) / 6);
  if (all.count - test - choice < fewestRows || (!apart && test === 0)) {
    throw new BadInput(`${all.count} rows are too few to train on, to choose the learning rate and to test`, {
      where: input.train?.[0]?.name ?? "--train",
    });
  }
  const order = run.random.fork("parts").permutation(all.count);
  const pick = (from: number, to: number): Examples => {
    const rows = order.slice(from, to);
    const labels = Int32Array.from(rows, (row) => all.labels?.[row] as number);
    return { inputs: gatherRows(all.inputs, model.inputs, rows), count: rows.length, labels };
  };
  return { train: pick(test + choice, all.count), choice: pick(test, test + choice), test: apart ?? pick(0, test) };
}
