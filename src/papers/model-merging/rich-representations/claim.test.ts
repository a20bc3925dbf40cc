import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import paper from "./card.ts";
import { claim } from "./claim.ts";

/** A smaller world, in which the same happens. */
const small = {
  seeds: 2,
  targets: 3,
  views: 8,
  width: 12,
  steps: 600,
  sourceRows: 1000,
  testRows: 800,
  tuneSteps: 20,
};
const tiny = {
  seeds: 2,
  targets: 1,
  tunedTargets: 1,
  views: 4,
  width: 4,
  sourceRows: 120,
  targetRows: 60,
  testRows: 100,
  steps: 12,
  tuneSteps: 3,
  copies: [3],
  tuningWorlds: 1,
};

const outcomes = (verdict: { parts: { name: string; outcome: string }[] }): Record<string, string> =>
  Object.fromEntries(verdict.parts.map(({ name, outcome }) => [name, outcome]));

describe("the claim of concatenated features", () => {
  it("holds in a small world, with a table and charts that say what was measured", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 1, params: small });
    expect(verdict.outcome).toBe("holds");
    const [transfer, source] = verdict.parts;
    expect(transfer?.measured[0]?.value).toBeGreaterThan(0.02);
    for (const { value, label } of transfer?.measured.slice(2) ?? []) expect(value, label).toBeLessThan(0.97);
    expect(source?.measured[1]?.value).toBeGreaterThan(0.99);
    expect(tables.views?.rows).toHaveLength(7);
    expect(Object.keys(charts)).toEqual(["accuracy", "copies"]);
    expect(charts.copies?.alt).toMatch(/1: 0\.\d+, 2: 0\.\d+, 5: 0\.\d+/);
    expect(notes.join()).toMatch(/ImageNet/);
  });

  it("falls when the copies share their seed", async () => {
    const { verdict } = await runClaim(claim, {
      seed: 1,
      params: { ...small, ablate: "seeds" },
    });
    expect(outcomes(verdict).transfer).toBe("does not hold");
    expect(verdict.outcome).not.toBe("holds");
    expect(verdict.parts[0]?.measured[0]?.value).toBeLessThan(0);
    expect(verdict.parts[2]?.measured.at(-1)?.value).toBeCloseTo(1, 6);
  });

  it("repeats itself for the same seed, and measures every part of the card at full scale", async () => {
    const once = await runClaim(claim, { seed: 5, scale: "full", params: tiny });
    const again = await runClaim(claim, { seed: 5, scale: "full", params: tiny });
    expect(again.verdict).toEqual(once.verdict);
    expect(again.tables).toEqual(once.tables);
    expect(once.verdict.parts.map(({ name }) => name)).toEqual(paper.card.claim.parts.map(({ name }) => name));
    expect(once.tables.tuning?.rows).toHaveLength(36);
    const taken = once.tables.tuning?.rows.map(({ taken }) => String(taken)) ?? [];
    expect(taken.filter((text) => text.includes("beforehand"))).toHaveLength(3);
    expect(taken.filter((text) => text.includes("hindsight"))).toHaveLength(3);
    expect(Object.keys(once.tables)).toEqual(["tuning", "views", "hindsight", "digits"]);
  });
});
