import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { accuracy } from "../../../kit/nets/class-scores.ts";
import { elementCount, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import { readTree } from "../../../kit/safetensors.ts";
import { readJson } from "../../../kit/tables.ts";
import { type Checkpoint, entryOf } from "../checkpoints/checkpoint.ts";
import type { CombinationPlan } from "../checkpoints/combine.ts";
import { type Architecture, parseArchitecture } from "../network/architecture.ts";
import { differentiableNetwork, type Network } from "../network/differentiable.ts";
import type { Rows } from "../network/labelled-rows.ts";
import { matchingTemperature } from "./calibration.ts";
import type { CurvePoint, Scored } from "./evaluation.ts";
import { alphaGrid, scaleTensors, wiseFt } from "./wise-ft.ts";

/** Largest model that is tried out here; larger ones are averaged without. */
export const maxParameters = 20_000_000;

/** Labelled rows of one file. */
export interface RowSet {
  name: string;
  rows: Rows & { labels: Int32Array };
}

/** Names of sets; a name that comes again gets a number. */
export function distinctNames(names: readonly string[]): string[] {
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before > 0 ? `${name} (${before + 1})` : name;
  });
}

/** Two models in memory that can be averaged at any α and asked. */
export interface Laboratory {
  network: Network;
  architecture: Architecture;
  pre: ParamTree;
  ft: ParamTree;
  /** Last linear layer's tensors; empty where the network does not end in one. */
  head: string[];
}

/** The tensors of a checkpoint under the names that the target uses. */
async function treeLike(target: Checkpoint, checkpoint: Checkpoint, names: readonly string[]): Promise<ParamTree> {
  const twins = names.flatMap((name) => entryOf(checkpoint, name)?.name ?? []);
  const own = await readTree(checkpoint, { maxParameters, select: ({ name }) => twins.includes(name) });
  return Object.fromEntries(
    names.flatMap((name) => {
      const tensor = own[entryOf(checkpoint, name)?.name ?? ""];
      const shape = entryOf(target, name)?.shape ?? [];
      return tensor && elementCount(shape) === tensor.data.length ? [[name, tensor]] : [];
    }),
  );
}

/** Reads both models of a plan and the network they belong to. Tensors that are kept are the fine-tuned model's in both. */
export async function openLaboratory(plan: CombinationPlan, config: InputFile): Promise<Laboratory> {
  const [ft, pre] = plan.models as [Checkpoint, Checkpoint]; // the tool plans with two
  const architecture = parseArchitecture(await readJson(config, 1 << 20), config.name);
  const names = (wanted: "combined" | "kept"): string[] =>
    plan.tensors.filter(({ treatment }) => treatment === wanted).map(({ entry }) => entry.name);
  const [combined, kept] = [names("combined"), names("kept")];
  const own = await readTree(ft, { maxParameters });
  const keptTree = Object.fromEntries(kept.flatMap((name) => (own[name] ? [[name, own[name]]] : [])));
  const tuned: ParamTree = { ...keptTree };
  for (const name of combined) if (own[name]) tuned[name] = own[name];
  const pretrained = { ...keptTree, ...(await treeLike(ft, pre, combined)) };
  for (const [name, twin] of Object.entries(ft.metadata)) {
    // The second name of a tied pair that the file holds once.
    if (Object.hasOwn(tuned, name) || !Object.hasOwn(tuned, twin)) continue;
    tuned[name] = tensorOf(tuned, twin);
    pretrained[name] = tensorOf(pretrained, twin);
  }
  const last = architecture.layers.at(-1);
  const head = last?.type === "linear" ? [`${last.name}.weight`, ...(last.bias ? [`${last.name}.bias`] : [])] : [];
  return {
    network: differentiableNetwork(architecture, tuned, config.name),
    architecture,
    pre: pretrained,
    ft: tuned,
    head,
  };
}

/** The fine-tuned model's temperature on rows without shift. */
export function headTemperature(
  { network, ft, head }: Laboratory,
  { name, rows }: RowSet,
  kept: ReadonlySet<string>,
): number {
  if (head.length === 0 || head.some((tensor) => kept.has(tensor))) {
    throw new BadInput(
      head.length === 0
        ? "the network does not end in a linear layer, whose logits could be scaled"
        : "the last layer is kept as it is and cannot be scaled",
      { where: "--temper" },
    );
  }
  if (rows.count < 2) throw new BadInput("there are too few rows to match a temperature on", { where: name });
  return matchingTemperature(network.logits(ft, rows.values, rows.count), rows.labels);
}

/** The same models with the fine-tuned one's last layer divided by T. */
export function tempered(laboratory: Laboratory, temperature: number): Laboratory {
  return { ...laboratory, ft: scaleTensors(laboratory.ft, laboratory.head, 1 / temperature) };
}

/** Logits of both models and of their average on one set of rows. */
export function scoreSet({ network, pre, ft }: Laboratory, { name, rows }: RowSet, alpha: number): Scored {
  const logits = (params: ParamTree): Float32Array => network.logits(params, rows.values, rows.count);
  return {
    set: name,
    labels: rows.labels,
    classes: network.classes,
    first: logits(pre),
    second: logits(ft),
    ensemble: logits(wiseFt(pre, ft, alpha)),
  };
}

/** Accuracy of the averages on every set of rows. */
export async function alphaCurve(
  { network, pre, ft }: Laboratory,
  sets: readonly RowSet[],
  points: number,
  onPoint: (done: number, of: number) => void | Promise<void> = () => {},
): Promise<CurvePoint[]> {
  const curve: CurvePoint[] = [];
  const alphas = alphaGrid(points);
  for (const alpha of alphas) {
    const averaged = wiseFt(pre, ft, alpha);
    const accuracies = sets.map(({ rows }) =>
      accuracy(network.logits(averaged, rows.values, rows.count), rows.labels, network.classes),
    );
    curve.push({ alpha, accuracies });
    await onPoint(curve.length, alphas.length);
  }
  return curve;
}
