import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));

describe("claim of multiwinner-fairness", () => {
  it("holds with enough replications", async () => {
    const { verdict, charts } = await runClaim(claim, { seed: 41, params: { replications: 12, latent: 2000 } });
    expect(outcomes(verdict.parts)).toMatchObject({
      "SNTV needs exponentially many": "holds",
      "Borda needs few": "holds",
      "vote share": "holds",
    });
    expect(outcomes(verdict.parts)["quota helps"]).not.toBe("does not hold");
    expect(charts.recovery?.alt).toContain("SNTV");
  });

  it("flips without the quota", async () => {
    const { verdict } = await runClaim(claim, {
      seed: 42,
      params: { replications: 3, rankings: 1024, latent: 1000, ablate: "quota" },
    });
    expect(verdict.outcome).not.toBe("holds");
    expect(outcomes(verdict.parts)["quota helps"]).toBe("does not hold");
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => runClaim(claim, { seed: 5, params: { replications: 3, rankings: 256, latent: 1000 } });
    expect((await once()).verdict).toEqual((await once()).verdict);
  });
});
