import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import paper from "./card.ts";
import { claim } from "./claim.ts";

const small = { trials: 12, rows: 4000 };

describe("the claim of AutoCoreset", () => {
  it("holds on the generated data, against every rival", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 1, params: small });
    expect(verdict.parts.map(({ name }) => name)).toEqual(["beats uniform", "beats fair rivals"]);
    expect(verdict.outcome).toBe("holds");
    expect(tables.errors?.rows).toHaveLength(18);
    const error = (method: string, size: number) =>
      Number(tables.errors?.rows.find((row) => row.method === method && row.size === size)?.error);
    for (const method of ["best of T stratified", "best of T made for the problem", "uniform"])
      expect(error("AutoCoreset", 200)).toBeLessThan(error(method, 200));
    expect(Object.values(charts)[0]?.alt).toMatch(/AutoCoreset 0\.0\d+ at 200/);
    expect(notes.join()).toMatch(/not reproduced/);
  });

  it("falls when the losses are taken away: choosing by full cost alone is what the rivals do", async () => {
    const { verdict } = await runClaim(claim, { seed: 1, params: { ...small, ablate: "losses" } });
    const fair = verdict.parts.find(({ name }) => name === "beats fair rivals");
    expect(fair?.outcome).not.toBe("holds");
    expect(verdict.outcome).not.toBe("holds");
  });

  it("measures every part of the card at full scale, and repeats itself for the same seed", async () => {
    const tiny = { trials: 3, digitTrials: 3, rows: 500, digitRows: 500, sizes: [20, 30, 40] };
    const once = await runClaim(claim, { seed: 5, scale: "full", params: tiny });
    expect(once.verdict.parts.map(({ name }) => name)).toEqual(paper.card.claim.parts.map(({ name }) => name));
    expect(Object.keys(once.charts)).toHaveLength(5);
    const again = await runClaim(claim, { seed: 5, params: tiny });
    expect(again.verdict.parts[0]).toEqual(once.verdict.parts[0]);
  });
});
