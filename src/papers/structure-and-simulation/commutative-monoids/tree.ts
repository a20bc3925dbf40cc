import { BadInput } from "../../../kit/errors.ts";
import { take, takeFrom } from "../../../kit/nets/tape/ops.ts";
import type { Rows } from "../../../kit/nets/tape/rows.ts";
import { segmentOffsets } from "../../../kit/nets/tape/segments.ts";

/** A binary operator on batches: row i of the result is `a[i] ⊕ b[i]`. */
export type RowsOperator = (a: Rows, b: Rows) => Rows;

/** Levels of a balanced tree over n items, $\lceil \log_2 n \rceil$; 0 for one item or none. */
export function treeDepth(n: number): number {
  let levels = 0;
  for (let left = n; left > 1; left = Math.ceil(left / 2)) levels += 1;
  return levels;
}

/**
 * Reduces a list with a balanced binary tree: at each level neighbours (0, 1), (2, 3), … are joined, and an odd last item
 * goes up unchanged. n items take n − 1 applications of `op` in ⌈log₂ n⌉ levels. The order of the items is kept, so an
 * operator that is associative gives the same result as a left fold; a commutative one needs no order.
 *
 * Works with any values and any function of two of them. Without items the result is `identity`.
 */
export function treeReduce<T>(
  op: (a: T, b: T) => T,
  items: readonly T[],
  { identity }: { identity?: T | undefined } = {},
): T {
  let level = [...items];
  while (level.length > 1) {
    const next: T[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) next.push(op(level[i] as T, level[i + 1] as T));
    if (level.length % 2 === 1) next.push(level[level.length - 1] as T);
    level = next;
  }
  if (level.length === 1) return level[0] as T;
  if (identity === undefined) throw new BadInput("an empty bag has no value without an identity");
  return identity;
}

/** The sequential counterpart: $(((e \oplus x_1) \oplus x_2) \oplus \dots) \oplus x_n$, n dependent steps. */
export function foldReduce<S, T>(op: (state: S, item: T) => S, items: readonly T[], init: S): S {
  return items.reduce(op, init);
}

export interface SegmentOptions {
  /** One row: the value of an empty bag. */
  identity?: Rows | undefined;
  /** Sees the results of every level (training samples triples from them); the number of calls is the depth. */
  onLevel?: ((states: Rows) => void) | undefined;
}

/** Items must be finite and there must be one segment id each. */
export function checkItems(items: Rows, segmentIds: ArrayLike<number>): void {
  if (segmentIds.length !== items.rows) {
    throw new BadInput(`there are ${items.rows} items and ${segmentIds.length} segment ids`);
  }
  const bad = items.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new BadInput(`${items.data[bad]} is not a finite number`, {
      where: `item ${Math.floor(bad / items.width)}, entry ${bad % items.width}`,
    });
  }
}

function checkRow(row: Rows, width: number, name: string): void {
  if (row.rows !== 1 || row.width !== width) {
    throw new BadInput(`the ${name} is ${row.rows} × ${row.width} and must be one row of the items' width ${width}`);
  }
}

/**
 * {@link treeReduce} for many bags at once. All pairs of all bags on one level go through `op` in a single call, so the
 * number of dependent calls is $\lceil \log_2 n \rceil$ of the largest bag. There is no padding: a bag's value does not
 * depend on the other bags, and an odd last item is carried up as it is (joining it with zeros or itself would make the
 * result depend on n).
 *
 * @param items all items of all bags, one row each, sorted by bag
 * @param segmentIds the bag of each item, 0 … segments − 1, not decreasing
 * @returns one row per bag
 */
export function segmentTreeReduce(
  op: RowsOperator,
  items: Rows,
  segmentIds: ArrayLike<number>,
  segments: number,
  { identity, onLevel }: SegmentOptions = {},
): Rows {
  checkItems(items, segmentIds);
  if (identity) checkRow(identity, items.width, "identity");
  let offsets = segmentOffsets(segmentIds, segments);
  let level = items;
  for (;;) {
    const plan = pairUp(offsets);
    if (!plan) break;
    const joined = op(take(level, plan.left), take(level, plan.right));
    if (joined.rows !== plan.left.length || joined.width !== items.width) {
      throw new BadInput(
        `the operator turned ${plan.left.length} pairs of width ${items.width} into ${joined.rows} rows of width ${joined.width}`,
      );
    }
    onLevel?.(joined);
    level = plan.carried ? takeFrom([joined, level], plan.next) : joined;
    offsets = plan.offsets;
  }
  return oneRowEach(level, offsets, identity);
}

