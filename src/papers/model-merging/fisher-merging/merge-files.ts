import type { FloatArray } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { elementCount } from "../../../kit/nets/tree.ts";
import type { OutputFile } from "../../../kit/paper.ts";
import type { TensorEntry } from "../../../kit/safetensors.ts";
import { type Checkpoint, tensorPlace } from "../checkpoints/checkpoint.ts";
import { type Copy, checkExtras, checkFit, isMergeable, nameFilter } from "../checkpoints/compare.ts";
import { distanceMeter } from "../checkpoints/distance.ts";
import { ahead, floatsOf, type Progress, type Stretch, streamCheckpoint, stretchesOf } from "../checkpoints/stream.ts";
import { checkCopies } from "../checkpoints/tied.ts";
import { weightedSum } from "../checkpoints/weighted-sum.ts";
import { checkCoefficients, type FisherMergeOptions, mergeWeights } from "./fisher-merge.ts";
import { fisherSquares, mergeValues } from "./merge-values.ts";

/** What becomes of one tensor of the first model. */
export type Treatment = "merged" | "averaged" | "kept";

/** A merge of files whose headers have been compared. */
export interface MergePlan {
  /** The first one is the target: its layout, types, metadata and kept tensors are the result's. */
  models: readonly Checkpoint[];
  /** One a model; without them every merged tensor is a plain average. */
  fishers?: readonly Checkpoint[];
  /** In the order of the target file. */
  tensors: readonly { entry: TensorEntry; treatment: Treatment }[];
  /** Second names of tied tensors, still to be compared. */
  copies: readonly Copy[];
}

/**
 * Compares the headers of all files and decides what becomes of every tensor: those named by `keep`, and all that are not
 * floating-point, come from the first model; those named by `average` are averaged plainly; the rest are merged by their
 * Fisher. Whatever does not fit is refused by file and tensor.
 */
export function planMerge(
  models: readonly Checkpoint[],
  fishers: readonly Checkpoint[] | undefined,
  { keep = [], average = [] }: { keep?: readonly string[]; average?: readonly string[] } = {},
): MergePlan {
  const [target, ...others] = models;
  if (!target || others.length === 0) throw new BadInput("two or more models are wanted");
  if (fishers && fishers.length !== models.length) {
    throw new BadInput(`there are ${fishers.length} Fisher files for ${models.length} models`);
  }
  const [isKept, isAveraged] = [nameFilter(keep), nameFilter(average)];
  const tensors = [...target.tensors.values()].map((entry) => {
    const fixed = isKept(entry.name) || !isMergeable(target, entry);
    const treatment: Treatment = fixed ? "kept" : isAveraged(entry.name) ? "averaged" : "merged";
    if (treatment !== "kept") for (const model of others) checkFit(model, target, entry);
    if (treatment === "merged") for (const fisher of fishers ?? []) checkFisherFit(fisher, target, entry);
    return { entry, treatment };
  });
  const copies = checkExtras(others, target, isKept);
  if (!tensors.some(({ treatment }) => treatment !== "kept")) {
    throw new BadInput("no tensor is left to merge", {
      where: target.file.name,
      remedy: "Are the names under --keep too wide, or are the weights quantised to integers?",
    });
  }
  return { models, tensors, copies, ...(fishers ? { fishers } : {}) };
}

function checkFisherFit(fisher: Checkpoint, target: Checkpoint, entry: TensorEntry): void {
  const statistics = /running_(mean|var)$/.test(entry.name) ? "Batch statistics carry no Fisher information. " : "";
  const remedy = `${statistics}--average "${entry.name}" averages it plainly,`;
  checkFit(fisher, target, entry, { role: "companion", remedy });
}

/**
 * Reads every Fisher once: refuses negative and non-finite values, and returns the Euclidean norm of each over all merged
 * tensors jointly.
 */
export async function scanFishers(plan: MergePlan, onProgress: Progress = () => {}): Promise<number[]> {
  const stretches = [...stretchesOf(plan.tensors.filter(({ treatment }) => treatment === "merged"))];
  const fishers = plan.fishers ?? [];
  const total = stretches.reduce((sum, { from, to }) => sum + (to - from), 0) * 4 * fishers.length;
  const norms: number[] = [];
  let done = 0;
  for (const fisher of fishers) {
    let squares = 0;
    for await (const [stretch, values] of ahead(stretches, (item) => floatsOf(fisher, item))) {
      const sum = fisherSquares(values);
      if (!Number.isFinite(sum)) refuseFisher(fisher, stretch, values);
      squares += sum;
      done += 4 * values.length;
      await onProgress(done, total);
    }
    norms.push(Math.sqrt(squares));
  }
  return norms;
}

function refuseFisher(fisher: Checkpoint, stretch: Stretch<{ entry: TensorEntry }>, values: FloatArray): never {
  const { tensor, from } = stretch;
  const bad = values.findIndex((value) => !(value >= 0 && value < 1e150));
  const place = bad >= 0 ? `element ${from + bad} is ${values[bad]}` : "its squares are too large to sum";
  throw new BadInput(`${place}; Fisher information is finite and never negative`, {
    where: tensorPlace(fisher, tensor.entry.name),
    remedy: "Compute the Fisher anew.",
  });
}

export interface FileMergeResult {
  /** Parameters by what became of them. */
  counts: Record<Treatment, number>;
  /** Distance of every model from the first, on a sample. */
  distances: number[];
}

/** Parameters of a plan by what becomes of them. */
export function countParameters({ tensors }: Pick<MergePlan, "tensors">): Record<Treatment, number> {
  const counts: Record<Treatment, number> = { merged: 0, averaged: 0, kept: 0 };
  for (const { entry, treatment } of tensors) counts[treatment] += elementCount(entry.shape);
  return counts;
}

/**
 * Merges the files of a plan a few megabytes at a time, so that memory does not depend on the size of the models. `norms`
 * are those of {@link scanFishers}; `open` gives the output once the options have been checked. Types and metadata are the
 * first model's. A value that is not finite is refused by file, tensor and element; the output is closed in any case.
 */
export async function mergeFiles(
  plan: MergePlan,
  norms: readonly number[],
  open: () => Promise<OutputFile>,
  options: Omit<FisherMergeOptions, "keep"> = {},
  onProgress: Progress = () => {},
): Promise<FileMergeResult> {
  const { models, fishers, tensors, copies } = plan;
  const { favorTarget = true, normalize = true } = options;
  const coefficients = checkCoefficients(models.length, options.coefficients);
  const weights = fishers ? mergeWeights(coefficients, normalize ? norms : norms.map(() => 1), options) : [];
  const target = models[0] as Checkpoint; // planMerge wants two models
  await checkCopies(copies, target);
  const distance = distanceMeter(models.length);
  const informed = (treatment: Treatment): boolean => treatment === "merged" && fishers !== undefined;
  await streamCheckpoint(
    {
      target,
      tensors,
      sources: ({ treatment }) =>
        treatment === "kept" ? [] : [...models, ...(informed(treatment) ? (fishers ?? []) : [])],
      compute(out, all, { entry, treatment }) {
        const values = all.slice(0, models.length);
        if (entry.shape.length > 1) distance.add(values);
        return informed(treatment)
          ? mergeValues(out, values, all.slice(models.length), weights, favorTarget)
          : weightedSum(out, values, coefficients);
      },
    },
    open,
    onProgress,
  );
  return { counts: countParameters(plan), distances: distance.read() };
}
