import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { defineTool, type Row } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { readJsonLines } from "../../../kit/tables.ts";
import { logSigmoid } from "../logistic.ts";
import { type Matched, matchKl } from "./tilt.ts";
import { combinationRules, combineRewards, referenceReward } from "./transform.ts";

const options = z.object({
  rule: z.enum(combinationRules).default("and").describe("How the rewards make one utility; `and` is the paper's"),
  quantile: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.85)
    .describe("Reference: this quantile of each prompt's own rewards, unless the line names one"),
  kl: z.number().gt(0).max(20).default(1).describe("Mean KL from the base policy to spend, in nats"),
  weights: z.array(z.string()).default([]).describe("Importance by reward, e.g. helpful=1,harmless=2"),
});

interface PromptLine {
  value: Record<string, unknown>;
  candidates: Record<string, unknown>[];
  /** One row a reward. */
  rewards: Float64Array[];
  references: number[];
  base: Float64Array | undefined;
}

const candidateLimit = 2_000_000;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function finite(value: unknown, what: string, where: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new BadInput(`${what} is ${JSON.stringify(value) ?? "missing"}, not a finite number`, { where });
}

/** Reads `{"prompt", "candidates": [{"text", "rewards": {…}, "logp0"}], "reference": {…}}`, one prompt a line. */
async function readPrompts(file: InputFile, quantile: number): Promise<{ names: string[]; prompts: PromptLine[] }> {
  const prompts: PromptLine[] = [];
  let names: string[] = [];
  let total = 0;
  for await (const { value, line } of readJsonLines(file)) {
    const where = `${file.name}, line ${line}`;
    if (!isObject(value)) throw new BadInput("the line is not a JSON object", { where });
    const candidates = value.candidates;
    if (!Array.isArray(candidates) || candidates.length < 2) {
      throw new BadInput('"candidates" is not a list of two or more answers', { where });
    }
    total += candidates.length;
    if (total > candidateLimit)
      throw new BadInput(`there are more than ${candidateLimit.toLocaleString("en")} candidates`, { where });
    const rows = candidates.map((candidate: unknown, k) => {
      if (!isObject(candidate) || !isObject(candidate.rewards)) {
        throw new BadInput(`candidate ${k + 1} has no "rewards" object`, { where });
      }
      const rewards = candidate.rewards;
      if (names.length === 0) names = Object.keys(rewards);
      if (names.length === 0) throw new BadInput(`candidate ${k + 1} has no reward`, { where });
      for (const name of Object.keys(rewards)) {
        if (!names.includes(name))
          throw new BadInput(`candidate ${k + 1} has a reward "${name}" that others lack`, { where });
      }
      return {
        candidate,
        values: names.map((name) => finite(rewards[name], `reward "${name}" of candidate ${k + 1}`, where)),
      };
    });
    const rewards = names.map((_, i) => Float64Array.from(rows, ({ values }) => values[i] ?? 0));
    const base = baseOf(
      rows.map(({ candidate }) => candidate.logp0),
      where,
    );
    const given = isObject(value.reference) ? value.reference : {};
    const references = names.map((name, i) =>
      name in given
        ? finite(given[name], `reference "${name}"`, where)
        : referenceReward(rewards[i] ?? [], { quantile, ...(base ? { probs: base } : {}) }),
    );
    prompts.push({ value, candidates: rows.map(({ candidate }) => candidate), rewards, references, base });
  }
  if (prompts.length === 0) throw new BadInput("the file is empty", { where: file.name });
  return { names, prompts };
}

