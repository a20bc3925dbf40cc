import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";

const small = { largest: 14, seeds: 6, dimensionSeeds: 3, attacks: 10 };
const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((part) => [part.name, part.outcome]));

describe("claim of continual-release", () => {
  it("holds in all parts", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, {
      seed: 31,
      params: { largest: 16, seeds: 24, dimensionSeeds: 6, attacks: 16 },
    });
    expect(outcomes(verdict.parts)).toEqual({
      rate: "holds",
      counting: "holds",
      dimension: "holds",
      tracing: "holds",
    });
    expect(verdict.outcome).toBe("holds");
    expect(Object.keys(tables).sort()).toEqual(["dimension", "rate", "tracing"]);
    expect(charts.tracing?.alt).toContain("0.760");
    expect(notes.join(" ")).toContain("theorem");
  });

  it("flips when recompute refreshes at every step", async () => {
    const { verdict } = await runClaim(claim, { seed: 32, params: { ...small, ablate: "period" } });
    expect(outcomes(verdict.parts).rate).toBe("does not hold");
    expect(verdict.outcome).not.toBe("holds");
  });

  it("flips when the noise forgets that a record touches all sums", async () => {
    const { verdict } = await runClaim(claim, { seed: 33, params: { ...small, ablate: "sensitivity" } });
    expect(outcomes(verdict.parts).dimension).toBe("does not hold");
    expect(verdict.outcome).not.toBe("holds");
  });

  it("flips when recompute has the noise of a counter: the attack finds it out", async () => {
    const { verdict } = await runClaim(claim, { seed: 34, params: { ...small, ablate: "noise" } });
    expect(outcomes(verdict.parts)).toMatchObject({ dimension: "holds", tracing: "does not hold" });
    expect(verdict.outcome).not.toBe("holds");
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => runClaim(claim, { seed: 7, params: { largest: 13, seeds: 3, dimensionSeeds: 3, attacks: 5 } });
    const [a, b] = [await once(), await once()];
    expect(a.verdict).toEqual(b.verdict);
    expect(a.tables).toEqual(b.tables);
  });
});
