import { describe, expect, it } from "vitest";
import type { Outcome } from "./figures.ts";
import { comparedToRandom, findings } from "./findings.ts";

/** Ten streams on which every arm errs by its own level, with some noise that is not shared. */
function outcome(drift: Outcome["drift"], levels: Record<string, number>): Outcome {
  const arms = Object.keys(levels).map((label) => ({ label, strategy: "random" as const }));
  const results = Array.from({ length: 10 }, (_, s) =>
    arms.map(({ label }, a) => ({
      ...{ error: (levels[label] ?? 0) + 0.001 * Math.sin(7 * s + 3 * a), labelRate: 0.1, curve: [] },
    })),
  );
  return { drift, arms, results };
}
const designs = (longest: number, optimal: number) =>
  Array.from({ length: 10 }, (_, i) => ({
    ...{ passive: 1, coin: 1, longest: longest + 0.001 * Math.sin(i), "D-optimal": optimal + 0.001 * Math.cos(i) },
  }));

describe("findings", () => {
  it("say of every drift what its interval says", () => {
    const chosen = new Map([["gradual" as const, "split"]]);
    const said = (split: number, fixed = 0.2) =>
      findings([outcome("gradual", { random: 0.2, split, fixed })], chosen, [], designs(0.3, 0.3))[1];
    expect(said(0.25)).toContain("does better than the chosen moving one under gradual drift");
    expect(said(0.15)).toContain("does worse than the chosen moving one under gradual drift");
    expect(said(0.2)).toContain(
      "Under gradual drift a tuned fixed threshold and the chosen moving one cannot be told apart",
    );
    const [none, abrupt] = [
      outcome("none", { random: 0.2, split: 0.15 }),
      outcome("abrupt", { random: 0.2, split: 0.25 }),
    ];
    expect(comparedToRandom(none, "split")).toMatch(
      /^Under no drift split errs by 0\.0\d+ \(95% .*\) less than random/,
    );
    expect(comparedToRandom(abrupt, "split")).toMatch(/^Under abrupt drift split errs by 0\.0\d+ .* more than random/);
    expect(comparedToRandom(outcome("none", { random: 0.2, split: 0.2 }), "split")).toContain("beyond chance");
  });

  it("say of the longest records what this run measured", () => {
    const said = (longest: number, optimal: number) => findings([], new Map(), [], designs(longest, optimal)).at(-1);
    expect(said(0.4, 0.3)).toMatch(
      /leaves 0\.40 of the passive error, and the D-optimal choice 0\.30: .* err by 0\.1.* more/,
    );
    expect(said(0.3, 0.4)).toMatch(/err by 0\.\d+ \(95% .*\) less/);
    expect(said(0.3, 0.3)).toContain("neither more nor less beyond chance");
  });
});
