import { loadDigits } from "../../../kit/datasets/digits.ts";
import { rowsOf } from "../../../kit/nets/tape/rows.ts";
import { gatherRows } from "../../../kit/nets/train.ts";
import type { Random } from "../../../kit/random.ts";
import { principalComponents, project } from "../principal-components.ts";
import { topIndices } from "./jaccard.ts";
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

export const taskNames = ["outliers", "absolute", "mixture"] as const;
export type TaskName = (typeof taskNames)[number];

export interface Task {
  data: SetExample[];
  validation: SetExample[];
  test: SetExample[];
  dim: number;
}

const dim = 16;
let digits: Promise<DigitVectors> | undefined;

/** Sets of one task to learn from, to choose settings on, and to test on. */
export async function drawTask(
  task: TaskName,
  sizes: { trainingSets: number; validationSets: number; testSets: number },
  random: Random,
): Promise<Task> {
  const draw = (count: number, label: string, pool: readonly Int32Array[], vectors: DigitVectors): SetExample[] => {
    const source = random.fork(label);
    const sets = outlierSets(vectors, pool, count, { size: 12, odd: 3 }, source);
    return task === "outliers" ? sets : absoluteSets(sets, random.fork("direction"), 3);
  };
  const { trainingSets, validationSets, testSets } = sizes;
  if (task === "mixture") {
    const [data, validation, test] = [trainingSets, validationSets, testSets].map((count, i) =>
      mixtureSets(count, random.fork(`mixture ${i}`)),
    );
    return { data: data ?? [], validation: validation ?? [], test: test ?? [], dim: 2 };
  }
  digits ??= digitVectors(dim);
  const vectors = await digits;
  return {
    data: draw(trainingSets, "training", vectors.training, vectors),
    validation: draw(validationSets, "validation", vectors.validation, vectors),
    test: draw(testSets, "test", vectors.test, vectors),
    dim,
  };
}

/** Task B, "absolute": the same sets, but S* are the items with the largest value along a fixed random direction. */
export function absoluteSets(sets: readonly SetExample[], random: Random, k: number): SetExample[] {
  const width = sets[0]?.items.width ?? 0;
  const direction = Array.from({ length: width }, () => random.normal());
  return sets.map(({ items }) => {
    const scores = Array.from({ length: items.rows }, (_, j) =>
      direction.reduce((sum, d, c) => sum + d * (items.data[j * width + c] as number), 0),
    );
    return { items, chosen: topIndices(scores, k) };
  });
}

/**
 * Task C, the base paper's Gaussian mixture: 100 points around $\pm(1, 1)/\sqrt2$ with spread 0.5, of which the 10 on the less frequent
 * side are S*. Which side that is differs from set to set.
 */
export function mixtureSets(count: number, random: Random, { size = 100, few = 10 } = {}): SetExample[] {
  return Array.from({ length: count }, () => {
    const side = random.bool() ? Math.SQRT1_2 : -Math.SQRT1_2;
    const order = random.permutation(size);
    const chosen = Int32Array.from([...order.keys()].filter((at) => (order[at] as number) < few));
    const values = order.flatMap((place) => {
      const centre = place < few ? side : -side;
      return [random.normal(centre, 0.5), random.normal(centre, 0.5)];
    });
    return { items: rowsOf(size, 2, values), chosen };
  });
}
