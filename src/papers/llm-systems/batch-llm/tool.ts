import { stringify } from "csv-stringify/sync";
import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type Row, type ToolRun } from "../../../kit/paper.ts";
import { a100With8B } from "../roofline.ts";
import { type Batch, readBatch } from "./batch-file.ts";
import { type Policy, simulateEngine } from "./engine.ts";
import { type Plan, planBatch } from "./plan.ts";

const options = z.object({
  kvTokens: z
    .number()
    .int()
    .min(1000)
    .max(100_000_000)
    .default(427_000)
    .describe("Tokens of key–value cache your engine has"),
  blockSize: z.number().int().min(1).max(1024).default(16).describe("Tokens your engine caches at a time"),
  defaultOutput: z.number().int().min(1).max(100_000).default(256).describe("Output length of requests that name none"),
  collapse: z
    .enum(["exact", "greedy", "first-level"])
    .default("exact")
    .describe("How the shared prefix of a request is chosen"),
  simulate: z.boolean().default(true).describe("Also simulate an engine on the batch, in several orders"),
});

/** Requests beyond which the estimate is left out: it replays every generated token. */
const simulationLimit = 20_000;

const policies: Record<string, Policy> = {
  "arrival order, LRU": {
    order: "arrival",
    cache: "lru",
    maxSeqs: 256,
    tokenBudget: 2048,
    memoryCentric: false,
    sharedKernel: false,
  },
  "sorted, LRU": {
    order: "sorted",
    cache: "lru",
    maxSeqs: 256,
    tokenBudget: 2048,
    memoryCentric: false,
    sharedKernel: false,
  },
  "this plan, LRU": {
    order: "plan",
    cache: "lru",
    maxSeqs: 256,
    tokenBudget: 2048,
    memoryCentric: false,
    sharedKernel: false,
  },
  "this plan, prefix-sharing engine": {
    order: "plan",
    cache: "explicit",
    maxSeqs: 256,
    tokenBudget: 2048,
    memoryCentric: true,
    sharedKernel: true,
  },
};

async function estimate(batch: Batch, { kvTokens, blockSize }: z.output<typeof options>, run: ToolRun): Promise<Row[]> {
  const hardware = { ...a100With8B, kvCapacity: kvTokens };
  const rows: Row[] = [];
  for (const [name, policy] of Object.entries(policies)) {
    run.progress(0.4 + (0.5 * rows.length) / Object.keys(policies).length, `simulating: ${name}`);
    const { seconds, savingRatio, peakKv } = simulateEngine(batch.requests, policy, { hardware, blockSize });
    rows.push({ order: name, saving: savingRatio, seconds, peak: peakKv });
    await run.breathe();
  }
  run.table("estimate", {
    title: "Simulated engine (8B model on one A100, a calibrated roofline, not a measurement)",
    columns: [
      { key: "order", label: "order and cache" },
      { key: "saving", label: "prefill tokens saved", digits: 3 },
      { key: "seconds", label: "simulated time", unit: "s", digits: 1 },
      { key: "peak", label: "peak cache", unit: "tokens", digits: 0 },
    ],
    rows,
  });
  const y = { field: "order", type: "nominal", sort: null, title: null };
  run.chart("estimate", {
    alt: `Simulated time by order and cache rule: ${rows.map((row) => `${row.order} ${Number(row.seconds).toFixed(1)} s`).join(", ")}.`,
    spec: {
      width: "container",
      data: { values: rows },
      mark: "bar",
      encoding: { y, x: { field: "seconds", type: "quantitative", title: "simulated time (s)" } },
    },
  });
  return rows;
}

function showSavings(plan: Plan, batch: Batch, run: ToolRun): void {
  const shared = plan.groups.filter((group) => group.members.length > 1);
  run.table("savings", {
    title: "Prompt tokens and what sharing saves (exact counts)",
    columns: [
      { key: "what", label: "" },
      { key: "tokens", label: "tokens", digits: 0 },
      { key: "ratio", label: "of all", digits: 3 },
    ],
    rows: [
      { what: "all prompts", tokens: plan.totalTokens, ratio: 1 },
      { what: "saved at every level", tokens: plan.multiLevelSaved, ratio: plan.multiLevelSaved / plan.totalTokens },
      { what: "saved with one prefix a request", tokens: plan.savedTokens, ratio: plan.savingRatio },
    ],
  });
  run.table("groups", {
    title: `Largest of ${shared.length} groups`,
    columns: [
      { key: "group", label: "group", digits: 0 },
      { key: "prefix", label: "prefix tokens", digits: 0 },
      { key: "members", label: "requests", digits: 0 },
      { key: "saved", label: "tokens saved", digits: 0 },
      { key: "first", label: "first request" },
    ],
    rows: plan.groups
      .map((group, i) => ({
        group: i + 1,
        prefix: group.prefixLength,
        members: group.members.length,
        saved: group.savedTokens,
        first: batch.requests[group.members[0] ?? 0]?.id ?? "",
      }))
      .sort((a, b) => b.saved - a.saved)
      .slice(0, 20),
  });
}

