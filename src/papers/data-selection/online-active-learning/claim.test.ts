import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";

const small = { seeds: 14, tuningSeeds: 3, surveySeeds: 2, designSeeds: 16, drifts: ["gradual" as const] };

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));

describe("claim of online-active-learning", () => {
  it("holds where the direction turns slowly, at equal label rates", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 5, params: small });
    expect(outcomes(verdict.parts)).toMatchObject({ "informed querying": "holds", "D-optimal regression": "holds" });
    expect(verdict.outcome).toBe("holds");
    for (const row of tables.errors?.rows ?? []) expect(Math.abs(Number(row.labels) - 0.1)).toBeLessThan(0.01);
    expect(Object.keys(tables)).toEqual(["errors", "survey", "remote", "designs"]);
    expect(tables.survey?.rows.length).toBe(10);
    expect(charts.curves?.alt).toMatch(/Under gradual drift \w+ errs by 0\.\d+ \(95% .* less than random labelling\./);
    expect(notes.join(" ")).toContain("with probability");
  });

  it("reads the weather in its real order at full scale, and reports every strategy at three budgets", async () => {
    const params = { ...small, seeds: 4, tuningSeeds: 2, designSeeds: 4, length: 500 };
    const { verdict, tables } = await runClaim(claim, { scale: "full", params });
    const part = verdict.parts.find(({ name }) => name === "a real order");
    expect(part?.required).toBe(false);
    expect(part?.measured.length).toBe(3);
    expect(tables.weather?.rows.length).toBe(30);
    for (const row of tables.weather?.rows ?? []) {
      expect(Number(row.labels)).toBeLessThan(Number(row.budget) + 0.001);
      expect(Number(row.error)).toBeGreaterThan(0.25);
    }
  });

  it("flips when the doubts are about another record", async () => {
    const { verdict } = await runClaim(claim, { seed: 5, params: { ...small, ablate: "doubt" } });
    expect(outcomes(verdict.parts)["informed querying"]).not.toBe("holds");
  });

  it("flips when a coin stands for the leverage", async () => {
    const { verdict } = await runClaim(claim, {
      seed: 5,
      params: { ...small, seeds: 4, length: 500, ablate: "leverage" },
    });
    expect(outcomes(verdict.parts)["D-optimal regression"]).toBe("does not hold");
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => runClaim(claim, { seed: 6, params: { ...small, seeds: 4, designSeeds: 4, length: 500 } });
    expect((await once()).verdict).toEqual((await once()).verdict);
  });
});
