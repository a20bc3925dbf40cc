import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ParamTree } from "../../kit/nets/tree.ts";
import { Random } from "../../kit/random.ts";
import { applyTaskVectors, scaleGrid, searchScale, taskArithmetic, taskVector } from "./task-vectors.ts";
import { tiesFilter, tiesMerge, trimTaskVector } from "./ties-merging.ts";

const tree = (...parts: (readonly number[])[]): ParamTree =>
  Object.fromEntries(parts.map((values, l) => [`t${l}`, { data: Float32Array.from(values), shape: [values.length] }]));
const flat = (params: ParamTree): number[] => Object.values(params).flatMap(({ data }) => [...data]);
/** Multiples of 1/8, so that sums in single precision are exact. */
const eighths = fc.integer({ min: -40, max: 40 }).map((n) => n / 8);
const trees = (count: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 4 }))
    .chain(([a, b]) =>
      fc.array(
        fc.tuple(fc.array(eighths, { minLength: a, maxLength: a }), fc.array(eighths, { minLength: b, maxLength: b })),
        { minLength: count, maxLength: count },
      ),
    )
    .map((list) => list.map(([a, b]) => tree(a, b)));

describe("task vectors", () => {
  it("give the pretrained model at 0, an expert at 1, the plain average at 1/K", () => {
    fc.assert(
      fc.property(trees(3), ([pre, a, b]) => {
        if (!pre || !a || !b) throw new Error("three trees were drawn");
        const vectors = [taskVector(pre, a), taskVector(pre, b)];
        expect(flat(applyTaskVectors(pre, vectors, 0))).toEqual(flat(pre));
        expect(flat(applyTaskVectors(pre, vectors, [1, 0]))).toEqual(flat(a));
        expect(flat(taskArithmetic(pre, vectors, 0.5))).toEqual(
          flat(a).map((value, i) => (value + (flat(b)[i] as number)) / 2),
        );
      }),
    );
  });

  it("take one coefficient for all, one a task, or one a task and tensor", () => {
    const [pre, a, b] = [tree([1, 2], [3]), tree([1, 0], [2]), tree([0, 4], [8])];
    expect(flat(applyTaskVectors(pre, [a, b], 0.5))).toEqual([1.5, 4, 8]);
    expect(flat(applyTaskVectors(pre, [a, b], [0.5, 0.5]))).toEqual([1.5, 4, 8]);
    const rows = [
      [1, 0.5],
      [0.25, 0],
    ];
    expect(flat(applyTaskVectors(pre, [a, b], rows))).toEqual([2, 3, 4]);
    expect(flat(pre)).toEqual([1, 2, 3]);
  });

  it("search the scale with the best score, of equals the smallest", () => {
    const [pre, a] = [tree([0]), tree([1])];
    const found = searchScale(
      (scale) => taskArithmetic(pre, [a], scale),
      (merged) => ((merged.t0?.data[0] ?? 0) >= 0.25 ? 1 : 0),
      [1, 0.5, 0.25, 0.125],
    );
    expect(found).toMatchObject({ scale: 0.25, score: 1 });
    expect(found.all).toHaveLength(4);
    expect(scaleGrid(3, 2)).toEqual([0, 1, 2]);
  });

  it("refuse what does not fit", () => {
    const pre = tree([1, 2], [3]);
    expect(() => taskVector(pre, tree([1, 2]))).toThrow('the fine-tuned model has no tensor "t1"');
    expect(() => applyTaskVectors(pre, [], 1)).toThrow(/no task vectors/);
    expect(() => applyTaskVectors(pre, [tree([1], [3])], 1)).toThrow('task vector 1, tensor "t0"');
    expect(() => applyTaskVectors(pre, [pre], [1, 2])).toThrow("2 coefficients for 1 task vectors");
    expect(() => applyTaskVectors(pre, [pre], [[1]])).toThrow("task 1: there are 1 coefficients for 2 tensors");
    expect(() => applyTaskVectors(pre, [pre], Number.NaN)).toThrow("NaN is not a finite number");
    expect(() => scaleGrid(1)).toThrow(/at least 2/);
    expect(() =>
      searchScale(
        () => pre,
        () => 1,
        [],
      ),
    ).toThrow(/at least one scale/);
  });
});

