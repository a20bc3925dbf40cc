import { BadInput } from "../../../kit/errors.ts";
import { elementCount } from "../../../kit/nets/tree.ts";
import type { OutputFile } from "../../../kit/paper.ts";
import type { TensorEntry } from "../../../kit/safetensors.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type Copy, checkExtras, checkFit, isMergeable, nameFilter } from "./compare.ts";
import { distanceMeter } from "./distance.ts";
import { type Progress, streamCheckpoint } from "./stream.ts";
import { checkCopies, tiedTensors } from "./tied.ts";
import { weightedSum } from "./weighted-sum.ts";

/** A combination of checkpoints whose headers have been compared. */
export interface CombinationPlan {
  /** The base or, without one, the first model: layout, types, metadata and kept tensors of the result are its own. */
  target: Checkpoint;
  base?: Checkpoint;
  models: readonly Checkpoint[];
  /** In the order of the target file. */
  tensors: readonly { entry: TensorEntry; treatment: "combined" | "kept" }[];
  /** Second names of tied tensors, still to be compared. */
  copies: readonly Copy[];
}

/**
 * Compares the headers of the base, if there is one, and of all models, and decides what becomes of every tensor: those
 * named by `keep`, and all that are not floating-point, come from the target; the rest are combined. Whatever does not fit
 * is refused by file and tensor.
 */
export function planCombination(
  models: readonly Checkpoint[],
  { base, keep = [] }: { base?: Checkpoint; keep?: readonly string[] } = {},
): CombinationPlan {
  const target = base ?? models[0];
  const others = base ? models : models.slice(1);
  if (!target || others.length === 0) throw new BadInput(`${base ? "a model" : "two or more models"} to merge wanted`);
  const isKept = nameFilter(keep);
  const tensors = [...target.tensors.values()].map((entry) => {
    const treatment = isKept(entry.name) || !isMergeable(target, entry) ? ("kept" as const) : ("combined" as const);
    if (treatment === "combined") for (const model of others) checkFit(model, target, entry);
    return { entry, treatment };
  });
  const copies = checkExtras(others, target, isKept);
  if (!tensors.some(({ treatment }) => treatment === "combined")) {
    throw new BadInput("no tensor is left to merge", {
      where: target.file.name,
      remedy: "Are the names under --keep too wide, or are the weights quantised to integers?",
    });
  }
  return { target, models, tensors, copies, ...(base ? { base } : {}) };
}

/** One coefficient a model, for all tensors or for each by its name. */
export type Coefficients = readonly number[] | ((tensor: string) => readonly number[]);

export interface CombinationResult {
  /** Parameters by what became of them. */
  counts: { combined: number; kept: number };
  /** Distance of every model from the target, on a sample; see {@link distanceMeter}. */
  distances: number[];
  /** Tensors that are copies of an earlier one in all checkpoints, and were given that one's coefficients. */
  tied: ReadonlyMap<string, string>;
}

/**
 * Combines checkpoints of any size: with a base, $\theta^l = \theta_0^l + \sum_k \lambda_k^l(\theta_k^l - \theta_0^l)$,
 * task arithmetic with coefficients of its own for every tensor $l$; without a base, $\theta^l = \sum_k \lambda_k^l
 * \theta_k^l$. Sums are in double precision, so that $\lambda = 0$ gives the base and, with one model, $\lambda = 1$ the
 * model, bit for bit.
 *
 * Tied weights that were saved under two names stay tied: where all checkpoints hold the same values under both, the
 * coefficients of the first name count for both. `open` gives the output once everything has been checked.
 */
export async function combineCheckpoints(
  plan: CombinationPlan,
  coefficients: Coefficients,
  open: () => Promise<OutputFile>,
  onProgress: Progress = () => {},
): Promise<CombinationResult> {
  const { target, base, models, tensors, copies } = plan;
  await checkCopies(copies, target);
  const checkpoints = base ? [base, ...models] : models;
  const names = tensors.filter(({ treatment }) => treatment === "combined").map(({ entry }) => entry.name);
  const single = typeof coefficients !== "function";
  const tied = single ? new Map<string, string>() : await tiedTensors(checkpoints, names);
  const weights = new Map(
    names.map((name) => {
      const lambda = single ? coefficients : coefficients(tied.get(name) ?? name);
      checkNumbers(lambda, models.length, single ? undefined : name);
      return [name, base ? [1 - lambda.reduce((sum, value) => sum + value, 0), ...lambda] : lambda];
    }),
  );
  const meter = distanceMeter(checkpoints.length);
  const counts = { combined: 0, kept: 0 };
  for (const { entry, treatment } of tensors) counts[treatment] += elementCount(entry.shape);
  await streamCheckpoint(
    {
      target,
      tensors,
      sources: ({ treatment }) => (treatment === "combined" ? checkpoints : []),
      compute(out, values, { entry }) {
        if (entry.shape.length > 1) meter.add(values);
        return weightedSum(out, values, weights.get(entry.name) ?? []);
      },
    },
    open,
    onProgress,
  );
  return { counts, distances: base ? meter.read().slice(1) : meter.read(), tied };
}

function checkNumbers(lambda: readonly number[], models: number, tensor: string | undefined): void {
  const where = tensor === undefined ? undefined : `tensor "${tensor}"`;
  const detail = where === undefined ? {} : { where };
  if (lambda.length !== models) {
    throw new BadInput(`there are ${lambda.length} coefficients for ${models} models`, detail);
  }
  const wrong = lambda.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new BadInput(`the coefficient ${wrong} is not a finite number`, detail);
}
