import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { treeMaxSum } from "./binary-tree.ts";
import { type Adversary, adaptiveGame, areaUnderCurve } from "./evaluation.ts";
import { type ContinualMechanism, monotone } from "./mechanism.ts";
import { attackLimit, composeZcdp, dpToZcdp, gaussianCost, PrivacyLedger, zcdpToDp } from "./privacy.ts";
import { recomputeMaxSum } from "./recompute.ts";
import { factorizationMaxSum } from "./square-root-factorization.ts";

describe("conversions", () => {
  it("follow their formulas", () => {
    expect(zcdpToDp(0.5, 1e-6)).toBeCloseTo(0.5 + 2 * Math.sqrt(0.5 * Math.log(1e6)), 12);
    expect(zcdpToDp(0, 0.1)).toBe(0);
    expect(dpToZcdp(2)).toBe(2);
    expect(composeZcdp(0.1, 0.2, 0.3)).toBeCloseTo(0.6, 12);
    expect(gaussianCost(2, 4)).toBe(0.125);
  });

  it("refuse what has no meaning", () => {
    expect(() => zcdpToDp(-1, 0.1)).toThrow(RangeError);
    for (const delta of [0, 1, Number.NaN]) expect(() => zcdpToDp(1, delta)).toThrow(/delta/);
    expect(() => dpToZcdp(0)).toThrow(/eps/);
    expect(() => composeZcdp(0.1, -0.1)).toThrow(/cost/);
  });
});

describe("attackLimit", () => {
  it("is Φ(√ρ): the AUC of telling N(0, 1) from N(√(2ρ), 1)", () => {
    expect(attackLimit(0.5)).toBeCloseTo(0.76025, 5);
    expect(attackLimit(0)).toBeCloseTo(0.5, 6);
    const random = new Random(1);
    const draws = Array.from({ length: 4000 }, () => [random.normal(1, 1), random.normal()] as const);
    const area = areaUnderCurve(
      draws.map(([positive]) => positive),
      draws.map(([, negative]) => negative),
    );
    expect(Math.abs(area - attackLimit(0.5))).toBeLessThan(0.02);
  });
});

describe("areaUnderCurve", () => {
  it("counts pairs, ties as half", () => {
    expect(areaUnderCurve([3, 4], [1, 2])).toBe(1);
    expect(areaUnderCurve([1], [2])).toBe(0);
    expect(areaUnderCurve([1, 2], [1, 2])).toBe(0.5);
  });
});

describe("PrivacyLedger", () => {
  it("keeps equal releases at equal distances as one entry and sees them singly", () => {
    const ledger = new PrivacyLedger();
    const seen: number[] = [];
    ledger.onRelease = (time, _, __, spent) => seen.push(time, spent);
    for (const t of [5, 10, 15, 17]) ledger.record(t, "a", 0.25);
    ledger.record(20, "b", 0.5);
    expect(ledger.entries.map(({ what, first, last, count, every }) => [what, first, last, count, every])).toEqual([
      ["a", 5, 15, 3, 5],
      ["a", 17, 17, 1, 0],
      ["b", 20, 20, 1, 0],
    ]);
    expect(ledger.count).toBe(5);
    expect(ledger.spent).toBe(1.5);
    expect(seen).toEqual([5, 0.25, 10, 0.5, 15, 0.75, 17, 1, 20, 1.5]);
    ledger.clear();
    expect([ledger.count, ledger.spent]).toEqual([0, 0]);
  });
});

describe("adaptiveGame", () => {
  const T = 64;
  const challengeAt = 9;
  /** Keeps the second column just below what it believes the first has, so that the challenge moves the maximum. */
  const adversary: Adversary = {
    next(t, outputs) {
      if (t === challengeAt) return { challenge: [Uint8Array.of(0, 0), Uint8Array.of(1, 1)] };
      const believed = outputs.at(-1) ?? 0;
      return believed < t / 2 ? Uint8Array.of(1, 0) : Uint8Array.of(0, 1);
    },
    // Every later answer is higher by up to 1 under the second record; what came before is known noise.
    score: (outputs) => outputs.slice(challengeAt - 1).reduce((sum, a) => sum + a, 0),
  };
  const options = { T, d: 2, rho: 0.5, seed: 0 };

  it.each([
    ["recompute", recomputeMaxSum({ ...options, r: 8 })],
    ["recompute, monotone", monotone(recomputeMaxSum({ ...options, r: 8 }))],
    ["tree", treeMaxSum(options)],
    ["factorization", factorizationMaxSum(options)],
  ])("holds %s below the limit", (_, mechanism) => {
    const { auc, limit, challenges } = adaptiveGame(mechanism, adversary, { trials: 512, seed: 3 });
    expect(limit).toBeCloseTo(0.76025, 5);
    expect(challenges).toBe(512);
    expect(auc.value).toBeLessThan(limit + 0.02);
  });

  it("catches a mechanism that spends more than it says", () => {
    const honest = recomputeMaxSum({ ...options, rho: 40, r: 8 });
    const cheat: ContinualMechanism<number> = {
      problem: "max-sum",
      T,
      d: 2,
      rho: 0.5,
      ledger: honest.ledger,
      get time() {
        return honest.time;
      },
      step: (x) => honest.step(x),
      reset: (seed) => honest.reset(seed),
    };
    const constant: Adversary = {
      next: (t) =>
        t === challengeAt ? { challenge: [Uint8Array.of(0, 0), Uint8Array.of(1, 1)] } : Uint8Array.of(0, 0),
      score: adversary.score,
    };
    const { auc, limit } = adaptiveGame(cheat, constant, { trials: 256, seed: 4 });
    expect(auc.low).toBeGreaterThan(limit);
  });

  it("refuses adversaries without a challenge, or with two", () => {
    const mechanism = recomputeMaxSum(options);
    const never: Adversary = { next: () => new Uint8Array(2), score: () => 0 };
    const always: Adversary = { next: () => ({ challenge: [new Uint8Array(2), new Uint8Array(2)] }), score: () => 0 };
    expect(() => adaptiveGame(mechanism, never, { trials: 4 })).toThrow(/no challenge/);
    expect(() => adaptiveGame(mechanism, always, { trials: 4 })).toThrow(/second challenge/);
    expect(() => adaptiveGame(mechanism, always, { trials: 1 })).toThrow(/4 or more/);
  });
});
