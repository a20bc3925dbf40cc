import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { chooseCurve } from "./choose-curve.ts";
import { saturatingCurve } from "./curves.ts";
import { type PlannedGroup, planPurchase, splitWithin } from "./plan.ts";

const terms = { cost: 1, weight: 1, have: 100, max: Number.POSITIVE_INFINITY };
const truth = [
  { A: 0.7, kappa: 15 },
  { A: 0.5, kappa: 120 },
  { A: 0.5, kappa: 600 },
];
/** Scores with the noise of a hundred people, in units of `unit`. */
const noisy = (counts: readonly number[], unit: number, random: Random) =>
  truth.map(({ A, kappa }) =>
    counts.map((n) => ({ n, score: unit * ((A * n) / (n + kappa) + random.normal(0, 0.05)) })),
  );
const reached = (samples: readonly number[]): number =>
  truth.reduce((sum, { A, kappa }, g) => sum + (A * (samples[g] as number)) / ((samples[g] as number) + kappa) / 3, 0);

describe("the curve a plan is made with", () => {
  it.each([
    { counts: [20, 50, 100], unit: 1 },
    { counts: [20, 40, 70, 100], unit: 1 },
    { counts: [20, 40, 70, 100], unit: 100 },
  ])("starves no slow group: scores at $counts of up to $unit", ({ counts, unit }) => {
    const plans = Array.from({ length: 10 }, (_, seed) => {
      const points = noisy(counts, unit, new Random(seed));
      const largest = Math.max(...points.flat().map(({ score }) => score));
      const groups = points.map(
        (list, g): PlannedGroup => ({ ...terms, name: `${g}`, curve: chooseCurve(list, "auto", { largest }) }),
      );
      return planPurchase(groups, 900, 45, { kind: "identity" }).buy;
    });
    expect(plans.filter(([, , slow = 0]) => slow < 30)).toEqual([]);
    const mean = plans.reduce((sum, buy) => sum + reached(buy.map((n) => n + 100)) / plans.length, 0);
    expect(mean).toBeGreaterThan(reached([400, 400, 400]));
  });

  it("goes below zero where scores do", () => {
    const losses = [10, 20, 40, 80].map((n) => ({ n, score: -2 * n ** -0.5 }));
    expect(chooseCurve(losses, "auto")).toMatchObject({ family: "power" });
    const small = losses.map(({ n, score }) => ({ n, score: score / 10 }));
    expect(chooseCurve(small, "auto").value(80)).toBeCloseTo(small[3]?.score ?? 0, 4);
    const early = [
      { n: 20, score: -0.05 },
      { n: 40, score: 0.02 },
    ];
    expect(chooseCurve(early, "auto").family).toBe("average");
  });
});

describe("the usual splits beside a plan", () => {
  const shares = [
    { cost: 1, share: 3 },
    { cost: 2, share: 2 },
    { cost: 1, share: 1 },
  ];

  it("spend on the others what a group cannot take", () => {
    expect(splitWithin("equal", shares, [10, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 100)).toEqual([
      10, 30, 30,
    ]);
    expect(splitWithin("proportional", shares, [10, 35, Number.POSITIVE_INFINITY], 100)).toEqual([10, 35, 20]);
    expect(splitWithin("equalSpending", shares, [1, 2, 3], 100)).toEqual([1, 2, 3]);
  });

  it("are compared for the same money", () => {
    const curve = saturatingCurve(0.8, 200);
    const groups = ["a", "b", "c"].map((name) => ({ ...terms, name, curve, max: name === "a" ? 110 : 10_000 }));
    const { utilities } = planPurchase(groups, 610, 30, { kind: "identity" });
    const best = utilities.find(({ strategy }) => strategy === "recommended")?.utility;
    // Alike in all but the bound of a, so that the best split is the equal one within it.
    expect(best).toBeGreaterThan(0);
    for (const strategy of ["as many samples of each", "as much money for each"]) {
      expect(utilities.find((row) => row.strategy === strategy)?.utility).toBeCloseTo(best ?? 0, 9);
    }
  });
});
