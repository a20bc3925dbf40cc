import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { runClaim } from "../../../kit/testing.ts";
import card from "./card.ts";
import { claim } from "./claim.ts";
import { familyPair } from "./families.ts";
import { splitPlan } from "./plan.ts";
import { methodUnder } from "./timing.ts";

const small = { seeds: 3, maxExponent: 11, instances: 60, reductions: 40, draws: 3, contests: 60, rounds: 1 };

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((part) => [part.name, part.outcome]));

// Outcomes that rest on a stopwatch are not asserted.
describe("claim of hamming-distances", () => {
  it("gives every part, and what is counted holds", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 5, params: small });
    const quick = card.card.claim.parts.filter((part) => part.only !== "full").map((part) => part.name);
    expect(verdict.parts.map((part) => part.name)).toEqual(quick);
    expect(outcomes(verdict.parts)).toMatchObject({
      exactness: "holds",
      equivalence: "holds",
      approximation: "holds",
      packing: "inconclusive", // no pattern of 2^12 symbols at this size
    });
    for (const name of ["exactness", "approximation", "operations", "growth"]) {
      expect(tables[name]?.rows.length).toBeGreaterThan(3);
    }
    expect(charts.growth?.alt).toContain("naive");
    expect(charts.shortfall?.alt).toContain("ε = 0.05");
    expect(notes.join(" ")).toContain("theorems and not measured");
    const rate = verdict.parts.find((part) => part.name === "rate");
    // Slopes of times between two short lengths can have either sign on a busy machine; that they were taken is what counts here.
    expect(rate?.measured.length).toBeGreaterThan(4);
    for (const { value } of rate?.measured ?? []) expect(Number.isFinite(value)).toBe(true);
  });

  it("loses the approximation, and with it the verdict, without the maximum over maps", async () => {
    const { verdict } = await runClaim(claim, { seed: 6, params: { ...small, contests: 10, ablate: "maximum" } });
    expect(outcomes(verdict.parts).approximation).toBe("does not hold");
    expect(verdict.outcome).not.toBe("holds");
  });

  it("has easy families that cost more than the hard one without transforms, or without increments", () => {
    const m = 4096;
    const cost = (family: "hard" | "DNA" | "uniform", ablate: Parameters<typeof methodUnder>[0]) =>
      splitPlan(familyPair(family, 8 * m, m, new Random(2)), methodUnder(ablate)).predictedNs;
    for (const family of ["DNA", "uniform"] as const) {
      expect(cost(family, "none")).toBeLessThan(cost("hard", "none"));
    }
    expect(cost("DNA", "transforms")).toBeGreaterThan(2 * cost("hard", "transforms"));
    expect(cost("uniform", "increments")).toBeGreaterThan(2 * cost("hard", "increments"));
    expect(cost("hard", "packing")).toBeGreaterThan(1.05 * cost("hard", "none"));
  });

  it("counts the same for the same seed", async () => {
    const counted = async () => {
      const { verdict, tables } = await runClaim(claim, {
        seed: 7,
        params: { ...small, instances: 30, contests: 10, draws: 1 },
      });
      const parts = verdict.parts.filter((part) => !["rate", "packing"].includes(part.name));
      return { parts, operations: tables.operations, approximation: tables.approximation };
    };
    expect(await counted()).toEqual(await counted());
  });
});
