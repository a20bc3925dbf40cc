import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { mosCandidates, without } from "./arms.ts";
import paper from "./card.ts";
import { claim } from "./claim.ts";
import { matchingRank, savingFactor } from "./saving.ts";

/** Quick, with fewer steps and fewer settings to choose from. */
const small = { seeds: 5, tuningSeeds: 1, steps: 220, batch: 16, ranks: [4], pieces: [1], testRows: 200 };
const tiny = { ...small, seeds: 3, steps: 2, baseSteps: 2, trainRows: 40, testRows: 20, otherSeeds: 2 };

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map(({ name, outcome }) => [name, outcome]));

describe("the claim of a mixture of shards", () => {
  it("beats LoRA and pure sharing when layers share atoms", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 1, params: small });
    expect(outcomes(verdict.parts)).toMatchObject({ "beats LoRA": "holds", differentiation: "holds" });
    expect(tables.errors?.rows.map(({ parameters }) => parameters)).toEqual([1024, 1024, 1024, 1024]);
    expect(tables.memory?.rows[0]).toMatchObject({ parameters: 4.99712 });
    expect(charts.errors?.alt).toMatch(/best first: MoS/);
    expect(notes.join()).toMatch(/LLaMA2 is out of reach/);
  });

  it("falls when the measures are taken away: MoS is then pure sharing", async () => {
    const { verdict } = await runClaim(claim, { seed: 1, params: { ...small, steps: 150, ablate: "all" } });
    expect(verdict.outcome).toBe("does not hold");
    expect(outcomes(verdict.parts)["beats LoRA"]).toBe("does not hold");
    expect(verdict.parts[1]?.measured[0]?.value).toBe(0);
  });

  it("gives the same numbers for the same seed", async () => {
    const once = await runClaim(claim, { seed: 5, params: tiny });
    const again = await runClaim(claim, { seed: 5, params: tiny });
    expect(again.verdict).toEqual(once.verdict);
    expect(again.tables).toEqual(once.tables);
  });

  it("measures every part of the card at full scale", async () => {
    const once = await runClaim(claim, { seed: 5, scale: "full", params: tiny });
    expect(once.verdict.parts.map(({ name }) => name)).toEqual(paper.card.claim.parts.map(({ name }) => name));
    expect(Object.keys(once.charts)).toEqual(["errors", "ranks", "independent", "half shared", "digits"]);
    const methods = once.tables.errors?.rows.map(({ method }) => method) ?? [];
    for (const name of ["LoRA-16", "VeRA", "MoS with vectors cut in 2", "MoS without subsets", "MoS at e = 1"]) {
      expect(methods).toContain(name);
    }
    expect(once.tables.settings?.rows.find(({ method }) => method === "frozen network")?.independent).toBe(1);
  });
});

describe("what the claim is made of", () => {
  it("takes away one measure at a time", () => {
    const [spec] = mosCandidates(2, [4], [2]);
    if (!spec) throw new Error("there is a candidate");
    expect(spec).toMatchObject({ rank: 8, privateRank: 1, shards: 2, subset: true, dissociate: true });
    expect(without("privatization", spec)).toEqual({ ...spec, privateRank: 0 });
    expect(without("sharding", spec)).toEqual({ ...spec, shards: 1 });
    expect(without("subset", spec)).toEqual({ ...spec, subset: false });
    expect(without("dissociation", spec)).toEqual({ ...spec, dissociate: false });
    expect(without("none", spec)).toBe(spec);
    expect(mosCandidates(1, [2], [1])[0]?.privateRank).toBe(0);
  });

  it("finds the rank of LoRA that matches an error", () => {
    const ladder = [1, 2, 4, 8].map((rank) => ({ rank, error: 1 / rank ** 2 }));
    expect(matchingRank(ladder, 1 / 9)).toBeCloseTo(3, 10);
    expect(matchingRank(ladder, 2)).toBe(1);
    expect(matchingRank(ladder, 1e-9)).toBe(8);
    const errors = (rank: number) => [1 / rank ** 2, 1 / rank];
    const saving = savingFactor(
      [1, 2, 4, 8].map((rank) => ({ rank, errors: errors(rank) })),
      [1 / 16, 1 / 6],
      2,
    );
    expect(saving.value).toBeCloseTo((4 / 2 + 6 / 2) / 2, 10);
  });
});