/** Base probabilities from log-probabilities, if every candidate has one: the samples are then weighted by them. */
function baseOf(logs: unknown[], where: string): Float64Array | undefined {
  const given = logs.filter((log) => log !== undefined).length;
  if (given === 0) return undefined;
  if (given < logs.length) throw new BadInput('some candidates have "logp0" and others do not', { where });
  const values = logs.map((log, k) => finite(log, `"logp0" of candidate ${k + 1}`, where));
  const top = Math.max(...values);
  const weights = Float64Array.from(values, (log) => Math.exp(log - top));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

function parseWeights(entries: readonly string[], names: readonly string[]): number[] | undefined {
  if (entries.length === 0) return undefined;
  const weights = names.map(() => 1);
  for (const entry of entries) {
    const match = /^(.+)=(-?[\d.eE+-]+)$/.exec(entry.trim());
    const at = names.indexOf(match?.[1] ?? "");
    const value = Number(match?.[2]);
    if (!match || !Number.isFinite(value))
      throw new BadInput(`"${entry}" is not of the form reward=number`, { where: "--weights" });
    if (at < 0)
      throw new BadInput(`there is no reward "${match[1]}"`, {
        where: "--weights",
        remedy: `The rewards are ${names.join(", ")}.`,
      });
    weights[at] = value;
  }
  return weights;
}

function match(utilities: Float64Array[], kl: number, prompts: readonly PromptLine[]): Matched {
  try {
    return matchKl(
      utilities,
      kl,
      prompts.map(({ base }) => base),
    );
  } catch (error) {
    if (error instanceof RangeError)
      throw new BadInput(error.message, { where: "--kl", remedy: "Choose a smaller one." });
    throw error;
  }
}

/** Expected probability of being good on every count, by the proxies. */
function expectedGood(
  policies: readonly Float64Array[],
  prompts: readonly PromptLine[],
  of: (prompt: PromptLine, k: number) => number,
): number {
  return mean(policies.map((policy, p) => policy.reduce((sum, q, k) => sum + q * of(prompts[p] as PromptLine, k), 0)));
}

const good = (prompt: PromptLine, i: number, k: number): number =>
  Math.exp(logSigmoid((prompt.rewards[i]?.[k] ?? 0) - (prompt.references[i] ?? 0)));
const goodOnAll = (prompt: PromptLine, k: number): number =>
  prompt.rewards.reduce((p, _, i) => p * good(prompt, i, k), 1);

/** Twelve prompts with six answers each, whose two rewards disagree. */
function sampleLines(): string {
  const random = new Random(2402);
  return Array.from({ length: 12 }, (_, p) => {
    const level = random.normal(0, 1);
    const candidates = Array.from({ length: 6 }, (_, k) => {
      const z = random.normal();
      return {
        text: `answer ${k + 1} to question ${p + 1}`,
        rewards: {
          helpful: Number((level + z + (random.bool(0.1) ? 4 : 0)).toFixed(3)),
          harmless: Number((-0.5 * z + random.normal(0, 0.8)).toFixed(3)),
        },
      };
    });
    return JSON.stringify({ prompt: `question ${p + 1}`, candidates, reference: { harmless: 0 } });
  })
    .join("\n")
    .concat("\n");
}

export const tools = [
  defineTool({
    name: "align",
    summary: "Reweights and reranks sampled answers by several rewards at a KL of your choice.",
    inputs: [
      {
        name: "samples",
        description:
          'JSON Lines: {"prompt", "candidates": [{"text", "rewards": {"helpful": 1.2}, "logp0"?}], "reference"?}',
        accepts: [".jsonl", ".ndjson"],
      },
    ],
    options,
    example: "samples.jsonl --rule and --quantile 0.85 --kl 1 --out weights.jsonl",
    async sample() {
      return { files: [{ input: "samples", name: "samples.jsonl", content: sampleLines() }], options: { kl: 0.5 } };
    },
    async apply({ samples = [] }, { rule, quantile, kl, weights: entries }, run) {
      const [file] = samples;
      if (!file) throw new BadInput("no samples were given");
      run.progress(0, `reading ${file.name}`);
      const { names, prompts } = await readPrompts(file, quantile);
      const weights = parseWeights(entries, names);
      run.progress(0.4, "matching the KL");
      const utilities = prompts.map(({ rewards, references }) =>
        combineRewards(rewards, references, rule, weights ? { weights } : {}),
      );
      const ours = match(utilities, kl, prompts);
      const raw = match(
        prompts.map(({ rewards, references }) => combineRewards(rewards, references, "weightedSum")),
        kl,
        prompts,
      );
      const base = prompts.map(
        ({ candidates, base: b }) => b ?? new Float64Array(candidates.length).fill(1 / candidates.length),
      );
      const rows = (
        [
          ["base policy", base],
          ["raw sum", raw.policies],
          [rule, ours.policies],
        ] as const
      ).map(
        ([name, policies]): Row => ({
          policy: name,
          all: expectedGood(policies, prompts, goodOnAll),
          ...Object.fromEntries(
            names.map((reward, i) => [`good_${reward}`, expectedGood(policies, prompts, (p, k) => good(p, i, k))]),
          ),
        }),
      );
      run.table("summary", {
        title: `Probability of a good answer at a mean KL of ${kl} nats, by the rewards themselves`,
        columns: [
          { key: "policy", label: "policy" },
          { key: "all", label: "good on all", digits: 3 },
          ...names.map((name) => ({ key: `good_${name}`, label: name, digits: 3 })),
        ],
        rows,
      });
      const output = await run.output("weights.jsonl", "application/jsonl");
      for (const [p, prompt] of prompts.entries()) {
        const policy = ours.policies[p] as Float64Array;
        const utility = utilities[p] as Float64Array;
        const order = [...policy.keys()].sort((a, b) => (utility[b] ?? 0) - (utility[a] ?? 0) || a - b);
        const candidates = prompt.candidates.map((candidate, k) => ({
          ...candidate,
          p_good: Object.fromEntries(names.map((name, i) => [name, good(prompt, i, k)])),
          p_all: goodOnAll(prompt, k),
          utility: utility[k],
          rank: order.indexOf(k) + 1,
          weight: policy[k],
        }));
        const reference = Object.fromEntries(names.map((name, i) => [name, prompt.references[i]]));
        await output.write(`${JSON.stringify({ ...prompt.value, reference, candidates })}\n`);
      }
      await output.close();
      const [before, , after] = rows;
      return {
        summary: `Reweighted ${prompts.reduce((sum, p) => sum + p.candidates.length, 0).toLocaleString("en")} answers to ${prompts.length.toLocaleString("en")} prompts by ${names.length} reward${names.length === 1 ? "" : "s"} (γ = ${ours.gamma.toPrecision(3)}): the probability of being good on all goes from ${Number(before?.all).toFixed(3)} to ${Number(after?.all).toFixed(3)} at ${ours.kl.toFixed(2)} nats.`,
      };
    },
  }),
] as const;
