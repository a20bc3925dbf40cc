import { describe, expect, it } from "vitest";
import { filledTree } from "../../kit/nets/tree.ts";
import { Random } from "../../kit/random.ts";
import {
  cosineNetwork,
  cropDigits,
  disjointSets,
  initEncoder,
  meanTaskAccuracy,
  orthonormalHead,
  partialPermutation,
  permutePixels,
  pixelScale,
  taskAccuracy,
  trainOnTasks,
} from "./digit-tasks.ts";

describe("tasks made of digits", () => {
  it("move as many pixels as asked among each other, and no others", () => {
    const order = partialPermutation(64, 40, new Random(1));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    const moved = order.filter((from, to) => from !== to).length;
    expect(moved).toBeGreaterThan(30);
    expect(moved).toBeLessThanOrEqual(40);
    expect(partialPermutation(9, 0, new Random(1))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...permutePixels(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 0, 1])]).toEqual([3, 1, 2, 6, 4, 5]);
  });

  it("cut borders off, and know the scale of their pixels", () => {
    const images = Float32Array.from({ length: 32 }, (_, i) => i);
    const cropped = cropDigits({ images, labels: Uint8Array.of(1, 2), count: 2, side: 4 }, 1);
    expect([...cropped.images]).toEqual([5, 6, 9, 10, 21, 22, 25, 26]);
    expect(cropped).toMatchObject({ side: 2, count: 2 });
    expect(pixelScale(Float32Array.of(1, 3, 1, 3))).toEqual({ mean: 2, sd: 1 });
  });

  it("draw sets that share no image", () => {
    const pool = {
      images: Float32Array.from({ length: 10 }, (_, i) => i),
      labels: Uint8Array.from({ length: 10 }, (_, i) => i),
      count: 10,
      side: 1,
    };
    const sets = disjointSets(pool, [3, 5, 2], new Random(4));
    expect(sets.map(({ count }) => count)).toEqual([3, 5, 2]);
    const drawn = sets.flatMap(({ images }) => [...images]);
    expect(drawn.sort((a, b) => a - b)).toEqual([...pool.images]);
    expect(() => disjointSets(pool, [8, 3], new Random(4))).toThrow(/too few/);
  });

  it("have heads of orthonormal columns, and logits that are scaled cosines", () => {
    const { data } = orthonormalHead(6, 4, new Random(2))["head.weight"] ?? { data: new Float32Array() };
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        let dot = 0;
        for (let i = 0; i < 6; i++) dot += (data[4 * i + a] ?? 0) * (data[4 * i + b] ?? 0);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 6);
      }
    }
    const head = orthonormalHead(3, 2, new Random(3));
    const encoder = {
      "layers.0.weight": { data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), shape: [3, 3] },
      "layers.0.bias": { data: new Float32Array(3), shape: [3] },
    };
    const x = Float32Array.of(1, 2, 2);
    const plain = cosineNetwork([3, 3], 2, 0).logits({ ...encoder, ...head }, x, 1);
    const cosine = cosineNetwork([3, 3], 2, 6).logits({ ...encoder, ...head }, x, 1);
    expect(cosine[0]).toBeCloseTo(2 * (plain[0] ?? 0), 5); // |x| = 3 and the scale is 6
    expect(cosine[1]).toBeCloseTo(2 * (plain[1] ?? 0), 5);
  });

  it("are learnt through their own frozen heads, one or several at once", () => {
    const random = new Random(5);
    const sizes = [4, 16, 8];
    const network = cosineNetwork(sizes, 3, 8);
    const task = (flip: number) => {
      const images = Float32Array.from({ length: 4 * 90 }, () => random.normal(0, 0.3));
      const labels = Uint8Array.from({ length: 90 }, (_, n) => n % 3);
      for (const [n, label] of labels.entries()) images[4 * n + label] = (images[4 * n + label] ?? 0) + 2 * flip;
      return { images, labels, head: orthonormalHead(8, 3, random) };
    };
    const tasks = [task(1), task(-1)];
    const heads = tasks.map(({ head }) => head["head.weight"]?.data.slice());
    const start = initEncoder(sizes, random);
    const copy = structuredClone(start);
    const both = trainOnTasks(network, start, tasks, { steps: 150, batch: 16, learningRate: 5e-3, random });
    expect(meanTaskAccuracy(network, both, tasks)).toBeGreaterThan(0.95);
    const one = trainOnTasks(network, start, tasks.slice(0, 1), { steps: 150, batch: 16, learningRate: 5e-3, random });
    expect(taskAccuracy(network, one, tasks[0] as (typeof tasks)[0])).toBeGreaterThan(0.95);
    expect(start).toEqual(copy);
    expect(tasks.map(({ head }) => head["head.weight"]?.data)).toEqual(heads);
    expect(Object.keys(one)).toEqual(Object.keys(filledTree(start)));
  });
});
