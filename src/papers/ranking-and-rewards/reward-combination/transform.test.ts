import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { logSigmoid } from "../logistic.ts";
import { BradleyTerryReward } from "./bradley-terry.ts";
import { rewardReport } from "./judge.ts";
import { reinforce } from "./policy-gradient.ts";
import { rerank } from "./rerank.ts";
import { matchKl, tilt } from "./tilt.ts";
import { combineRewards, lsc, referenceReward } from "./transform.ts";

const reward = fc.double({ min: -6, max: 6, noNaN: true });
const rewards = fc.array(reward, { minLength: 3, maxLength: 8 });

describe("logSigmoid and the reference", () => {
  it("is exact far out and its slope is σ(ref − r)", () => {
    expect(logSigmoid(-800)).toBe(-800);
    expect(Math.abs(logSigmoid(800))).toBe(0);
    for (const r of [-3, 0, 2.5]) {
      const slope = (logSigmoid(r + 1e-6 - 1) - logSigmoid(r - 1e-6 - 1)) / 2e-6;
      expect(slope).toBeCloseTo(1 / (1 + Math.exp(r - 1)), 7);
    }
  });

  it("interpolates quantiles linearly, and takes weights", () => {
    expect(referenceReward([0, 10], { quantile: 0.85 })).toBeCloseTo(8.5, 12);
    expect(referenceReward([3, 1, 2], { quantile: 0.5 })).toBe(2);
    expect(referenceReward([1, 2, 3], { quantile: 0.5, probs: [0.9, 0.05, 0.05] })).toBe(1);
    expect(() => referenceReward([1], { quantile: 1 })).toThrow(/quantile 1/);
  });

  it("makes LSC blind to a shift of prompt", () => {
    fc.assert(
      fc.property(rewards, reward, reward, (r, reference, shift) => {
        const [a, b] = [
          lsc(r, reference),
          lsc(
            r.map((x) => x + shift),
            reference + shift,
          ),
        ];
        for (let k = 0; k < r.length; k++) expect(b[k]).toBeCloseTo(a[k] ?? 0, 9);
      }),
    );
  });
});

describe("combineRewards", () => {
  const table = [
    [0, 40, -40, 40],
    [0, -40, 40, 40],
  ];
  const probability = (rule: "and" | "or", o = {}) => [...combineRewards(table, [0, 0], rule, o)].map(Math.exp);

  it("is a truth table when the probabilities are 0 and 1", () => {
    expect(probability("and").map((p) => Number(p.toFixed(9)))).toEqual([0.25, 0, 0, 1]);
    expect(probability("or").map((p) => Number(p.toFixed(9)))).toEqual([0.75, 1, 1, 1]);
    expect(probability("and", { negate: [false, true] }).map((p) => Number(p.toFixed(9)))).toEqual([0.25, 1, 0, 0]);
  });

  it("is LSC for one reward, and does not mind the order of several", () => {
    fc.assert(
      fc.property(rewards, reward, (r, reference) => {
        expect([...combineRewards([r], [reference], "and")]).toEqual([...lsc(r, reference)]);
        const other = r.map((x) => 1 - x);
        const [ab, ba] = [combineRewards([r, other], [0, 1], "and"), combineRewards([other, r], [1, 0], "and")];
        for (let k = 0; k < r.length; k++) expect(ab[k]).toBeCloseTo(ba[k] ?? 0, 12);
      }),
    );
  });

  it.each([
    [[[1], [1, 2]], [0, 0], /2 and 1 candidates|1 and 2/],
    [[[Number.NaN, 1]], [0], /reward 0 is NaN/],
    [[[1]], [0, 0], /2 references for 1 rewards/],
    [[], [], /no rewards/],
  ])("refuses %j", (rows, references, message) => {
    expect(() => combineRewards(rows, references, "and")).toThrow(message);
  });
});

