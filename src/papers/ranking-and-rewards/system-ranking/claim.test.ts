import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));

describe("claim of system-ranking", () => {
  it("holds in all parts", async () => {
    const { verdict, tables, charts } = await runClaim(claim, { seed: 20, params: { draws: 60 } });
    expect(outcomes(verdict.parts)).toEqual({
      scale: "holds",
      corruption: "holds",
      "two levels": "holds",
      XTREME: "holds",
    });
    expect(verdict.outcome).toBe("holds");
    expect(Object.keys(tables)).toEqual(["scale", "corruption", "levels", "xtreme"]);
    expect(charts.corruption?.alt).toContain("Borda");
  });

  it("flips when scores are added up instead of ranks", async () => {
    const { verdict } = await runClaim(claim, { seed: 21, params: { draws: 30, ablate: "ranks" } });
    expect(verdict.outcome).not.toBe("holds");
    expect(outcomes(verdict.parts)).toMatchObject({
      scale: "does not hold",
      corruption: "does not hold",
      XTREME: "does not hold",
    });
  });

  it("loses its second level when instances are aggregated in one", async () => {
    const { verdict } = await runClaim(claim, { seed: 22, params: { draws: 30, ablate: "levels" } });
    expect(outcomes(verdict.parts)["two levels"]).toBe("does not hold");
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => runClaim(claim, { seed: 7, params: { draws: 10 } });
    expect((await once()).verdict).toEqual((await once()).verdict);
  });
});
