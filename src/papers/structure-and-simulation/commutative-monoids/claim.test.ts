import { describe, expect, it } from "vitest";

import { runClaim, testRun } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import { train } from "./experiments.ts";
import { measureDepth } from "./timing.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));
const training = {
  task: "parity" as const,
  kind: "lcm" as const,
  options: { associativity: 0.1, triples: 16, reduce: "tree" as const, operator: "gru" as const },
  stream: 5,
  width: 24,
  rates: [2e-2],
  steps: 600,
  batch: 16,
  sizes: [64, 256],
  testBags: 100,
};
const context = () => {
  const { run } = testRun();
  return { random: run.random, signal: run.signal };
};

describe("claim of commutative-monoids", () => {
  it("learns parity on at most 8 bits that holds for 256, and becomes far more associative", async () => {
    const { accuracy, defect } = await train(training, context());
    expect(Math.min(...accuracy)).toBeGreaterThan(0.95);
    expect((defect?.before ?? 0) / (defect?.after ?? 1)).toBeGreaterThan(10);
  });

  it("flips when the learned operator gives way to a sum", async () => {
    const params = {
      seeds: 2,
      steps: 60,
      testBags: 50,
      rates: [1e-2],
      timedLevels: 4,
      width: 12,
      ablate: "operator" as const,
    };
    const { verdict } = await runClaim(claim, { seed: 61, params });
    expect(verdict.outcome).not.toBe("holds");
    expect(outcomes(verdict.parts).extrapolation).not.toBe("holds");
  });

  it("counts a step an item, not 8, when the tree is taken away", async () => {
    const { run } = testRun();
    const { depth } = await measureDepth(run, { width: 4, levels: 4, options: { reduce: "fold" } });
    expect(depth.measured[0]?.value).toBe(256);
    expect(depth.outcome).not.toBe("holds");
    const tree = await measureDepth(run, { width: 4, levels: 4, options: {} });
    expect(tree.depth.measured[0]?.value).toBe(8);
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => train({ ...training, steps: 30, sizes: [16] }, context());
    expect(await once()).toEqual(await once());
  });
});
