import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MergeReduce } from "./merge-reduce.ts";

describe("merge and reduce", () => {
  it("loses nothing when nothing is reduced, in order, and holds a summary for every bit of the count", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), (count) => {
        const tree = new MergeReduce<number[]>({ merge: (a, b) => [...a, ...b], reduce: (part) => part });
        for (let i = 0; i < count; i++) tree.add([i]);
        expect(tree.result() ?? []).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(tree.held).toBe(count.toString(2).replaceAll("0", "").length);
        expect(tree.mostHeld).toBeLessThanOrEqual(Math.log2(count + 1) + 1);
      }),
      { numRuns: 40 },
    );
  });

  it("reduces twice as often as there are parts at most, and keeps every summary small", () => {
    let reductions = 0;
    let largest = 0;
    const levels = new Set<number>();
    const tree = new MergeReduce<number[]>({
      merge: (a, b) => [...a, ...b],
      reduce(part, level) {
        reductions++;
        levels.add(level);
        largest = Math.max(largest, part.length);
        return part.slice(0, 5);
      },
    });
    for (let i = 0; i < 100; i++) tree.add(new Array<number>(20).fill(i));
    expect(reductions).toBeLessThan(200);
    expect(largest).toBe(20);
    expect([...levels].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(tree.depth).toBe(7);
    expect(tree.parts).toBe(100);
    expect(tree.result()?.length).toBe(15); // 100 = 64 + 32 + 4
  });
});
