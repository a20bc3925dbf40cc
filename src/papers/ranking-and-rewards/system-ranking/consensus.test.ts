import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { consensusOfOrder, kendallDistance, rankColumn, type Scores } from "../rankings.ts";
import { bordaRanking } from "./borda.ts";
import { bootstrapRanking, distortion, topOverlap } from "./diagnostics.ts";
import { aggregateInstances } from "./instances.ts";
import { kemenyOfPreferences, kemenyRanking, majorityComponents } from "./kemeny.ts";
import { orderCost } from "./kemeny-subsets.ts";
import { meanRanking } from "./mean.ts";

const column = (scores: Scores, t: number): number[] => scores.map((row) => row[t] ?? Number.NaN);

/** Complete tables with few distinct values, so that ties are common. */
const tables = (systems: number, tasks: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: tasks, maxLength: tasks }), {
    minLength: systems,
    maxLength: systems,
  });

function permutations(items: number[]): number[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item) => permutations(items.filter((x) => x !== item)).map((rest) => [item, ...rest]));
}

function kemenyCost(order: number[], scores: Scores): number {
  const { rank } = consensusOfOrder(order);
  return (scores[0] ?? []).reduce<number>((sum, _, t) => sum + kendallDistance(rank, rankColumn(column(scores, t))), 0);
}

// 3 × ABC and 2 × BCA as scores: a Condorcet winner that Borda does not put first.
const condorcet: Scores = [
  [3, 3, 3, 1, 1],
  [2, 2, 2, 3, 3],
  [1, 1, 1, 2, 2],
];

describe("bordaRanking", () => {
  it("is unchanged by any increasing map of one task; the mean is not", () => {
    fc.assert(
      fc.property(tables(5, 3), fc.integer({ min: 0, max: 2 }), (scores, t) => {
        const bent = scores.map((row) => row.map((x, j) => (j === t ? 1000 * Math.exp(x) : x)));
        expect(bordaRanking(bent).rank).toEqual(bordaRanking(scores).rank);
      }),
    );
    const plain: Scores = [
      [1, 2],
      [2, 0],
    ];
    const stretched: Scores = [
      [1, 2],
      [2000, 0],
    ];
    expect(meanRanking(plain).order).toEqual([0, 1]);
    expect(meanRanking(stretched).order).toEqual([1, 0]);
  });

  it("is neutral: permuted systems and tasks permute the result", () => {
    fc.assert(
      fc.property(tables(5, 4), fc.integer(), (scores, seed) => {
        const random = new Random(seed);
        const [systems, tasks] = [random.permutation(5), random.permutation(4)];
        const moved = systems.map((s) => tasks.map((t) => scores[s]?.[t] ?? 0));
        const before = bordaRanking(scores).rank;
        expect(bordaRanking(moved).rank).toEqual(systems.map((s) => before[s]));
      }),
    );
  });

  it("is unchanged when every task is doubled, and a weight of 2 is a doubled task", () => {
    const scores: Scores = [
      [3, 1, 2],
      [1, 3, 3],
      [2, 2, 1],
    ];
    expect(bordaRanking(scores.map((row) => [...row, ...row])).rank).toEqual(bordaRanking(scores).rank);
    expect(bordaRanking(scores, { weights: [2, 1, 1] }).rank).toEqual(
      bordaRanking(scores.map((r) => [...r, r[0] ?? 0])).rank,
    );
  });

  it("turns lower-is-better tasks around", () => {
    expect(bordaRanking([[1], [2], [3]], { directions: ["lower"] }).order).toEqual([0, 1, 2]);
  });

  it("marks ties instead of inventing an order", () => {
    expect(
      bordaRanking([
        [1, 2],
        [2, 1],
        [0, 0],
      ]).rank,
    ).toEqual([1.5, 1.5, 3]);
  });

  it("refuses missing scores unless told, and then agrees with rank sums on complete tables", () => {
    expect(() =>
      bordaRanking([
        [1, null],
        [2, 3],
      ]),
    ).toThrow(/missing/);
    expect(
      bordaRanking(
        [
          [1, null],
          [2, 3],
          [0, 4],
        ],
        { missing: "pairwise" },
      ).order,
    ).toEqual([1, 0, 2]);
    expect(() =>
      bordaRanking(
        [
          [1, null],
          [null, 3],
        ],
        { missing: "pairwise" },
      ),
    ).toThrow(/shares no task/);
  });
});

