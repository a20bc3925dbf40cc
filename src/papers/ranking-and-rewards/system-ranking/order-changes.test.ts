import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bordaRanking } from "./borda.ts";
import { meanRanking } from "./mean.ts";
import { firstPlaces, influenceOfTasks, winMatrix } from "./order-changes.ts";

describe("influence of tasks", () => {
  it("finds the one task that decides the mean, and nothing that decides Borda", () => {
    const scores = [
      [1, 1, 1, 900],
      [2, 2, 2, 100],
      [3, 3, 3, 0],
    ];
    const of = (rule: typeof meanRanking) => (columns: readonly number[]) =>
      rule(scores.map((row) => columns.map((column) => row[column] ?? 0)));
    const byMean = influenceOfTasks(meanRanking(scores), [0, 1, 2, 3], of(meanRanking));
    expect(byMean.map(({ moved }) => moved)).toEqual([0, 0, 0, 3]);
    expect(byMean[3]?.first).toEqual([2]);
    const byBorda = influenceOfTasks(bordaRanking(scores), [0, 1, 2, 3], of(bordaRanking));
    expect(byBorda.map(({ moved }) => moved)).toEqual([0, 0, 0, 0]);
  });

  it("leaves out all columns of a task together, and has nothing to say of a single task", () => {
    const seen: number[][] = [];
    influenceOfTasks({ rank: [1, 2] }, [0, 1, 0], (columns) => {
      seen.push([...columns]);
      return { rank: [1, 2] };
    });
    expect(seen).toEqual([[1], [0, 2]]);
    expect(influenceOfTasks({ rank: [1, 2] }, [0, 0], () => ({ rank: [1, 2] }))).toEqual([]);
  });

  it("names all systems that share the first place", () => {
    expect(firstPlaces([1.5, 3, 1.5])).toEqual([0, 2]);
  });
});

describe("the matrix of wins", () => {
  it("counts ties half, leaves out what one was not run on, and adds up to one with its mirror", () => {
    const wins = winMatrix([
      [3, 1, null, 1],
      [1, 1, 5, 2],
      [null, null, null, 0],
    ]);
    expect(wins[1]).toBe(1.5 / 3);
    expect(wins[3]).toBe(1.5 / 3);
    expect(wins[2]).toBe(1);
    expect(wins[0]).toBeNaN();
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }), {
          minLength: 2,
          maxLength: 6,
        }),
        (scores) => {
          const n = scores.length;
          const share = winMatrix(scores);
          for (let i = 0; i < n; i++) {
            for (let j = 0; j < i; j++) expect((share[i * n + j] ?? 0) + (share[j * n + i] ?? 0)).toBeCloseTo(1, 12);
          }
        },
      ),
    );
  });
});
