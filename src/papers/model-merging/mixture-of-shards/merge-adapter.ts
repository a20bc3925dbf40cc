import { isFloatDtype } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { elementCount } from "../../../kit/nets/tree.ts";
import type { OutputFile } from "../../../kit/paper.ts";
import type { TensorEntry } from "../../../kit/safetensors.ts";
import { type Checkpoint, entryOf, tensorPlace } from "../checkpoints/checkpoint.ts";
import { type Progress, streamCheckpoint } from "../checkpoints/stream.ts";
import type { NamedAdapter } from "./adapter-file.ts";

/** The block of an adapter that stands for a tensor. */
interface Target {
  named: NamedAdapter;
  block: number;
}

/** Which tensors of a checkpoint the adapters change; one that is missing or of another shape is refused. */
export function adapterTargets(base: Checkpoint, adapters: readonly NamedAdapter[]): Map<string, Target> {
  const targets = new Map<string, Target>();
  for (const named of adapters) {
    const { inDim, outDim } = named.adapter;
    const shape = named.layout === "out-in" ? [outDim, inDim] : [inDim, outDim];
    for (const [block, name] of named.tensors.entries()) {
      const entry = entryOf(base, name);
      if (!entry) {
        throw new BadInput(`there is no tensor "${name}", which the adapter changes`, {
          where: base.file.name,
          remedy: "Is it the base that the adapter was trained on?",
        });
      }
      const where = tensorPlace(base, entry.name);
      if (entry.shape.join() !== shape.join() || !isFloatDtype(entry.dtype)) {
        throw new BadInput(`it is ${entry.dtype} [${entry.shape}] and the adapter wants numbers [${shape}]`, { where });
      }
      if (targets.has(entry.name)) throw new BadInput("the adapter names the tensor twice", { where });
      targets.set(entry.name, { named, block });
    }
  }
  return targets;
}

/**
 * Writes the base with $s\,B^kA^k$ added to every adapted matrix, a few megabytes at a time; all else passes through as it
 * is. Returns the number of changed parameters.
 */
export async function mergeAdapter(
  base: Checkpoint,
  adapters: readonly NamedAdapter[],
  open: () => Promise<OutputFile>,
  onProgress?: Progress,
): Promise<number> {
  const targets = adapterTargets(base, adapters);
  const tensors = [...base.tensors.values()].map((entry) => ({ entry }));
  let current: { name: string; delta: Float32Array; at: number } | undefined;
  // The stretches of a tensor come in order, so that a position in one update is enough.
  const compute = (
    out: { length: number; [i: number]: number },
    [values = []]: readonly ArrayLike<number>[],
    name: string,
  ): boolean => {
    const target = targets.get(name);
    if (!target) return false;
    if (current?.name !== name) {
      const { named, block } = target;
      current = { name, delta: named.adapter.delta(block, named.layout), at: 0 };
    }
    const { delta, at } = current;
    let finite = true;
    for (let i = 0; i < out.length; i++) {
      const value = (values[i] as number) + (delta[at + i] as number);
      finite &&= Number.isFinite(value);
      out[i] = value;
    }
    current.at += out.length;
    return finite;
  };
  await streamCheckpoint<{ entry: TensorEntry }>(
    {
      target: base,
      tensors,
      sources: ({ entry }) => (targets.has(entry.name) ? [base] : []),
      compute: (out, values, { entry }) => compute(out, values, entry.name),
    },
    open,
    onProgress,
  );
  return [...targets.keys()].reduce((sum, name) => sum + elementCount(entryOf(base, name)?.shape ?? [0]), 0);
}
