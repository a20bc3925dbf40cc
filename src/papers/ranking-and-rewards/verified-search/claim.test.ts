import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import { below, within } from "./rates-parts.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));
const small = { seeds: 4, reps: 1000, prompts: 200 };

describe("claim of verified-search", () => {
  it("holds in all parts", async () => {
    const { verdict, tables, charts } = await runClaim(claim, { seed: 31, params: small });
    expect(outcomes(verdict.parts)).toEqual({
      "rate in data": "holds",
      "growth with budget": "holds",
      search: "holds",
      "condition matters": "holds",
      heterogeneity: "holds",
      "paid verification": "holds",
    });
    expect(verdict.outcome).toBe("holds");
    expect(Object.keys(tables)).toEqual(["data", "budget", "usual", "rare", "sweep", "search"]);
    expect(charts.rates?.alt).toContain("square root");
    expect(charts.search?.alt).toContain("best-of-N");
  });

  it("flips when nothing is verified", async () => {
    const { verdict } = await runClaim(claim, { seed: 32, params: { ...small, ablate: "verification" } });
    expect(verdict.outcome).toBe("does not hold");
    expect(outcomes(verdict.parts)).toMatchObject({
      "rate in data": "does not hold",
      "growth with budget": "does not hold",
      search: "does not hold",
      "condition matters": "does not hold",
    });
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => runClaim(claim, { seed: 33, params: { seeds: 3, reps: 100, prompts: 50 } });
    expect((await once()).verdict).toEqual((await once()).verdict);
  });

  it("decides a range by interval", () => {
    const interval = (low: number, high: number) => ({ value: (low + high) / 2, low, high, n: 5, level: 0.95 });
    expect(within(interval(0.46, 0.5), 0.45, 0.55)).toBe("holds");
    expect(within(interval(0.44, 0.5), 0.45, 0.55)).toBe("inconclusive");
    expect(within(interval(0.6, 0.7), 0.45, 0.55)).toBe("does not hold");
    expect(below(interval(-1.1, -1), -0.9)).toBe("holds");
  });
});