describe("kemenyRanking", () => {
  it("puts the Condorcet winner first where Borda does not", async () => {
    expect((await kemenyRanking(condorcet)).order[0]).toBe(0);
    expect(bordaRanking(condorcet).order[0]).toBe(1);
  });

  it("equals brute force over all orders, in cost and uniqueness", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }).chain((n) => tables(n, 3)),
        async (scores) => {
          const all = permutations(scores.map((_, i) => i)).map((order) => kemenyCost(order, scores));
          const best = Math.min(...all);
          const result = await kemenyRanking(scores);
          expect(result.cost).toBeCloseTo(best, 9);
          expect(kemenyCost(result.order, scores)).toBeCloseTo(best, 9);
          expect(result.unique).toBe(all.filter((cost) => cost < best + 1e-9).length === 1);
          expect(result.optimal).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("solves a program to the same cost as subsets, for twelve systems without a majority split", async () => {
    const random = new Random(5);
    const scores = Array.from({ length: 12 }, () => Array.from({ length: 5 }, () => random.int(0, 20)));
    const bySubsets = await kemenyRanking(scores, { method: "dp" });
    const byProgram = await kemenyRanking(scores, { method: "milp" });
    expect(byProgram.optimal).toBe(true);
    expect(byProgram.cost).toBeCloseTo(bySubsets.cost, 9);
    expect(byProgram.unique).toBe(bySubsets.unique);
  });

  it("lies between nothing and five times itself: cost(Kemeny) ≤ cost(Borda) ≤ 5 cost(Kemeny)", async () => {
    await fc.assert(
      fc.asyncProperty(tables(7, 5), async (scores) => {
        const kemeny = await kemenyRanking(scores);
        const borda = kemenyCost(bordaRanking(scores).order, scores);
        expect(kemeny.cost).toBeLessThanOrEqual(borda + 1e-9);
        expect(borda).toBeLessThanOrEqual(5 * kemeny.cost + 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it("follows unanimity and counts all-equal columns as half a vote for each pair", async () => {
    expect(
      (
        await kemenyRanking([
          [1, 1],
          [3, 3],
          [2, 2],
        ])
      ).order,
    ).toEqual([1, 2, 0]);
    const flat = await kemenyRanking([[1], [1], [1]]);
    expect(flat).toMatchObject({ order: [0, 1, 2], cost: 1.5, unique: false });
  });

  it("cuts the systems where a majority cuts them", () => {
    // 0, 1, 2 form a cycle and all beat 3.
    const q = new Float64Array([0, 2, 1, 3, 1, 0, 2, 3, 2, 1, 0, 3, 0, 0, 0, 0]);
    expect(majorityComponents(q, 4)).toEqual([[0, 1, 2], [3]]);
    expect(orderCost(q, 4, [0, 1, 2, 3])).toBe(1 + 2 + 1);
  });

  it("refuses a component that subsets cannot hold", async () => {
    const n = 17;
    await expect(kemenyOfPreferences(new Float64Array(n * n).fill(1), n, { method: "dp" })).rejects.toThrow(/milp/);
  });
});

describe("aggregateInstances", () => {
  const random = new Random(3);
  const task = (name: string, instances: number) => ({
    name,
    scores: Array.from({ length: 4 }, () => Array.from({ length: instances }, () => random.int(0, 9))),
  });

  it("has equal levels when every task has one instance", () => {
    const tasks = [task("a", 1), task("b", 1), task("c", 1)];
    expect(aggregateInstances(tasks, "two").rank).toEqual(aggregateInstances(tasks, "one").rank);
    expect(aggregateInstances(tasks, "macroMean").rank).toEqual(aggregateInstances(tasks, "microMean").rank);
  });

  it("in two levels does not hear a task twice; in one level it does", () => {
    const [a, b] = [task("a", 3), { name: "b", scores: [[1], [2], [3], [4]] }];
    const louder = { name: "b", scores: b.scores.map(([x]) => new Array<number>(50).fill(x ?? 0)) };
    expect(aggregateInstances([a, louder], "two").rank).toEqual(aggregateInstances([a, b], "two").rank);
    expect(aggregateInstances([a, louder], "one").order).toEqual([3, 2, 1, 0]);
  });

  it("refuses tasks with different systems", () => {
    expect(() => aggregateInstances([task("a", 2), { name: "b", scores: [[1], [2]] }], "two")).toThrow(
      /task b has 2 systems/,
    );
  });
});

describe("diagnostics", () => {
  it("measures distortion by hand", () => {
    expect(distortion({ rank: [1, 2, 3] }, condorcet)).toBeCloseTo((3 * 0 + 2 * 2) / 5, 12);
  });

  it("gives certain ranks to a unanimous table and shares wins of equals", () => {
    const sure = bootstrapRanking(
      [
        [3, 3],
        [2, 2],
        [1, 1],
      ],
      (s) => bordaRanking(s),
      { over: "tasks", B: 50, random: new Random(1) },
    );
    expect(sure.rankCI).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(sure.winProb[0]).toBeCloseTo(1, 12);
    const equal = bootstrapRanking(
      [
        [1, 1],
        [1, 1],
      ],
      (s) => bordaRanking(s),
      { over: "tasks", B: 50, random: new Random(1) },
    );
    expect(equal.winProb[0]).toBeCloseTo(0.5, 12);
  });

  it("compares the tops of two orders", () => {
    expect(topOverlap([0, 1, 2], [1, 0, 2], 2)).toBe(1);
    expect(topOverlap([0, 1, 2], [2, 1, 0], 1)).toBe(0);
  });
});
