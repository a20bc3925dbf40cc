import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import { deviationRows, reportMaps, worstDeviation } from "./deviations.ts";
import { auditInstance } from "./examples.ts";
import { benchmarks, learnTrial } from "./experiments.ts";
import { decisionValue } from "./instance.ts";
import { optimalMechanism } from "./optimal-mechanism.ts";
import { explicitOptimum, searchBetter } from "./referee.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));
const small = { instances: 4, perturbations: 20, seeds: 4, horizon: 10 };

describe("claim of hiring-agents", () => {
  it("holds offline, and shows the start of the regret at quick scale", async () => {
    const { verdict, tables, charts } = await runClaim(claim, { seed: 3, params: small });
    expect(verdict.outcome).toBe("holds");
    expect(Object.keys(outcomes(verdict.parts))).toEqual(["correlation pays", "control", "optimal and honest"]);
    expect(tables.audit?.rows.length).toBe(40);
    expect(tables.random?.rows.length).toBe(8);
    expect(charts.regret?.alt).toContain("margin");
  });

  it("flips without correlation, and without the constraints against misreports", async () => {
    const ablated = async (ablate: "correlation" | "truth") =>
      outcomes((await runClaim(claim, { seed: 3, params: { ...small, ablate } })).verdict.parts);
    expect((await ablated("correlation"))["correlation pays"]).toBe("does not hold");
    expect((await ablated("truth"))["optimal and honest"]).toBe("does not hold");
  });

  it("flips online without the margin", async () => {
    const params = { ...small, instances: 2, perturbations: 10, seeds: 16, horizon: 14, farHorizon: 20 } as const;
    const parts = async (ablate: "none" | "margin") =>
      outcomes((await runClaim(claim, { seed: 5, scale: "full", params: { ...params, ablate } })).verdict.parts);
    const bare = await parts("margin");
    expect(bare["online regret"]).toBe("does not hold");
    expect(bare["far horizon"]).toBe("does not hold");
    expect((await parts("none"))["far horizon"]).not.toBe("does not hold");
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => runClaim(claim, { seed: 4, params: { ...small, horizon: 10 } });
    const [a, b] = [await once(), await once()];
    expect(a.verdict).toEqual(b.verdict);
    expect(a.tables.regret).toEqual(b.tables.regret);
  });
});

describe("referees", () => {
  const instance = auditInstance([0.05, 0.25]);
  const values = [0, 1, 2, 3].map((at) => decisionValue(instance, [at >> 1, at & 1]).value);

  it("finds what is better where there is something better, and never passes the optimum", async () => {
    const best = await optimalMechanism(instance, { maxPay: 5 });
    const alone = await optimalMechanism(instance, { maxPay: 5, profile: [1, 0] });
    const search = (start: typeof best, tries: number) =>
      searchBetter(instance, start, { values, maxPay: 5, tries, random: new Random(9) });
    const found = search(best, 200);
    expect(found.feasible).toBeGreaterThan(5);
    expect(found.best).toBeLessThan(best.value + 1e-9);
    expect(search(alone, 1200).best).toBeGreaterThan(alone.value + 1e-4);
  });

  it("writes out every report map and comes to the same value", async () => {
    for (const maxPay of [0.5, 3]) {
      expect(await explicitOptimum(instance, maxPay)).toBeCloseTo(
        (await optimalMechanism(instance, { maxPay })).value,
        9,
      );
    }
  });

  it("has a row for every agent, effort, recommendation and report map", () => {
    expect(reportMaps(2)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect(deviationRows(instance).length).toBe(2 * 2 * 2 * 4);
    expect(() => reportMaps(6)).toThrow(/too many report maps/);
  });

  it("sees the deviation of an unpaid worker: the whole cost", () => {
    const unpaid = {
      mu: Float64Array.of(0, 0, 1, 0),
      pay: [new Float64Array(32), new Float64Array(32)],
      rule: new Int32Array(16),
    };
    expect(worstDeviation(instance, unpaid)).toBeCloseTo(0.05, 12);
  });
});

describe("learnTrial", () => {
  it("compares variants on the same rounds", async () => {
    const variants = [0, 0].map((margin) => ({ name: "same", power: 2 / 3, margin }));
    const input = { stream: "report" as const, variants, horizons: [1024, 4096] };
    const { joint } = await learnTrial(input, { random: new Random(8), signal: new AbortController().signal });
    expect(joint[0]).toEqual(joint[1]);
    const { optimum, strictLoss, ownLoss } = await benchmarks();
    expect(optimum).toBeCloseTo(0.585, 9);
    expect(strictLoss).toBeCloseTo(0.235, 9);
    expect(ownLoss).toBeCloseTo(0.06, 9);
  });
});
