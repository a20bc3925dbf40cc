import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type Row, type ToolRun } from "../../../kit/paper.ts";
import { advise } from "./advice.ts";
import { diagnose, showDiagnosis } from "./base-policy.ts";
import { searchChart } from "./charts.ts";
import { fitOn, scoredAttempts, splitPrompts } from "./fit.ts";
import { chooseBudgets, judge, rulesFor } from "./judge.ts";
import { readRollouts } from "./rollouts.ts";
import { sampleRollouts } from "./sample.ts";
import type { Rule } from "./scaling-curve.ts";

const options = z.object({
  budgets: z
    .array(z.number().int().min(1).max(100_000))
    .default([])
    .describe("Attempts a prompt; by default 1, 2, 4, … up to what half of the prompts have"),
  fitVerifier: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe(
      "Fit a verifier on this share of the prompts and judge it on the others; 0 takes verifier_score as it is",
    ),
  kappa: z.number().min(0).max(100).default(0.5).describe("Radius of the χ² ball of the anti-concentration"),
  horizon: z
    .number()
    .min(0)
    .default(0)
    .describe("Token budget H of the returns (tokens left when solved); 0 for twice the longest attempt of the file"),
  bootstrap: z.number().int().min(20).max(10_000).default(1000).describe("Resamples of prompts behind the intervals"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of the split and the bootstrap"),
});

async function write(run: ToolRun, name: string, rows: Row[]): Promise<void> {
  const output = await run.output(name, "text/csv");
  await output.write(stringify(rows, { header: true }));
  await output.close();
}

export const tools = [
  defineTool({
    name: "curve",
    summary:
      "Measures accuracy per budget for one attempt, majority, verifier and oracle, and says whether a verifier pays.",
    inputs: [
      {
        name: "rollouts",
        description:
          "One graded attempt a row, several a prompt: prompt_id, correct, and answer, tokens, verifier_score, features where known",
        accepts: [".jsonl", ".ndjson", ".csv", ".tsv", ".parquet"],
      },
    ],
    options,
    example: "rollouts.jsonl --budgets 1,2,4,8,16,32 --fit-verifier 0.5 --out curve.csv",
    async sample() {
      return {
        files: [{ input: "rollouts", name: "rollouts.jsonl", content: sampleRollouts() }],
        options: { fitVerifier: 0.5 },
      };
    },
    async apply({ rollouts: files = [] }, chosen, run) {
      const [file] = files;
      if (!file) throw new BadInput("no graded attempts were given");
      run.progress(0, `reading ${file.name}`);
      const read = await readRollouts(file);
      const { fitted, judged: candidates } = splitPrompts(read, file.name, chosen);
      const budgets = chooseBudgets(candidates, chosen.budgets);
      const largest = budgets.at(-1) ?? 1;
      const test = candidates.filter(({ attempts }) => attempts.length >= largest);
      run.progress(0.2, "fitting the verifier");
      const verifier = fitted.length > 0 ? fitOn(fitted) : undefined;
      const rules = rulesFor(read, verifier !== undefined || read.hasScores);
      const { attempts, squashed } = scoredAttempts(test, read, verifier);
      const { rows, headroom, leads } = await judge(attempts, budgets, rules, chosen, run);
      const diagnosis = diagnose(read, chosen);
      const [lead] = leads;
      const advice = advise({
        N: largest,
        headroom,
        ...(lead ? { lead } : {}),
        mixed: diagnosis?.mixed ?? 0,
        concentration: diagnosis?.concentration ?? 1,
      });

      const shown = rows.map(
        ({ rule, budget, tokens, accuracy, interval }): Row => ({
          rule,
          budget,
          tokens: tokens ?? null,
          accuracy,
          low: interval.low,
          high: interval.high,
        }),
      );
      run.table("curve", {
        title: `Accuracy on ${test.length} prompts; pass is an oracle, not a method`,
        columns: [
          { key: "rule", label: "rule" },
          { key: "budget", label: "attempts" },
          { key: "tokens", label: "tokens", digits: 0 },
          { key: "accuracy", label: "accuracy", digits: 3 },
          { key: "low", label: "low", digits: 3 },
          { key: "high", label: "high", digits: 3 },
        ],
        rows: shown,
      });
      run.chart(
        "curve",
        searchChart(
          shown.map(({ budget = 1, ...row }) => ({ ...row, base: "your attempts", N: budget })),
          rules,
          "Accuracy of every rule against the number of attempts, with intervals; pass is what a perfect verifier would reach.",
        ),
      );
      if (diagnosis) showDiagnosis(run, diagnosis, chosen.kappa);
      run.note(advice.long);
      const short = candidates.length - test.length;
      if (short > 0)
        run.note(
          `${short} prompts with fewer than ${largest} attempts were left out, so that every budget is judged on the same prompts.`,
        );
      if (!read.hasAnswers) run.note("There is no column answer, so no vote could be taken.");
      if (squashed)
        run.note("Some verifier_score lie outside 0 to 1: the weighted vote takes all of them as log-odds.");
      await write(run, "curve.csv", shown);
      if (diagnosis) await write(run, "prompts.csv", diagnosis.rows);
      if (verifier) {
        const output = await run.output("verifier.json", "application/json");
        await output.write(`${JSON.stringify({ intercept: verifier.intercept, weights: [...verifier.weights] })}\n`);
        await output.close();
      }
      const best = (rule: Rule): string =>
        (rows.find((row) => row.rule === rule && row.budget === largest)?.accuracy ?? 0).toFixed(3);
      return {
        summary: `Judged ${rules.length} rules on ${test.length.toLocaleString("en")} prompts at up to ${largest} attempts${verifier ? ` with a verifier fitted on ${fitted.length.toLocaleString("en")} others` : ""}: ${rules.map((rule) => `${rule} ${best(rule)}`).join(", ")}; ${advice.short}.`,
      };
    },
  }),
] as const;