describe("tilt", () => {
  it("maximises E[u] − γ KL over a fine grid of policies, and reports γ log Z", () => {
    const [u, gamma, base] = [[0.3, -1, 0.8], 0.7, [0.5, 0.3, 0.2]];
    const objective = (p: number[]) =>
      p.reduce((sum, pk, k) => sum + pk * (u[k] ?? 0) - (pk > 0 ? gamma * pk * Math.log(pk / (base[k] ?? 1)) : 0), 0);
    let best = Number.NEGATIVE_INFINITY;
    for (let a = 0; a <= 200; a++)
      for (let b = 0; a + b <= 200; b++) best = Math.max(best, objective([a / 200, b / 200, 1 - (a + b) / 200]));
    const { probs, value } = tilt(u, gamma, base);
    expect(objective([...probs])).toBeCloseTo(value, 12);
    expect(value).toBeGreaterThanOrEqual(best);
    expect(value - best).toBeLessThan(1e-4);
    expect(value).toBeCloseTo(
      gamma * Math.log(base.reduce((sum, b, k) => sum + b * Math.exp((u[k] ?? 0) / gamma), 0)),
      12,
    );
  });

  it("ignores constants, keeps the best as γ → 0 and returns the base as γ → ∞", () => {
    fc.assert(
      fc.property(rewards, reward, (u, shift) => {
        const [a, b] = [
          tilt(u, 0.5).probs,
          tilt(
            u.map((x) => x + shift),
            0.5,
          ).probs,
        ];
        for (let k = 0; k < u.length; k++) expect(b[k]).toBeCloseTo(a[k] ?? 0, 9);
      }),
    );
    expect(tilt([1, 3, 2], 1e-3).probs[1]).toBeCloseTo(1, 12);
    expect(tilt([1, 3, 2], 1e9).probs[0]).toBeCloseTo(1 / 3, 6);
    expect(() => tilt([1], 0)).toThrow(/γ = 0/);
    expect(() => tilt([1, 2], 1, [0.5, 0.6])).toThrow(/sum to 1.1/);
  });

  it("with LSC and γ = 1 is rejection sampling by the chance of being good", () => {
    const random = new Random(3);
    const r = [0.2, -1, 1.5, 0];
    const { probs } = tilt(lsc(r, 0.5), 1);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 60_000; i++) {
      const k = random.int(0, 3);
      if (random.bool(1 / (1 + Math.exp(0.5 - (r[k] ?? 0))))) counts[k] = (counts[k] ?? 0) + 1;
    }
    const kept = counts.reduce((sum, c) => sum + c, 0);
    for (let k = 0; k < 4; k++) expect(Math.abs((counts[k] ?? 0) / kept - (probs[k] ?? 0))).toBeLessThan(0.015);
  });

  it("falls in KL with γ, and is matched to 1e-6", () => {
    const random = new Random(4);
    const utilities = Array.from({ length: 5 }, () => Float64Array.from({ length: 12 }, () => random.normal()));
    const kls = [0.1, 0.3, 1, 3].map((gamma) => tilt(utilities[0] ?? [], gamma).kl);
    expect([...kls].sort((a, b) => b - a)).toEqual(kls);
    for (const target of [0.01, 0.5, 2]) expect(matchKl(utilities, target).kl).toBeCloseTo(target, 6);
    expect(() => matchKl(utilities, 3)).toThrow(/not between 0 and 2.48/);
  });
});

describe("rerank", () => {
  it("keeps the order of a single reward under every increasing rule", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 6 }), (r) => {
        const list = r.map((x, k) => ({ id: String(k), rewards: [x] }));
        const ranks = (rule: "and" | "weightedSum") => rerank(list, [0.3], rule).map(({ rank }) => rank);
        expect(ranks("and")).toEqual(ranks("weightedSum"));
      }),
    );
  });

  it("prefers good on all over excellent on one, and says how good", () => {
    const [both, one] = rerank(
      [
        { id: "both", rewards: [1, 1] },
        { id: "one", rewards: [6, -3] },
      ],
      [0, 0],
    );
    expect(both?.rank).toBe(1);
    expect(both?.pAll).toBeCloseTo((both?.pGood[0] ?? 0) * (both?.pGood[1] ?? 0), 12);
    expect(Math.exp(one?.utility ?? 0)).toBeCloseTo(one?.pAll ?? 1, 12);
  });
});

describe("BradleyTerryReward", () => {
  it("recovers planted weights from noisy comparisons, in differences", () => {
    const random = new Random(6);
    const planted = [1.5, -0.7];
    const point = () => Float64Array.of(random.normal(), random.normal());
    const truth = (x: Float64Array) => x.reduce((sum, xi, i) => sum + xi * (planted[i] ?? 0), 0);
    const pairs = Array.from({ length: 6000 }, () => {
      const [a, b] = [point(), point()];
      return random.bool(1 / (1 + Math.exp(truth(b) - truth(a)))) ? { winner: a, loser: b } : { winner: b, loser: a };
    });
    const { weights } = BradleyTerryReward.fit(pairs);
    for (const [i, w] of planted.entries()) expect(Math.abs((weights[i] ?? 0) - w)).toBeLessThan(0.12);
    expect(() => BradleyTerryReward.fit([])).toThrow(/no comparisons/);
  });
});

describe("rewardReport", () => {
  it("sums pairs by hand, and gives one half to the base policy", () => {
    const prompt = { truth: [[0, 1]], hacked: [0, 1] };
    const s = 1 / (1 + Math.exp(-1));
    const report = rewardReport([Float64Array.of(0, 1)], [prompt]);
    expect(report.winRate[0]).toBeCloseTo((s + 0.5) / 2, 12);
    expect(report).toMatchObject({ hackMass: 1, klStdAcrossPrompts: 0 });
    expect(report.kl).toBeCloseTo(Math.LN2, 12);
    expect(rewardReport([Float64Array.of(0.5, 0.5)], [prompt]).winRate[0]).toBeCloseTo(0.5, 12);
  });
});

describe("reinforce", () => {
  it("approaches the closed form", () => {
    const distances = reinforce([0, 1, -1, 0.5], {
      gamma: 0.5,
      steps: 1500,
      batch: 16,
      learningRate: 2,
      random: new Random(2),
    });
    expect(distances.at(-1)).toBeLessThan(0.05);
  });
});
