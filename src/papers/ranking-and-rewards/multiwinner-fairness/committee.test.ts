import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { fitPlackettLuce, plackettLucePositions, plackettLuceRankings } from "../plackett-luce.ts";
import { biasByShift, biasBySwaps, separability } from "./bias.ts";
import { bordaPoints, committeeScore, itemScores, positions, type ScoreName, scoreNames } from "./committee-scores.ts";
import { rankingsNeeded } from "./recovery.ts";
import { selectCommittee, selectCommitteeExactly } from "./select-committee.ts";

const m = 6;
const profile = fc.array(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), { minLength: 1, maxLength: 7 });
const groups = [0, 1, 0, 1, 0, 1];

function subsets(size: number): number[][] {
  const all: number[][] = [];
  for (let set = 0; set < 1 << m; set++) {
    const members = Array.from({ length: m }, (_, i) => i).filter((i) => set & (1 << i));
    if (members.length === size) all.push(members);
  }
  return all;
}

function bestByEnumeration(pos: Int32Array, n: number, score: ScoreName, k: number, least: number): number {
  const allowed = subsets(k).filter((s) => s.filter((i) => groups[i] === 1).length >= least);
  return Math.max(...allowed.map((s) => committeeScore(pos, n, m, score, s, k)));
}

describe("positions and itemScores", () => {
  it("scores a hand table of four voters and five items", () => {
    const pos = positions(
      [
        [0, 1, 2, 3, 4],
        [0, 2, 1, 4, 3],
        [1, 0, 2, 3, 4],
        [4, 3, 2, 1, 0],
      ],
      5,
    );
    expect([...itemScores(pos, 4, 5, "sntv", 2)]).toEqual([0.5, 0.25, 0, 0, 0.25]);
    expect([...itemScores(pos, 4, 5, "bloc", 2)]).toEqual([0.75, 0.5, 0.25, 0.25, 0.25]);
    expect([...itemScores(pos, 4, 5, "borda", 2)]).toEqual([11 / 4, 10 / 4, 9 / 4, 5 / 4, 5 / 4]);
  });

  it("gives items left out the mean of the places left", () => {
    expect([...bordaPoints(positions([[2]], 4), 1, 4)]).toEqual([1, 1, 3, 1]);
  });

  it.each([
    [[[0, 0]], /names item 0 twice/],
    [[[7]], /names item 7 of 4/],
    [[], /no rankings/],
  ])("refuses %j", (rankings, message) => {
    expect(() => positions(rankings, 4)).toThrow(message);
  });

  it("agrees with Plackett–Luce: softmax first places, Σ w/(w+w′) Borda points, Bloc of two", () => {
    const w = [4, 2, 1, 0.5];
    const n = 40_000;
    const pos = plackettLucePositions(w.map(Math.log), n, new Random(3));
    const total = w.reduce((sum, x) => sum + x, 0);
    for (const [i, wi] of w.entries()) {
      const p = wi / total;
      const first = itemScores(pos, n, 4, "sntv", 1)[i] ?? 0;
      expect(Math.abs(first - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
      const expected = w.reduce((sum, wj, j) => sum + (j === i ? 0 : wi / (wi + wj)), 0);
      expect(Math.abs((itemScores(pos, n, 4, "borda", 1)[i] ?? 0) - expected)).toBeLessThan(0.03);
      const second = w.reduce((sum, wj, j) => sum + (j === i ? 0 : (wj / total) * (wi / (total - wj))), p);
      expect(Math.abs((itemScores(pos, n, 4, "bloc", 2)[i] ?? 0) - second)).toBeLessThan(0.012);
    }
  });
});

describe("selectCommittee", () => {
  it("is exact for additive scores, with and without a quota", () => {
    fc.assert(
      fc.property(profile, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 }), (rankings, k, quota) => {
        const least = Math.min(quota, k);
        const pos = positions(rankings, m);
        for (const score of ["sntv", "bloc", "borda"] as const) {
          const { value, committee } = selectCommittee(pos, rankings.length, m, {
            score,
            k,
            groups,
            lower: [0, least],
            random: new Random(1),
          });
          expect(value).toBeCloseTo(bestByEnumeration(pos, rankings.length, score, k, least), 9);
          expect(committee.filter((i) => groups[i] === 1).length).toBeGreaterThanOrEqual(least);
          expect(new Set(committee).size).toBe(k);
        }
      }),
    );
  });

  it("keeps the greedy guarantees for Chamberlin–Courant and PAV", () => {
    fc.assert(
      fc.property(profile, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 }), (rankings, k, quota) => {
        const least = Math.min(quota, k);
        const pos = positions(rankings, m);
        for (const score of ["cc", "pav"] as const) {
          const { value } = selectCommittee(pos, rankings.length, m, { score, k, groups, lower: [0, least] });
          const guarantee = least === 0 ? 1 - 1 / Math.E : 0.5;
          expect(value).toBeGreaterThanOrEqual(
            guarantee * bestByEnumeration(pos, rankings.length, score, k, least) - 1e-9,
          );
        }
      }),
    );
  });

  it("finds the optimum of Chamberlin–Courant and PAV by program", async () => {
    await fc.assert(
      fc.asyncProperty(
        profile,
        fc.constantFrom("cc", "pav") as fc.Arbitrary<"cc" | "pav">,
        fc.integer({ min: 0, max: 2 }),
        async (rankings, score, least) => {
          const pos = positions(rankings, m);
          const result = await selectCommitteeExactly(pos, rankings.length, m, {
            score,
            k: 3,
            groups,
            lower: [0, least],
          });
          expect(result.optimal).toBe(true);
          expect(result.value).toBeCloseTo(bestByEnumeration(pos, rankings.length, score, 3, least), 6);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("takes only the group when all seats are reserved, and refuses what cannot be", () => {
    const pos = positions([[0, 2, 4, 1, 3, 5]], m);
    expect(selectCommittee(pos, 1, m, { score: "borda", k: 3, groups, lower: [0, 3] }).committee.sort()).toEqual([
      1, 3, 5,
    ]);
    expect(() => selectCommittee(pos, 1, m, { score: "borda", k: 3, groups, lower: [0, 4] })).toThrow(
      /group 1 has 3 items/,
    );
    expect(() => selectCommittee(pos, 1, m, { score: "borda", k: 2, groups, lower: [2, 2] })).toThrow(
      /4 seats are reserved/,
    );
    expect(() => selectCommittee(pos, 1, m, { score: "borda", k: 7 })).toThrow(/7 seats for 6 items/);
  });

  it("breaks ties at random, not by index", () => {
    const pos = positions([[0, 1, 2, 3, 4, 5]], m);
    const seen = new Set(
      Array.from(
        { length: 40 },
        (_, s) => selectCommittee(pos, 1, m, { score: "sntv", k: 2, random: new Random(s) }).committee[1],
      ),
    );
    expect(seen.size).toBeGreaterThan(3);
  });

  it("is monotone and submodular in cc and pav", () => {
    fc.assert(
      fc.property(
        profile,
        fc.shuffledSubarray([0, 1, 2, 3, 4]),
        fc.constantFrom("cc", "pav") as fc.Arbitrary<"cc" | "pav">,
        (rankings, large, score) => {
          const pos = positions(rankings, m);
          const f = (set: number[]) => committeeScore(pos, rankings.length, m, score, set, 3);
          const small = large.slice(0, Math.floor(large.length / 2));
          expect(f([...large, 5])).toBeGreaterThanOrEqual(f(large) - 1e-12);
          expect(f([...small, 5]) - f(small)).toBeGreaterThanOrEqual(f([...large, 5]) - f(large) - 1e-9);
        },
      ),
    );
  });

  it("does not know the names of the items", () => {
    fc.assert(
      fc.property(
        profile,
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
        fc.constantFrom(...scoreNames),
        (rankings, names, score) => {
          const renamed = rankings.map((ranking) => ranking.map((i) => names[i] ?? 0));
          const [a, b] = [positions(rankings, m), positions(renamed, m)];
          const set = [0, 2, 3];
          const moved = set.map((i) => names[i] ?? 0);
          expect(committeeScore(b, rankings.length, m, score, moved, 3)).toBeCloseTo(
            committeeScore(a, rankings.length, m, score, set, 3),
            12,
          );
        },
      ),
    );
  });
});

describe("bias", () => {
  it("leaves nothing of the group in an unconstrained committee when it is endless, and nothing changed when it is 0", () => {
    const weights = [0, 1, 0, 1, 0, 1];
    expect([...biasByShift(weights, groups, 0)]).toEqual(weights);
    const pos = plackettLucePositions(biasByShift(weights, groups, 60), 50, new Random(1));
    expect(selectCommittee(pos, 50, m, { score: "borda", k: 3 }).committee.sort()).toEqual([0, 2, 4]);
  });

  it("swaps nothing with φ = 0 and everything with φ = 1, keeping the order inside the groups", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (ranking) => {
        expect(biasBySwaps(ranking, groups, 0, 10, new Random(1))).toEqual(ranking);
        const even = ranking.filter((i) => groups[i] === 0);
        const odd = ranking.filter((i) => groups[i] === 1);
        expect(biasBySwaps(ranking, groups, 1, 10, new Random(1))).toEqual([...even, ...odd]);
      }),
    );
  });

  it("leaves the Borda order inside the group as it was, however strong", () => {
    const weights = [2, 2, 1, 1, 0, 0];
    const n = 20_000;
    const pos = plackettLucePositions(biasByShift(weights, groups, 5), n, new Random(8));
    const scores = itemScores(pos, n, m, "borda", 3);
    expect((scores[1] ?? 0) > (scores[3] ?? 0) && (scores[3] ?? 0) > (scores[5] ?? 0)).toBe(true);
  });

  it("suggests many more rankings for SNTV than for Borda under a strong bias", () => {
    const n = 5000;
    const pos = plackettLucePositions(biasByShift([2, 2, 1, 1, 0, 0], groups, 4), n, new Random(9));
    const sntv = separability(
      Float64Array.from(pos, (p) => (p === 0 ? 1 : 0)),
      n,
      m,
      [1, 3, 5],
    );
    const borda = separability(bordaPoints(pos, n, m), n, m, [1, 3, 5]);
    expect(sntv.suggestedN).toBeGreaterThan(8 * borda.suggestedN);
  });
});

describe("fitPlackettLuce", () => {
  it("recovers the weights from many rankings, whole or cut", () => {
    const weights = [1.2, 0.4, 0, -0.5, -1.1];
    const rankings = plackettLuceRankings(weights, 6000, new Random(12));
    for (const list of [rankings, rankings.map((r) => r.slice(0, 3))]) {
      const fitted = fitPlackettLuce(list, 5);
      for (const [i, w] of weights.entries()) expect(Math.abs((fitted[i] ?? 9) - w)).toBeLessThan(0.1);
    }
  });
});

describe("rankingsNeeded", () => {
  it("interpolates in ln n, extrapolates a little, and says when that is not enough", () => {
    const curve = (...quality: number[]) => quality.map((q, i) => ({ n: 16 * 4 ** i, quality: q }));
    expect(rankingsNeeded(curve(0.95, 0.99), 0.9)).toEqual({ n: 16, bound: false });
    expect(rankingsNeeded(curve(0.8, 1), 0.9).n).toBeCloseTo(32, 9);
    expect(rankingsNeeded(curve(0.7, 0.8), 0.85).n).toBeCloseTo(128, 9);
    expect(rankingsNeeded(curve(0.7, 0.71), 0.9)).toEqual({ n: 256, bound: true });
  });
});
