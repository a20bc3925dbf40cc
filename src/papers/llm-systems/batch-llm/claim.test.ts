import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";

const small = { seeds: 2, size: 0.3 };
const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));

describe("claim of batch-llm", () => {
  it("holds, and shows every policy in every setting", async () => {
    const { verdict, tables, charts } = await runClaim(claim, { seed: 31, params: small });
    expect(outcomes(verdict.parts)).toEqual({
      "speed-up": "holds",
      saving: "holds",
      "one level": "holds",
      "beyond sorting": "holds",
    });
    expect(tables.policies?.rows.length).toBe(5 * 11);
    expect(charts["speed-up"]?.alt).toContain("BatchLLM");
  });

  it("flips when prefixes are not grouped globally", async () => {
    const { verdict } = await runClaim(claim, { seed: 32, params: { ...small, size: 0.15, ablate: "grouping" } });
    expect(verdict.outcome).not.toBe("holds");
    expect(outcomes(verdict.parts)).toMatchObject({ "speed-up": "does not hold", saving: "does not hold" });
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => runClaim(claim, { seed: 5, params: { seeds: 2, size: 0.05 } });
    expect((await once()).verdict).toEqual((await once()).verdict);
  });
});