function checkCapacity(batch: Batch, kvTokens: number, blockSize: number, file: string): void {
  for (const { id, tokens, outLen } of batch.requests) {
    if (tokens.length + outLen + blockSize <= kvTokens) continue;
    throw new BadInput(
      `request "${id}" needs about ${tokens.length + outLen} tokens of cache and --kv-tokens is ${kvTokens}`,
      {
        where: file,
        remedy: "Shorten it, lower its max_tokens, or raise --kv-tokens.",
      },
    );
  }
}

export const tools = [
  defineTool({
    name: "plan",
    summary: "Reorders a batch of prompts so that shared beginnings are computed once, and estimates the saving.",
    inputs: [
      {
        name: "requests",
        description: 'JSON Lines of {"id", "prompt", "max_tokens"}, or the OpenAI batch format',
        accepts: [".jsonl", ".ndjson"],
      },
    ],
    options,
    example: "batch.jsonl --kv-tokens 200000 --out planned.jsonl",
    async sample() {
      return {
        files: [{ input: "requests", name: "questions.jsonl", content: sampleBatch() }],
        options: { kvTokens: 4000 },
      };
    },
    async apply({ requests: files = [] }, chosen, run) {
      const [file] = files;
      if (!file) throw new BadInput("no batch was given");
      run.progress(0, `reading ${file.name}`);
      const batch = await readBatch(file, chosen.defaultOutput);
      checkCapacity(batch, chosen.kvTokens, chosen.blockSize, file.name);
      run.progress(0.3, "planning");
      const plan = planBatch(batch.requests, { blockSize: chosen.blockSize, collapse: chosen.collapse });
      showSavings(plan, batch, run);
      const simulated = chosen.simulate && batch.requests.length <= simulationLimit;
      if (chosen.simulate && !simulated) {
        run.note(`The estimate is left out: the batch has more than ${simulationLimit.toLocaleString("en")} requests.`);
      }
      const rows = simulated ? await estimate(batch, chosen, run) : [];
      const planned = await run.output("planned.jsonl", "application/jsonl");
      for (const group of plan.groups) {
        await planned.write(group.members.map((index) => `${batch.lines[index]}\n`).join(""));
      }
      await planned.close();
      const table = await run.output("groups.csv", "text/csv");
      await table.write("group,prefix_tokens,requests,saved_tokens,first_request\n");
      for (const [i, { prefixLength, members, savedTokens }] of plan.groups.entries()) {
        const first = batch.requests[members[0] ?? 0]?.id ?? "";
        await table.write(stringify([[i + 1, prefixLength, members.length, savedTokens, first]]));
      }
      await table.close();
      return { summary: summarise(plan, batch, rows) };
    },
  }),
] as const;

function summarise(plan: Plan, batch: Batch, rows: Row[]): string {
  const groups = plan.groups.filter((group) => group.members.length > 1).length;
  const saved = `${(100 * plan.savingRatio).toFixed(1)}% of ${plan.totalTokens.toLocaleString("en")} prompt tokens need no computing`;
  const [arrival] = rows;
  const ours = rows.at(-1);
  const speed =
    arrival && ours
      ? `; simulated, the batch ends ${(Number(arrival.seconds) / Number(ours.seconds)).toFixed(2)} times as fast as in its present order`
      : "";
  return `Put ${batch.requests.length.toLocaleString("en")} requests into ${groups} groups with a shared beginning: ${saved}${speed}.`;
}

/** Three short handbooks under questions, interleaved as a job queue would have them. */
function sampleBatch(): string {
  const handbooks = ["bicycle pump", "coffee mill", "tent"].map(
    (thing) =>
      `You answer questions about the handbook of a ${thing}. Be brief.\n${Array.from({ length: 40 }, (_, i) => `Section ${i + 1}: keep part ${i + 1} of the ${thing} dry and check it before use.`).join("\n")}\n`,
  );
  const questions = [
    "What must stay dry?",
    "When is part 7 checked?",
    "How many sections are there?",
    "Summarise section 12.",
  ];
  return questions
    .flatMap((question, q) =>
      handbooks.map((handbook, h) =>
        JSON.stringify({ id: `q${q}-h${h}`, prompt: `${handbook}Question: ${question}`, max_tokens: 40 + 60 * h }),
      ),
    )
    .join("\n")
    .concat("\n");
}
