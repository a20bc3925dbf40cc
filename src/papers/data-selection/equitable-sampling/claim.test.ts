import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";

/** A third of the budget, so that a seed takes a fraction of a second: too little for the curves to decide anything. */
const small = { seeds: 8, snps: [4, 20, 100], budget: 420, batch: 20, warmup: 40 };
/** Two groups that are soon learnt and a slow one: eight seeds decide. */
const apart = { seeds: 8, snps: [2, 2, 200], heritability: [0.6, 0.6, 0.6], batch: 80 };

describe("the claim of adaptive sampling", () => {
  it("is measured against the usual splits and an oracle that none beats", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 2, params: small });
    expect(verdict.parts.map(({ name }) => name)).toEqual(["beats fixed shares", "distance to the oracle"]);
    const rows = tables.utility?.rows ?? [];
    const utility = (strategy: string): number => Number(rows.find((row) => row.strategy === strategy)?.utility);
    for (const name of ["adaptive", "worst first", "random"]) {
      expect(utility("oracle")).toBeGreaterThanOrEqual(utility(name));
    }
    expect(utility("adaptive")).toBeGreaterThan(utility("proportional"));
    expect(verdict.parts[0]?.measured[1]?.low).toBeGreaterThan(0);
    for (const row of rows) {
      const spent = Number(row.n0) + Number(row.n1) + Number(row.n2);
      expect(spent).toBeLessThanOrEqual(420);
      expect(spent).toBeGreaterThan(410);
    }
    expect(Object.keys(charts)).toEqual(["utility", "samples"]);
    expect(charts.utility?.alt).toMatch(/equal -?0\.\d/);
    expect(notes.join()).toMatch(/SNPs/);
  });

  it("holds where groups learn at different rates, and not when batches go to a random group or all learn alike", async () => {
    const fixedShares = async (ablate: "none" | "values" | "rates") => {
      const { verdict } = await runClaim(claim, { seed: 2, params: { ...apart, ablate } });
      return verdict.parts.find(({ name }) => name === "beats fixed shares");
    };
    const base = await fixedShares("none");
    expect(base?.outcome).toBe("holds");
    expect(base?.measured[0]?.low).toBeGreaterThan(0);
    const [chance, alike] = [await fixedShares("values"), await fixedShares("rates")];
    expect([chance?.outcome, alike?.outcome]).not.toContain("holds");
    for (const taken of [chance, alike]) expect(taken?.measured[0]?.value).toBeLessThan(base?.measured[0]?.low ?? 0);
  });

  it("repeats itself for the same seed, and measures every part at full scale", async () => {
    const params = { ...small, seeds: 3 };
    const once = await runClaim(claim, { seed: 5, scale: "full", params });
    expect((await runClaim(claim, { seed: 5, scale: "full", params })).verdict).toEqual(once.verdict);
    expect(once.verdict.parts.map(({ name }) => name)).toContain("other values and prices");
    expect(once.tables.utility?.rows).toHaveLength(32);
  });
});
