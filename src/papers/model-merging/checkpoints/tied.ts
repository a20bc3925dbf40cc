import { dtypeBytes } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { elementCount } from "../../../kit/nets/tree.ts";
import { readElements, type TensorEntry } from "../../../kit/safetensors.ts";
import { type Checkpoint, entryOf, tensorPlace } from "./checkpoint.ts";
import type { Copy } from "./compare.ts";

/** Bytes compared at once. */
const step = 1 << 20;
/** Bytes that tensors are first told apart by. */
const head = 1 << 10;

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  const words = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0 ? a.byteLength >>> 2 : 0;
  const [one, other] = [a, b].map(
    ({ buffer, byteOffset }) => new Int32Array(buffer, words > 0 ? byteOffset : 0, words),
  );
  for (let i = 0; i < words; i++) if (one?.[i] !== other?.[i]) return false;
  for (let i = 4 * words; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether two tensors of a checkpoint have the same type, shape and bytes. */
async function isCopy(checkpoint: Checkpoint, a: TensorEntry, b: TensorEntry): Promise<boolean> {
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const count = elementCount(a.shape);
  const stride = step / dtypeBytes[a.dtype];
  for (let from = 0; from < count; from += stride) {
    const [one, other] = await Promise.all(
      [a, b].map((entry) => readElements(checkpoint, entry, from, Math.min(count, from + stride))),
    );
    if (!one || !other || !sameBytes(one, other)) return false;
  }
  return true;
}

/** Refuses a tensor that is said to be the second name of a tied pair and has values of its own. */
export async function checkCopies(copies: readonly Copy[], target: Checkpoint): Promise<void> {
  for (const { checkpoint, name, of } of copies) {
    const [a, b] = [checkpoint.tensors.get(name), checkpoint.tensors.get(of)];
    if (a && b && (await isCopy(checkpoint, a, b))) continue;
    throw new BadInput(`it differs from "${of}", and ${target.file.name} has the two tied to one tensor`, {
      where: tensorPlace(checkpoint, name),
      remedy: `Save ${target.file.name} with both tensors, or leave this one out with --keep "${name}".`,
    });
  }
}

/**
 * The names that hold the same tensor in every one of the checkpoints: tied weights that were saved under both names, such
 * as the embedding and the output layer of a language model. Every tensor is listed with the first name of its group;
 * tensors of their own are left out.
 */
export async function tiedTensors(
  checkpoints: readonly Checkpoint[],
  names: readonly string[],
): Promise<Map<string, string>> {
  const tied = new Map<string, string>();
  const [first] = checkpoints;
  if (!first) return tied;
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const entry = entryOf(first, name);
    if (!entry || elementCount(entry.shape) === 0) continue;
    const bytes = await readElements(first, entry, 0, Math.ceil(head / dtypeBytes[entry.dtype]));
    const key = `${entry.dtype} ${entry.shape} ${bytes.join()}`;
    const group = groups.get(key) ?? [];
    let twin: string | undefined;
    for (const candidate of group) {
      if (twin === undefined && (await tiedEverywhere(checkpoints, candidate, name))) twin = candidate;
    }
    if (twin === undefined) groups.set(key, [...group, name]);
    else tied.set(name, twin);
  }
  return tied;
}

async function tiedEverywhere(checkpoints: readonly Checkpoint[], a: string, b: string): Promise<boolean> {
  for (const checkpoint of checkpoints) {
    const [one, other] = [entryOf(checkpoint, a), entryOf(checkpoint, b)];
    if (!one || !other) return false;
    if (one !== other && !(await isCopy(checkpoint, one, other))) return false;
  }
  return true;
}
