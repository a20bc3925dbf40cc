import { BadInput } from "../../../kit/errors.ts";
import { type Rows, rowsOf } from "../../../kit/nets/tape/rows.ts";

/** A ground set V of m items with d numbers each, and the subset S* that was chosen out of it. */
export interface SetExample {
  /** m × d, one item a row. */
  items: Rows;
  /** Positions in V of the chosen items, each once. */
  chosen: Int32Array;
}

/** Ground sets of any sizes, one below the other. */
export interface PackedSets {
  /** n × d, the items of all sets. */
  items: Rows;
  /** Set i is rows `offsets[i]` to `offsets[i + 1]`. */
  offsets: Int32Array;
  count: number;
}

/** Packs ground sets; an empty one, and items whose width is not `dim`, are refused by the number of the set. */
export function packSets(sets: readonly Rows[], dim: number): PackedSets {
  const offsets = new Int32Array(sets.length + 1);
  for (const [i, set] of sets.entries()) {
    if (set.rows === 0) throw new BadInput("the set is empty", { where: `example ${i + 1}` });
    if (set.width !== dim) {
      throw new BadInput(`items have ${set.width} numbers and ${dim} are wanted`, { where: `example ${i + 1}` });
    }
    offsets[i + 1] = (offsets[i] as number) + set.rows;
  }
  const total = offsets[sets.length] as number;
  const data = new Float32Array(total * dim);
  for (const [i, set] of sets.entries()) data.set(set.data, (offsets[i] as number) * dim);
  return { items: rowsOf(total, dim, data), offsets, count: sets.length };
}

/** Refuses a chosen position that is out of range or named twice. */
export function checkExample({ items, chosen }: SetExample, where: string): void {
  const seen = new Set<number>();
  for (const index of chosen) {
    if (!(index >= 0 && index < items.rows)) {
      throw new BadInput(`the chosen position ${index} is not one of 0 to ${items.rows - 1}`, { where });
    }
    if (seen.has(index)) throw new BadInput(`the position ${index} is chosen twice`, { where });
    seen.add(index);
  }
}

/** 1 for chosen items and 0 for the others, over the items of all examples. */
export function membership(examples: readonly SetExample[], offsets: Int32Array): Uint8Array {
  const member = new Uint8Array(offsets[examples.length] ?? 0);
  for (const [i, { chosen }] of examples.entries()) {
    for (const index of chosen) member[(offsets[i] as number) + index] = 1;
  }
  return member;
}

/** Values of all items, set by set. */
export function splitBySet<T extends Float64Array | Uint8Array>(values: T, offsets: Int32Array): T[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => values.slice(offsets[i], offsets[i + 1]) as T);
}
