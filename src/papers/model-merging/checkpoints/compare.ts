import { isFloatDtype } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import type { TensorEntry } from "../../../kit/safetensors.ts";
import { type Checkpoint, entryOf, shardHint, tensorPlace } from "./checkpoint.ts";

/** Tests names against patterns in which `*` stands for any characters. */
export function nameFilter(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join("[^]*")}$`);
  });
  return (name) => tests.some((test) => test.test(name));
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/**
 * Whether a tensor of the first model can be computed on: integers and booleans (counters, masks) are passed through, the
 * four floating-point types are merged, and 8-bit floats are refused rather than passed through as if they were counters.
 */
export function isMergeable(target: Checkpoint, { name, dtype }: TensorEntry): boolean {
  if (isFloatDtype(dtype)) return true;
  if (!dtype.startsWith("F8")) return false;
  throw new BadInput(`the type is ${dtype} and one of F64, F32, F16, BF16 is wanted`, {
    where: tensorPlace(target, name),
    remedy: `Convert the weights to BF16 first; --keep "${name}" takes the tensor from ${target.file.name} as it is.`,
  });
}

/** What a checkpoint is to a merge, for what a message advises. */
export type Role = "model" | "companion";

/**
 * Refuses a checkpoint in which a tensor of the target is missing, or has another shape or a type that is not
 * floating-point. Floating-point types may differ. `remedy` says what else can be done about a missing tensor.
 */
export function checkFit(
  checkpoint: Checkpoint,
  target: Checkpoint,
  { name, shape }: TensorEntry,
  { role = "model" as Role, remedy = "" } = {},
): void {
  const their = entryOf(checkpoint, name);
  const keep = `--keep "${name}" takes it from ${target.file.name}.`;
  if (!their) {
    throw new BadInput(`the tensor is missing; ${target.file.name} has it`, {
      where: tensorPlace(checkpoint, name),
      remedy: [remedy, keep, shardHint(checkpoint)].filter(Boolean).join(" "),
    });
  }
  const where = tensorPlace(checkpoint, their.name);
  if (!sameShape(their.shape, shape)) {
    throw new BadInput(`the shape is [${their.shape}] and ${target.file.name} has [${shape}]`, {
      where,
      remedy:
        role === "model"
          ? `A head of its own can be kept from ${target.file.name} with --keep "${name}".`
          : `It must belong to the same network; ${keep}`,
    });
  }
  if (!isFloatDtype(their.dtype)) {
    throw new BadInput(`the type is ${their.dtype} and one of F64, F32, F16, BF16 is wanted`, {
      where,
      remedy: `Convert it, or ${keep}`,
    });
  }
}

/** A tensor that one model stores twice and the target once: it has to be a true copy to be left out. */
export interface Copy {
  checkpoint: Checkpoint;
  name: string;
  of: string;
}

/**
 * Refuses tensors that the target lacks, unless they are to be left out by name. Returns those that are the second name of
 * a tied pair in the target: they may stay out when they are copies, which {@link checkCopies} finds out.
 */
export function checkExtras(
  others: readonly Checkpoint[],
  target: Checkpoint,
  isKept: (name: string) => boolean,
): Copy[] {
  const copies: Copy[] = [];
  for (const checkpoint of others) {
    for (const name of checkpoint.tensors.keys()) {
      if (target.tensors.has(name) || isKept(name)) continue;
      const twin = entryOf(target, name)?.name;
      if (twin !== undefined && checkpoint.tensors.has(twin)) {
        copies.push({ checkpoint, name, of: twin });
        continue;
      }
      if (twin !== undefined) continue; // this file holds the pair under its other name
      throw new BadInput(`${target.file.name} has no tensor of this name`, {
        where: tensorPlace(checkpoint, name),
        remedy: [`If it belongs to a head of its own, leave it out with --keep "${name}".`, shardHint(target)]
          .filter(Boolean)
          .join(" "),
      });
    }
  }
  return copies;
}
