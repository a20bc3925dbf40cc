import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import type { Ablation, Situation } from "./suite.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((part) => [part.name, part.outcome]));

/** Which part falls with which idea, in as many draws as show it. The parts that train networks fall in their own papers' tests. */
const falls: [Situation, Ablation, number][] = [
  ["a stream", "doubt", 40],
  ["heavy tails", "leverage", 40],
  ["weighted rows", "losses", 50],
  ["whom to ask", "annotators", 40],
];

describe("the comparison of the field", () => {
  it.each(falls)('"%s" holds, and falls without %s', async (part, ablate, draws) => {
    const only = [part];
    const whole = await runClaim(claim, { seed: 5, params: { draws, only } });
    expect(outcomes(whole.verdict.parts)[part]).toBe("holds");
    const without = await runClaim(claim, { seed: 5, params: { draws, only, ablate } });
    expect(outcomes(without.verdict.parts)[part]).not.toBe("holds");
    // What was not measured is not said to hold.
    expect(whole.verdict.outcome).not.toBe("holds");
  });

  it("shows every method of a situation, and repeats itself", async () => {
    const once = () => runClaim(claim, { seed: 6, params: { draws: 6, only: ["heavy tails", "a stream"] } });
    const [first, second] = [await once(), await once()];
    expect(first.verdict).toEqual(second.verdict);
    const methods = first.tables.methods?.rows.map((row) => row.method);
    expect(methods).toEqual(
      expect.arrayContaining(["coin, 0.4", "coin, 1", "doubtful records", "as they come", "D-optimal"]),
    );
    expect(first.charts.methods?.alt).toContain("situation");
    const how = "(cannot be told from|does (better|worse) than)";
    const lead = "its lead \\S+ \\[\\S+, \\S+\\]";
    expect(first.notes.join()).toMatch(
      new RegExp(
        `"fixed threshold" ${how} "doubtful records" in prequential error \\(${lead}\\); "longest" ${how} "D-optimal"`,
      ),
    );
    expect(first.notes.join()).not.toContain('"equal"'); // not measured
  });
});
