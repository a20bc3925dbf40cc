import { dtypeBytes, encodeFloats, type FloatArray, type FloatDtype, isFloatDtype } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { elementCount } from "../../../kit/nets/tree.ts";
import type { OutputFile } from "../../../kit/paper.ts";
import { readElements, readFloats, type TensorEntry, writeSafetensors } from "../../../kit/safetensors.ts";
import { type Checkpoint, entryOf, tensorPlace } from "./checkpoint.ts";

/** Elements read, merged and written at once: 1 MB of F32 a file. */
const stretchElements = 1 << 18;

/** Told after every stretch, in bytes of the target. */
export type Progress = (doneBytes: number, ofBytes: number) => void | Promise<void>;

/** A stretch of one tensor: its elements [from, to). */
export interface Stretch<T> {
  tensor: T;
  from: number;
  to: number;
}

/** All tensors in stretches of bounded size. */
export function* stretchesOf<T extends { entry: TensorEntry }>(tensors: Iterable<T>): Generator<Stretch<T>> {
  for (const tensor of tensors) {
    const count = elementCount(tensor.entry.shape);
    for (let from = 0; from < count; from += stretchElements) {
      yield { tensor, from, to: Math.min(count, from + stretchElements) };
    }
  }
}

/** Loads items in order, always one ahead of what is being worked on. */
export async function* ahead<T, U>(items: Iterable<T>, load: (item: T) => Promise<U>): AsyncGenerator<[T, U]> {
  const start = (item: T): { item: T; loading: Promise<U> } => {
    const loading = load(item);
    loading.catch(() => {}); // seen when it is awaited
    return { item, loading };
  };
  let current: ReturnType<typeof start> | undefined;
  for (const item of items) {
    const next = start(item);
    if (current) yield [current.item, await current.loading];
    current = next;
  }
  if (current) yield [current.item, await current.loading];
}

/** The numbers of a stretch in one checkpoint, which may order its tensors differently, or keep them by a tied name. */
export function floatsOf(
  checkpoint: Checkpoint,
  { tensor, from, to }: Stretch<{ entry: TensorEntry }>,
): Promise<FloatArray> {
  return readFloats(checkpoint, entryOf(checkpoint, tensor.entry.name) ?? tensor.entry, from, to);
}

/** What is written, tensor by tensor. */
export interface StreamJob<T extends { entry: TensorEntry }> {
  /** Its layout, types and metadata are the result's. */
  target: Checkpoint;
  tensors: readonly T[];
  /** Checkpoints whose values a tensor is computed from; none: the target's bytes pass through. */
  sources(tensor: T): readonly Checkpoint[];
  /** Fills `out` from the sources' values and returns whether all of it is finite. */
  compute(out: FloatArray, values: readonly FloatArray[], tensor: T): boolean;
}

/**
 * Writes a checkpoint a few megabytes at a time, so that memory does not depend on the size of the models. Floating-point
 * tensors are computed in double precision and rounded once, to the target's type. A value that is not finite, in a source
 * or in the result, is refused by file, tensor and element; the output is closed in any case.
 */
export async function streamCheckpoint<T extends { entry: TensorEntry }>(
  { target, tensors, sources, compute }: StreamJob<T>,
  open: () => Promise<OutputFile>,
  onProgress: Progress = () => {},
): Promise<void> {
  const total = tensors.reduce((sum, { entry }) => sum + entry.end - entry.start, 0);
  let done = 0;
  const load = async (stretch: Stretch<T>) => {
    const from = sources(stretch.tensor);
    const { entry } = stretch.tensor;
    if (from.length === 0) return { raw: await readElements(target, entry, stretch.from, stretch.to), from };
    return { values: await Promise.all(from.map((checkpoint) => floatsOf(checkpoint, stretch))), from };
  };
  const output = await open();
  try {
    const specs = tensors.map(({ entry }) => entry);
    const writer = await writeSafetensors(output, specs, target.metadata);
    for await (const [stretch, { raw, values = [], from }] of ahead(stretchesOf(tensors), load)) {
      const { entry } = stretch.tensor;
      if (raw) await writer.write(raw);
      else if (isFloatDtype(entry.dtype)) {
        const size = stretch.to - stretch.from;
        const out = entry.dtype === "F64" ? new Float64Array(size) : new Float32Array(size);
        if (!compute(out, values, stretch.tensor)) refuseValues(target, stretch, from, values);
        await writer.write(encode(out, entry.dtype, stretch));
      }
      done += (stretch.to - stretch.from) * dtypeBytes[entry.dtype];
      await onProgress(done, total);
    }
    await writer.close();
  } catch (error) {
    await output.close().catch(() => {}); // the first error is the one to tell
    throw error;
  }
}

/** Rounds to the type of the result; a 16-bit type has no room for every single-precision number. */
function encode(out: FloatArray, dtype: FloatDtype, { tensor, from }: Stretch<{ entry: TensorEntry }>): Uint8Array {
  const bytes = encodeFloats(out, dtype);
  if (dtype !== "F16" && dtype !== "BF16") return bytes;
  const exponent = dtype === "F16" ? 0x7c00 : 0x7f80;
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, out.length);
  for (let i = 0; i < words.length; i++) {
    if (((words[i] as number) & exponent) !== exponent) continue;
    throw new BadInput(`element ${from + i} of the result is ${out[i]}, too large for ${dtype}`, {
      where: `tensor "${tensor.entry.name}"`,
      remedy: "Use smaller coefficients, or a first model in F32.",
    });
  }
  return bytes;
}

function refuseValues(
  target: Checkpoint,
  { tensor, from }: Stretch<{ entry: TensorEntry }>,
  checkpoints: readonly Checkpoint[],
  values: readonly FloatArray[],
): never {
  const { name } = tensor.entry;
  for (const [m, data] of values.entries()) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    const checkpoint = checkpoints[m];
    if (bad < 0 || !checkpoint) continue;
    throw new BadInput(`element ${from + bad} is ${data[bad]}, not a finite number`, {
      where: tensorPlace(checkpoint, entryOf(checkpoint, name)?.name ?? name),
      remedy: `The model has diverged or the file is damaged; --keep "${name}" takes the tensor from ${target.file.name} as it is.`,
    });
  }
  throw new BadInput("the weighted sum overflows", {
    where: `tensor "${name}"`,
    remedy: "Use smaller coefficients.",
  });
}