/** TIES as it reads in words, by sorting. */
function slowFilter(vectors: readonly ParamTree[], keep: number): number[][] {
  const trimmed = vectors.map((vector) => {
    const values = flat(vector);
    const order = [...values.keys()].sort((a, b) => Math.abs(values[b] ?? 0) - Math.abs(values[a] ?? 0) || a - b);
    const kept = new Set(order.slice(0, Math.ceil(keep * values.length - 1e-9)));
    return values.map((value, i) => (kept.has(i) ? value : 0));
  });
  const signs = (trimmed[0] ?? []).map((_, i) => Math.sign(trimmed.reduce((sum, values) => sum + (values[i] ?? 0), 0)));
  const majority = Math.sign(signs.reduce((sum, sign) => sum + sign, 0)) || 1;
  return trimmed.map((values) => values.map((value, i) => (value * (signs[i] || majority) > 0 ? value : 0)));
}

describe("TIES-merging", () => {
  it("filters as the slow definition does, and merges by the mean of what is left", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }).chain(trees), fc.integer({ min: 1, max: 10 }), (vectors, tenths) => {
        const keep = tenths / 10;
        const slow = slowFilter(vectors, keep);
        expect(tiesFilter(vectors, { keep }).map(flat)).toEqual(slow);
        const pre = vectors[0] as ParamTree;
        const merged = flat(tiesMerge(pre, vectors, { keep, scale: 0.5 }));
        const summed = flat(tiesMerge(pre, vectors, { keep, combine: "sum" }));
        for (const [i, value] of flat(pre).entries()) {
          const left = slow.map((values) => values[i] ?? 0).filter((entry) => entry !== 0);
          const sum = left.reduce((total, entry) => total + entry, 0);
          expect(merged[i]).toBeCloseTo(value + (0.5 * sum) / Math.max(1, left.length), 5);
          expect(summed[i]).toBeCloseTo(value + sum, 5);
        }
      }),
    );
  });

  it("keeps the top 20% of a single task vector, of equal magnitudes the first", () => {
    const random = new Random(3);
    const vector = tree(
      Array.from({ length: 700 }, () => random.normal()),
      Array.from({ length: 303 }, () => random.normal()),
    );
    const kept = flat(tiesFilter([vector])[0] as ParamTree);
    expect(kept.filter((value) => value !== 0)).toHaveLength(201);
    const left = Math.min(...kept.filter((value) => value !== 0).map(Math.abs));
    const dropped = flat(vector).filter((_, i) => kept[i] === 0);
    expect(Math.max(...dropped.map(Math.abs))).toBeLessThan(left);
    expect(flat(trimTaskVector(tree([1, -1, 1], [-1, 1]), 0.4))).toEqual([1, -1, 0, 0, 0]);
    expect(flat(trimTaskVector(tree([1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11, 12, 13, 14, 15])))).toHaveLength(15);
    expect(
      flat(trimTaskVector(tree(Array.from({ length: 15 }, (_, i) => i)), 0.2)).filter((value) => value !== 0),
    ).toEqual([12, 13, 14]);
  });

  it("gives coordinates whose sum is exactly 0 to the sign of the majority", () => {
    const [a, b] = tiesFilter([tree([2, -1, -3, 0]), tree([-2, -1, -1, 0])], { keep: 1 });
    expect([flat(a as ParamTree), flat(b as ParamTree)]).toEqual([
      [0, -1, -3, 0],
      [-2, -1, -1, 0],
    ]);
    const balanced = tiesFilter([tree([2, -1, 3]), tree([-2, -1, 1])], { keep: 1 });
    expect(balanced.map(flat)).toEqual([
      [2, -1, 3],
      [0, -1, 1],
    ]);
  });

  it("refuses a share outside (0, 1] and values that are not finite", () => {
    expect(() => tiesFilter([tree([1])], { keep: 0 })).toThrow(/above 0/);
    expect(() => tiesFilter([tree([1])], { keep: 1.1 })).toThrow(/at most 1/);
    expect(() => tiesFilter([])).toThrow(/no task vectors/);
    expect(() => tiesFilter([tree([1]), tree([1, 2])])).toThrow('task vector 2, tensor "t0"');
    expect(() => tiesFilter([tree([1], [2, Number.NaN])])).toThrow('task vector 1, tensor "t1": element 1 is NaN');
    expect(() => tiesMerge(tree([1]), [tree([Number.POSITIVE_INFINITY])])).toThrow(/element 0 is Infinity/);
  });
});
