import { loadDigits } from "../../../kit/datasets/digits.ts";
import { rowsOf } from "../../../kit/nets/tape/rows.ts";
import { gatherRows } from "../../../kit/nets/train.ts";
import type { Random } from "../../../kit/random.ts";
import { principalComponents, project } from "../principal-components.ts";
import type { SetExample } from "./sets.ts";

/** Digits as short vectors, the training and the test images apart. */
export interface DigitVectors {
  dim: number;
  /** Positions by class, of images to learn from, to choose settings on, and to test on. */
  training: Int32Array[];
  validation: Int32Array[];
  test: Int32Array[];
  values: Float32Array;
}

/**
 * Test images of MNIST at 14 × 14 along their first principal components, scaled so that the first has a standard deviation of 3. Six
 * tenths of the images are to learn from, one tenth to choose settings on and three tenths to test on; the components are those
 * of the first.
 */
export async function digitVectors(dim: number): Promise<DigitVectors> {
  const { images, labels, count, side } = await loadDigits({ split: "test" });
  const area = side * side;
  const [first, second] = [Math.floor(0.6 * count), Math.floor(0.7 * count)];
  const components = principalComponents(images.subarray(0, first * area), area, dim);
  const values = project(components, images);
  const scale = components.spread[0] as number;
  for (let i = 0; i < values.length; i++) values[i] = (3 * (values[i] as number)) / scale;
  const byClass = (from: number, to: number): Int32Array[] =>
    Array.from({ length: 10 }, (_, digit) =>
      Int32Array.from({ length: to - from }, (_, i) => from + i).filter((i) => labels[i] === digit),
    );
  return { dim, values, training: byClass(0, first), validation: byClass(first, second), test: byClass(second, count) };
}

/**
 * Task A, "relative outlier": m digits of which `odd` show one class and the others another; the few are S*. Which digit is
 * odd can only be told from the set, as every class is odd in one set and common in another. The order is random.
 */
export function outlierSets(
  { dim, values }: DigitVectors,
  pool: readonly Int32Array[],
  count: number,
  { size, odd }: { size: number; odd: number },
  random: Random,
): SetExample[] {
  return Array.from({ length: count }, () => {
    const [common = 0, rare = 0] = random.sample([...pool.keys()], 2);
    const positions = [
      ...drawDistinct(pool[rare] as Int32Array, odd, random),
      ...drawDistinct(pool[common] as Int32Array, size - odd, random),
    ];
    const order = random.permutation(size);
    const picked = order.map((place) => positions[place] as number);
    const chosen = Int32Array.from(order.flatMap((place, at) => (place < odd ? [at] : [])));
    return { items: rowsOf(size, dim, gatherRows(values, dim, picked)), chosen };
  });
}

function drawDistinct(pool: Int32Array, count: number, random: Random): number[] {
  const seen = new Set<number>();
  while (seen.size < Math.min(count, pool.length)) seen.add(pool[random.int(0, pool.length - 1)] as number);
  return [...seen];
}
