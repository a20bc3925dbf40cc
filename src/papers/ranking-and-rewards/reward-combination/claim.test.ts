import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));

describe("claim of reward-combination", () => {
  it("holds on clean and hackable rewards", async () => {
    const { verdict, tables, charts } = await runClaim(claim, { seed: 51, params: { seeds: 3 } });
    expect(outcomes(verdict.parts)).toMatchObject({
      "both properties": "holds",
      "single property": "holds",
      "policy gradient": "holds",
    });
    expect(verdict.outcome).toBe("holds");
    expect(tables.joint?.rows.length).toBe(6);
    expect(charts.joint?.alt).toContain("LSC");
  });

  it("flips when the rewards are left raw", async () => {
    const { verdict } = await runClaim(claim, { seed: 52, params: { seeds: 3, ablate: "transform" } });
    expect(verdict.outcome).toBe("does not hold");
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => runClaim(claim, { seed: 53, params: { seeds: 3 } });
    expect((await once()).verdict).toEqual((await once()).verdict);
  });
});
