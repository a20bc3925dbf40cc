import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import paper from "./card.ts";
import { claim } from "./claim.ts";
import { bestAlpha } from "./recipes.ts";

/** Quick, with less of everything. */
const small = {
  seeds: 3,
  draws: 10_000,
  flips: [],
  trainImages: 600,
  validationImages: 200,
  testImages: 600,
  tuneSteps: 500,
  alphaPoints: 5,
};
const tiny = {
  ...small,
  draws: 1000,
  trainImages: 100,
  validationImages: 50,
  testImages: 100,
  turnedImages: 50,
  turnedSteps: 5,
  tuneSteps: 5,
  alphaPoints: 3,
  hidden: [4],
};
const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map(({ name, outcome }) => [name, outcome]));

describe("the claim of spurious feature diversification", () => {
  it("holds at quick scale, while balanced averaging does not, and says what was measured", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 1, params: small });
    expect(outcomes(verdict.parts)).toEqual({
      theory: "holds",
      "many cues": "holds",
      overconfidence: "holds",
      "balanced averaging": "does not hold",
    });
    expect(verdict.outcome).toBe("holds");
    expect(verdict.parts[1]?.measured[0]?.low).toBeGreaterThan(0.01);
    expect(tables.theory?.rows).toHaveLength(6);
    expect(tables.colours?.rows).toHaveLength(4);
    expect(tables.balance?.rows).toHaveLength(5);
    expect(Object.keys(charts)).toEqual(["overconfidence", "accuracy", "curve"]);
    expect(charts.accuracy?.alt).toMatch(/p = 0\.8: pretrained .*averaged weights/);
    expect(notes.join()).toMatch(/CLIP/);
  });

  it("falls in every required part when both members have the same cues", async () => {
    const params = { ...small, testImages: 300, tuneSteps: 200, ablate: "same cues" as const };
    const { verdict } = await runClaim(claim, { seed: 1, params });
    expect(outcomes(verdict.parts)).toMatchObject({
      theory: "does not hold",
      "many cues": "does not hold",
      overconfidence: "does not hold",
    });
    expect(verdict.outcome).toBe("does not hold");
    expect(verdict.parts[0]?.measured[0]?.value).toBeCloseTo(0, 9);
  });

  it("finds no difference without balance", async () => {
    const params = { ...tiny, ablate: "no balance" as const, hidden: [] };
    const { verdict } = await runClaim(claim, { seed: 1, params });
    const balance = verdict.parts.find(({ name }) => name === "balanced averaging");
    expect(balance?.outcome).toBe("does not hold");
    expect(balance?.measured.slice(0, 3).map(({ value }) => value)).toEqual([0, 0, 0]);
  });

  it("repeats itself for the same seed, and measures every part of the card at full scale", async () => {
    const once = await runClaim(claim, { seed: 5, scale: "full", params: tiny });
    const again = await runClaim(claim, { seed: 5, scale: "full", params: tiny });
    expect(again.verdict).toEqual(once.verdict);
    expect(again.tables).toEqual(once.tables);
    expect(once.verdict.parts.map(({ name }) => name)).toEqual(paper.card.claim.parts.map(({ name }) => name));
    expect(once.tables.balance?.rows).toHaveLength(15);
    expect(Object.keys(once.charts)).toEqual(["overconfidence", "accuracy", "curve", "turned curve"]);
  });

  it("takes the α nearest to ½ among equally good ones", () => {
    const sweep = [0, 0.25, 0.5, 0.75, 1].map((alpha, i) => ({ alpha, score: [1, 3, 2, 3, 3][i] ?? 0 }));
    expect(bestAlpha(sweep)).toBe(0.25);
    expect(bestAlpha(sweep.map(({ alpha }) => ({ alpha, score: 1 })))).toBe(0.5);
  });
});
