import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { advise } from "./advice.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const apply = (content: string | Uint8Array, options = {}, name = "r.jsonl") =>
  applyTool(tool, toolInput({ rollouts: { [name]: content } }), { bootstrap: 20, ...options });

/** Rows of prompt, answer, correct and whatever else. */
const jsonl = (rows: Record<string, unknown>[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const attempts = (id: string, answers: string, rest: (k: number) => Record<string, unknown> = () => ({})) =>
  [...answers].map((answer, k) => ({ prompt_id: id, answer, correct: answer === "r", ...rest(k) }));

describe("verified-search curve", () => {
  it("finds on its sample that a verifier pays", async () => {
    const { summary, text, outputs, tables, charts, notes } = await applySample(tool);
    expect(summary).toMatch(/^Judged 5 rules on 30 prompts at up to 16 attempts with a verifier fitted on 30 others/);
    expect(summary).toMatch(/a verifier pays\.$/);
    expect(notes[0]).toMatch(/^A verifier pays: with 16 attempts (best-of-n|weighted) is/);
    expect(Object.keys(outputs)).toEqual(["curve.csv", "prompts.csv", "verifier.json"]);
    expect(text("curve.csv").split("\n")[0]).toBe("rule,budget,tokens,accuracy,low,high");
    expect(text("curve.csv").trim().split("\n").length).toBe(1 + 5 * 5);
    expect(text("prompts.csv").trim().split("\n").length).toBe(61);
    expect(JSON.parse(text("verifier.json")).weights.length).toBe(8);
    expect(tables.base?.rows.length).toBe(5);
    expect(charts.curve?.alt).toContain("perfect verifier");
  });

  it("gives the numbers of a file small enough to count", async () => {
    const score = (k: number) => ({ tokens: 100, verifier_score: [0.9, 0.1, 0.2, 0.3][k] });
    const content = jsonl([...attempts("a", "rwww", score), ...attempts("b", "xrry", score)]);
    const { tables, text } = await apply(content, { budgets: [1, 4] });
    const rows = tables.curve?.rows ?? [];
    const at = (rule: string, budget: number) => rows.find((row) => row.rule === rule && row.budget === budget);
    expect(at("single", 1)?.accuracy).toBe((1 / 4 + 2 / 4) / 2);
    expect(at("majority", 4)?.accuracy).toBe(0.5);
    expect(at("best-of-n", 4)?.accuracy).toBe(0.5);
    expect(at("weighted", 4)?.accuracy).toBe(0.5);
    expect(at("pass", 4)).toMatchObject({ accuracy: 1, tokens: 400 });
    expect(at("single", 4)?.tokens).toBe(100);
    expect(text("prompts.csv").split("\n")[1]).toMatch(/^a,4,0.25,43.30127\d*,0.25$/); // 100 of H = 200 tokens left
  });

  it("measures returns as tokens left of the horizon", async () => {
    const content = jsonl(attempts("a", "rwww", () => ({ tokens: 20 })));
    const { text } = await apply(content, { horizon: 100, kappa: 1 });
    const [, , , sigma, c] = (text("prompts.csv").split("\n")[1] ?? "").split(",").map(Number);
    expect(sigma).toBeCloseTo(80 * Math.sqrt(3 / 16), 9);
    expect(c).toBe(0.25);
  });

  it("reads tables with feature columns, and code tasks that have no answer to vote on", async () => {
    const csv = ["prompt_id,correct,feature_a"];
    for (let x = 0; x < 8; x++)
      for (let k = 0; k < 4; k++) csv.push(`p${x},${k % 2 ? "true" : "0"},${(k % 2) + x / 10}`);
    const { summary, notes } = await apply(csv.join("\n"), { fitVerifier: 0.5 }, "r.csv");
    expect(summary).toContain("Judged 3 rules on 4 prompts at up to 4 attempts");
    expect(summary).toContain("best-of-n 1.000");
    expect(notes.join()).toContain("no column answer");
  });

  it("lets an attempt without an answer gather no votes", async () => {
    const content = jsonl([
      { prompt_id: 1, answer: null, correct: false },
      { prompt_id: 1, answer: null, correct: false },
      { prompt_id: 1, answer: 42, correct: true },
      { prompt_id: 1, answer: "42", correct: true },
    ]);
    const { tables } = await apply(content);
    expect(tables.curve?.rows.find((row) => row.rule === "majority" && row.budget === 4)?.accuracy).toBe(1);
  });

  it("takes scores outside 0 to 1 as log-odds, and says so", async () => {
    const content = jsonl(attempts("a", "rwvw", (k) => ({ verifier_score: 3 - 4 * k })));
    const { notes, tables } = await apply(content);
    expect(notes.join()).toContain("log-odds");
    expect(tables.curve?.rows.find((row) => row.rule === "weighted" && row.budget === 4)?.accuracy).toBe(1);
  });

  it("judges all budgets on the same prompts and says how many were left out", async () => {
    const content = jsonl([...attempts("a", "rw"), ...attempts("b", "rwrw"), ...attempts("c", "rwrr")]);
    const { notes, summary } = await apply(content);
    expect(summary).toContain("on 2 prompts at up to 4 attempts");
    expect(notes.join()).toContain("1 prompts with fewer than 4 attempts were left out");
  });

  const good = { prompt_id: "a", answer: "r", correct: true };
  it.each([
    ["", {}, /empty/],
    [jsonl([{ prompt: "a", correct: true }]), {}, /no column "prompt_id".*prompt, correct/],
    [jsonl([{ ...good, correct: "yes" }]), {}, /line 1, column correct: "yes" is not a grade/],
    [jsonl([good, { ...good, prompt_id: "" }]), {}, /line 2, column prompt_id: .*no prompt/],
    [
      jsonl([good, { ...good, correct: false }]),
      {},
      /line 2, column answer: the answer "r".*graded false here and true on line 1/,
    ],
    [jsonl([{ ...good, answer: null }]), {}, /no answer and is graded as correct/],
    [jsonl([{ ...good, tokens: 5 }, good]), {}, /line 2, column tokens: the cell is empty/],
    [jsonl([{ ...good, tokens: -5 }]), {}, /cannot take -5 tokens/],
    [jsonl([{ ...good, tokens: 1e200 }]), {}, /larger than/],
    [jsonl([{ ...good, verifier_score: "high" }]), {}, /column verifier_score: "high" is not a finite number/],
    [
      jsonl([
        { ...good, features: [1, 2] },
        { ...good, features: [1] },
      ]),
      {},
      /line 2, column features: the attempt has 1 features and the first one 2/,
    ],
    [jsonl([{ ...good, features: [1, "x"] }]), {}, /not a list of numbers/],
    [jsonl([good]), { budgets: [1, 8] }, /--budgets: no prompt to be judged has 8 attempts; the most is 1/],
    [jsonl([good]), { fitVerifier: 0.5 }, /no features and no verifier_score/],
    [jsonl([{ ...good, features: [1] }]), { fitVerifier: 0.5 }, /--fit-verifier: 0.5 of 1 prompts/],
    [
      jsonl(["a", "b"].map((id) => ({ ...good, prompt_id: id, features: [1] }))),
      { fitVerifier: 0.5 },
      /all 1 attempts to fit on are right/,
    ],
  ])("refuses %j with %j", async (content, options, message) => {
    await expect(apply(content, options)).rejects.toThrow(message);
  });

  it("answers any rows with a curve or a clear refusal", async () => {
    const row = fc.record(
      {
        prompt_id: fc.constantFrom("a", "b", 3),
        answer: fc.oneof(fc.constantFrom("x", "y", null), fc.jsonValue()),
        correct: fc.constantFrom(true, false, 1, 0, "true"),
        tokens: fc.oneof(fc.nat(1000), fc.double()),
        verifier_score: fc.oneof(fc.double({ min: 0, max: 1 }), fc.double()),
        features: fc.oneof(fc.constant([1, 2]), fc.tuple(fc.double(), fc.nat(5))),
      },
      { requiredKeys: ["prompt_id", "correct"] },
    );
    const bytes = fc.oneof(
      fc.array(row, { maxLength: 8 }).map((rows) => new TextEncoder().encode(jsonl(rows))),
      fc.uint8Array({ maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom("r.jsonl", "r.csv", "r.parquet"),
        fc.constantFrom(0, 0.5),
        async (content, name, fitVerifier) => {
          try {
            const { tables, outputs } = await apply(content, { fitVerifier }, name);
            expect(Object.keys(outputs)[0]).toBe("curve.csv");
            for (const { accuracy, low, high } of tables.curve?.rows ?? [])
              for (const x of [accuracy, low, high]) expect(x).toBeGreaterThanOrEqual(0);
            for (const { value } of tables.base?.rows ?? []) expect(Number.isFinite(value)).toBe(true);
          } catch (error) {
            if (!isBadInput(error)) throw error;
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("advice", () => {
  const interval = (low: number, high: number) => ({ value: (low + high) / 2, low, high, n: 9, level: 0.95 });
  const found = { N: 8, headroom: interval(0.2, 0.4), mixed: 0.6, concentration: 0.3 };
  it.each([
    [{ ...found, lead: { rule: "best-of-n" as const, interval: interval(0.1, 0.2) } }, "a verifier pays"],
    [{ ...found, lead: { rule: "best-of-n" as const, interval: interval(-0.1, 0.2) } }, "this verifier shows no gain"],
    [{ ...found, lead: { rule: "best-of-n" as const, interval: interval(-0.2, -0.1) } }, "this verifier does harm"],
    [{ ...found, headroom: interval(0, 0) }, "there is nothing for a verifier to find"],
    [{ ...found, concentration: 0.01 }, "good attempts are rare"],
    [{ ...found, N: 1 }, "one attempt leaves nothing to choose"],
    [found, "a verifier could pay"],
  ])("of %j is in short %j", (findings, short) => {
    expect(advise(findings).short).toBe(short);
  });
});
