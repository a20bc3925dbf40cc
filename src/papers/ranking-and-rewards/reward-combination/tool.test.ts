import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const apply = (content: string | Uint8Array, options = {}) =>
  applyTool(tool, toolInput({ samples: { "s.jsonl": content } }), { kl: 0.1, ...options });
const line = (...rewards: Record<string, number>[]) =>
  JSON.stringify({ prompt: "p", candidates: rewards.map((r, i) => ({ text: `t${i}`, rewards: r })) });

describe("reward-combination align", () => {
  it("makes the answers of its sample better on all counts", async () => {
    const { summary, tables, text } = await applySample(tool);
    expect(summary).toMatch(/^Reweighted 72 answers to 12 prompts by 2 rewards/);
    const [base, , ours] = tables.summary?.rows ?? [];
    expect(Number(ours?.all)).toBeGreaterThan(Number(base?.all));
    expect(text("weights.jsonl").trim().split("\n").length).toBe(12);
  });

  it("writes weights that sum to 1, ranks, and every field it was given", async () => {
    const { text } = await apply(`${line({ a: 0, b: 0 }, { a: 1, b: 1 }, { a: 5, b: -4 })}\n`);
    const { prompt, candidates, reference } = JSON.parse(text("weights.jsonl"));
    expect(prompt).toBe("p");
    expect(Object.keys(reference)).toEqual(["a", "b"]);
    expect(candidates.map((c: { rank: number }) => c.rank)).toEqual([2, 1, 3]);
    expect(candidates.reduce((sum: number, c: { weight: number }) => sum + c.weight, 0)).toBeCloseTo(1, 12);
    expect(candidates[1].text).toBe("t1");
  });

  it("takes the base policy from log-probabilities and the reference from the line", async () => {
    const given = JSON.stringify({
      candidates: [
        { rewards: { a: 0 }, logp0: Math.log(0.9) },
        { rewards: { a: 1 }, logp0: Math.log(0.1) },
      ],
      reference: { a: 0.5 },
    });
    const { text, tables } = await apply(given, { kl: 0.01 });
    expect(JSON.parse(text("weights.jsonl")).reference.a).toBe(0.5);
    expect(tables.summary?.rows[0]?.all).toBeCloseTo(0.9 / (1 + Math.exp(0.5)) + 0.1 / (1 + Math.exp(-0.5)), 9);
  });

  it.each([
    ["", {}, /empty/],
    ["3\n", {}, /line 1: the line is not a JSON object/],
    ['{"candidates":[]}\n', {}, /two or more answers/],
    ['{"candidates":[{"rewards":{"a":1}},{"text":"x"}]}\n', {}, /candidate 2 has no "rewards"/],
    ['{"candidates":[{"rewards":{"a":1}},{"rewards":{"a":"x"}}]}\n', {}, /reward "a" of candidate 2 is "x"/],
    ['{"candidates":[{"rewards":{"a":1}},{"rewards":{"a":1e999}}]}\n', {}, /not a finite number/],
    ['{"candidates":[{"rewards":{"a":1}},{"rewards":{"a":1,"b":2}}]}\n', {}, /reward "b" that others lack/],
    ['{"candidates":[{"rewards":{"a":1},"logp0":-1},{"rewards":{"a":2}}]}\n', {}, /others do not/],
    [`${line({ a: 1 }, { a: 2 })}\n`, { kl: 5 }, /--kl: a mean KL of 5 nats.*smaller/],
    [`${line({ a: 1 }, { a: 1 })}\n`, {}, /--kl/],
    [`${line({ a: 1 }, { a: 2 })}\n`, { weights: "z=1" }, /there is no reward "z"/],
    [`${line({ a: 1 }, { a: 2 })}\n`, { weights: "a" }, /not of the form/],
  ])("refuses %j with %j", async (content, options, message) => {
    await expect(apply(content, options)).rejects.toThrow(message);
  });

  it("answers any lines with weights or a clear refusal", async () => {
    const candidate = fc.oneof(
      fc.record({ rewards: fc.dictionary(fc.constantFrom("a", "b"), fc.oneof(fc.double(), fc.string())) }),
      fc.jsonValue(),
    );
    const content = fc.array(
      fc.record({ candidates: fc.array(candidate, { maxLength: 4 }) }).map((v) => JSON.stringify(v)),
      { maxLength: 3 },
    );
    const bytes = fc.oneof(
      content.map((rows) => new TextEncoder().encode(rows.join("\n"))),
      fc.uint8Array({ maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (value) => {
        try {
          const { outputs } = await apply(value);
          expect(Object.keys(outputs)).toEqual(["weights.jsonl"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 200 },
    );
  });
});