interface LevelPlan {
  left: Int32Array;
  right: Int32Array;
  /** Some bag is odd: the next level mixes results and carried items. */
  carried: boolean;
  /** Rows of the next level, numbered through results first and then this level's rows. */
  next: Int32Array;
  offsets: Int32Array;
}

/** The pairs of one level, or undefined when no bag has two items left. */
function pairUp(offsets: Int32Array): LevelPlan | undefined {
  const segments = offsets.length - 1;
  let pairs = 0;
  let rows = 0;
  const nextOffsets = new Int32Array(segments + 1);
  for (let s = 0; s < segments; s++) {
    const size = (offsets[s + 1] as number) - (offsets[s] as number);
    pairs += size >> 1;
    rows += (size + 1) >> 1;
    nextOffsets[s + 1] = rows;
  }
  if (pairs === 0) return undefined;
  const left = new Int32Array(pairs);
  const right = new Int32Array(pairs);
  const next = new Int32Array(rows);
  let pair = 0;
  let row = 0;
  for (let s = 0; s < segments; s++) {
    const to = offsets[s + 1] as number;
    let i = offsets[s] as number;
    for (; i + 1 < to; i += 2) {
      left[pair] = i;
      right[pair] = i + 1;
      next[row++] = pair++;
    }
    if (i < to) next[row++] = pairs + i;
  }
  return { left, right, carried: rows > pairs, next, offsets: nextOffsets };
}

/** One row per segment when every segment has at most one: its own, or the identity. */
function oneRowEach(level: Rows, offsets: Int32Array, identity: Rows | undefined): Rows {
  const segments = offsets.length - 1;
  if (level.rows === segments && offsets.every((offset, s) => offset === s)) return level;
  const index = new Int32Array(segments);
  for (let s = 0; s < segments; s++) {
    const from = offsets[s] as number;
    const empty = from === (offsets[s + 1] as number);
    if (empty && !identity) {
      throw new BadInput("an empty bag has no value without an identity", { where: `bag ${s}` });
    }
    index[s] = empty ? level.rows : from;
  }
  return takeFrom(identity ? [level, identity] : [level], index);
}

/**
 * {@link foldReduce} for many bags at once: $h \leftarrow \mathrm{op}(h, x_i)$ along each bag from the row `init`. Step i
 * handles the i-th item of every bag that has one; the number of dependent calls is the size of the largest bag.
 */
export function segmentFoldReduce(
  op: RowsOperator,
  items: Rows,
  segmentIds: ArrayLike<number>,
  segments: number,
  init: Rows,
  { onLevel }: Pick<SegmentOptions, "onLevel"> = {},
): Rows {
  checkItems(items, segmentIds);
  checkRow(init, init.width, "initial state");
  const offsets = segmentOffsets(segmentIds, segments);
  const size = (s: number): number => (offsets[s + 1] as number) - (offsets[s] as number);
  const order = Array.from({ length: segments }, (_, s) => s).sort((a, b) => size(b) - size(a));
  let states = take(init, new Int32Array(segments)); // row 0 for every bag
  const finished: Rows[] = []; // shortest bags first
  for (let step = 0, active = segments; ; step++) {
    let still = active;
    while (still > 0 && size(order[still - 1] as number) <= step) still -= 1;
    if (still < active) {
      finished.push(take(states, range(still, active)));
      states = take(states, range(0, still));
      active = still;
    }
    if (active === 0) break;
    const here = Int32Array.from({ length: active }, (_, i) => (offsets[order[i] as number] as number) + step);
    states = op(states, take(items, here));
    onLevel?.(states);
  }
  const place = new Int32Array(segments);
  let row = 0;
  let end = segments;
  for (const part of finished) {
    for (let i = 0; i < part.rows; i++) place[order[end - part.rows + i] as number] = row + i;
    row += part.rows;
    end -= part.rows;
  }
  return takeFrom(finished, place);
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}
