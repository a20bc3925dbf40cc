import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { hammingDistances } from "./hamming.ts";
import { naiveMatches } from "./naive.ts";
import { calibrateCosts, plan, referenceCosts, splitPlan } from "./plan.ts";
import { encodeSymbols } from "./symbols.ts";

const costs = referenceCosts;

function draw(length: number, alphabet: number, seed: number): Uint32Array {
  const random = new Random(seed);
  return Uint32Array.from({ length }, () => random.int(0, alphabet - 1));
}

describe("plan", () => {
  it("counts rare characters by increments and frequent ones by transforms", () => {
    const rare = plan(draw(20_000, 5000, 1), draw(5000, 5000, 2), { costs });
    expect(rare).toMatchObject({ heavyChars: 0, transforms: 0, method: "packed" });
    const frequent = plan(draw(20_000, 4, 1), draw(5000, 4, 2), { costs });
    expect(frequent).toMatchObject({ heavyChars: 4, lightChars: 0, increments: 0, method: "packed" });
    expect(plan("a".repeat(60), "aaaa", { costs }).method).toBe("naive");
  });

  it("goes by the text's counts too: a letter rare in the pattern that fills the text is heavy", () => {
    const text = new Uint32Array(200_000); // all zeros
    const pattern = Uint32Array.from({ length: 20_000 }, (_, j) => (j % 50 === 0 ? 0 : j));
    expect(plan(text, pattern, { costs }).heavyChars).toBe(1);
    const spread = Uint32Array.from({ length: 200_000 }, (_, p) => (p % 5000 === 0 ? 0 : 1e6 + p));
    expect(plan(spread, pattern, { costs }).heavyChars).toBe(0);
  });

  it("decides block by block when the text changes its letters", () => {
    const [m, n] = [4000, 120_000];
    const text = Uint32Array.from({ length: n }, (_, p) => (p < n / 2 ? p % 3 : 1000 + p));
    const pattern = Uint32Array.from({ length: m }, (_, j) => j % 3);
    const pair = encodeSymbols(text, pattern);
    const { blocks } = splitPlan(pair, { costs });
    expect(blocks.length).toBeGreaterThan(2);
    expect(blocks[0]).toHaveLength(1);
    expect(blocks.at(-1)).toHaveLength(0);
    expect(hammingDistances(text, pattern)).toEqual(hammingDistances(text, pattern, { method: "naive" }));
  });

  it("never predicts its cut to cost more than either extreme", () => {
    for (const [m, alphabet] of [
      [1000, 10],
      [4000, 40],
      [9000, 300],
    ] as const) {
      const pair = encodeSymbols(draw(5 * m, alphabet, m), draw(m, alphabet, m + 1));
      const best = splitPlan(pair, { costs }).predictedNs;
      expect(best).toBeLessThanOrEqual(splitPlan(pair, { costs, only: "light" }).predictedNs);
      expect(best).toBeLessThanOrEqual(splitPlan(pair, { costs, only: "heavy" }).predictedNs * 1.001);
    }
  });

  it("predicts increments well", () => {
    const pair = encodeSymbols(draw(9000, 50, 5), draw(1000, 50, 6));
    const matches = naiveMatches(pair).reduce((a, b) => a + b, 0); // every match is one increment
    expect(splitPlan(pair, { costs, only: "light" }).increments / matches).toBeCloseTo(1, 1);
  });

  it("measures positive costs once", () => {
    const measured = calibrateCosts();
    for (const value of Object.values(measured)) expect(value).toBeGreaterThan(0);
    expect(calibrateCosts()).toBe(measured);
  });

  it("refuses what cannot be planned", () => {
    expect(() => plan("abc", "")).toThrow(/empty/);
    expect(() => plan("abc", "abcd")).toThrow(/longer/);
  });
});
