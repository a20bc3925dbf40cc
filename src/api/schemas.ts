import { z } from "zod";

/**
 * The shapes of the HTTP API, version 1. Requests are judged by them, the OpenAPI document is made of them, and the typed
 * client has its types from them; nothing is declared twice.
 */

const claimOutcome = z.enum(["holds", "partly holds", "does not hold", "inconclusive"]);
const partOutcome = z.enum(["holds", "does not hold", "inconclusive", "shown"]);
const scale = z.enum(["quick", "full"]);
const where = z.enum(["anywhere", "server"]);
const moment = z.iso.datetime().describe("ISO 8601, in UTC");
const jsonSchema = z.record(z.string(), z.unknown()).describe("A JSON Schema");

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional().describe("What is wrong and what would be right, for a person"),
    where: z.string().optional().describe("The parameter or file it is about"),
  })
  .describe("Why a request was refused (RFC 9457)");

export const mark = z
  .object({ outcome: claimOutcome, runs: z.int(), runId: z.string() })
  .describe("How a paper’s claim last came out here, and how many runs it has had");

const summaryFields = {
  slug: z.string().describe("The paper’s name here; the arXiv id of one that is only imported"),
  arxiv: z.string().describe("The arXiv id, without version"),
  title: z.string(),
  authors: z.array(z.string()),
  field: z.string().nullable(),
  year: z.int(),
  listed: z.iso.date().describe("The day it was listed here"),
  catalogued: z.boolean().describe("It has a card; others are imported, with their abstract only"),
  runnable: z.boolean().describe("Its claim can be run"),
  tool: z.string().nullable().describe("What its tool does with a reader’s own files"),
  where: where.nullable().describe("Where its claim runs"),
  mark: mark.nullable(),
  page: z.string().describe("The path of its page"),
};

export const paperSummary = z.object(summaryFields).describe("A paper in a list");

const nextCursor = z.string().nullable().describe("Give it as `cursor` for what follows; null at the end");

export const paperPage = z.object({ items: z.array(paperSummary), next: nextCursor });

const reported = z.object({ what: z.string(), value: z.string(), where: z.string(), part: z.string().optional() });

export const card = z
  .object({
    slug: z.string(),
    title: z.string(),
    field: z.string(),
    authors: z.array(z.string()),
    year: z.int(),
    venue: z.string().optional(),
    arxiv: z.string(),
    code: z.string().optional(),
    listed: z.iso.date(),
    summary: z.string(),
    keywords: z.array(z.string()),
    claim: z.object({
      words: z.string(),
      parts: z.array(
        z.object({
          name: z.string(),
          required: z.boolean(),
          words: z.string(),
          inequality: z.string(),
          only: scale.optional(),
        }),
      ),
    }),
    reported: z.array(reported),
    tool: z.string(),
    where,
  })
  .describe("What can be read of a paper before anything runs; text may hold `$…$` maths");

export const tool = z.object({
  name: z.string(),
  summary: z.string(),
  inputs: z.array(
    z.object({
      name: z.string().describe("The role: a file for it is sent as `file:NAME`"),
      description: z.string(),
      accepts: z.array(z.string()),
      many: z.boolean().optional(),
      optional: z.boolean().optional(),
    }),
  ),
  example: z.string().describe("A command line behind `livepapers apply SLUG`"),
  options: jsonSchema,
});

export const paper = z
  .object({
    ...summaryFields,
    card: card.nullable().describe("Null for a paper that is only imported"),
    abstract: z.string().nullable().describe("The authors’ own, as the source gives it, for imported papers"),
    abstractSource: z.enum(["arxiv", "daily", "file"]).nullable().describe("Where the abstract is from"),
    parameters: z
      .object({ schema: jsonSchema, scales: z.record(scale, z.record(z.string(), z.unknown())) })
      .nullable()
      .describe("The claim’s parameters, and their defaults that differ between the scales"),
    tools: z.array(tool),
  })
  .describe("One paper");

export const searchPage = z.object({
  items: z.array(paperSummary),
  total: z.int().describe("Papers found, as far as they were counted"),
  more: z.boolean().describe("There are more than `total`"),
  fields: z.array(z.object({ field: z.string().nullable(), papers: z.int() })),
  notes: z.array(z.string()).describe("What was not understood, or mended"),
  next: nextCursor,
});

const measured = z.object({
  label: z.string(),
  value: z.number().nullable().describe("Null for what is no number"),
  low: z.number().nullable().optional(),
  high: z.number().nullable().optional(),
  n: z.number().optional(),
  unit: z.string().optional(),
});

export const verdict = z.object({
  outcome: claimOutcome,
  parts: z.array(
    z.object({
      name: z.string(),
      required: z.boolean(),
      outcome: partOutcome,
      inequality: z.string(),
      measured: z.array(measured),
      reported: z.array(reported),
      reason: z.string().optional(),
    }),
  ),
});

export const outcome = z
  .union([
    z.object({ status: z.literal("done"), verdict }),
    z.object({
      status: z.literal("done"),
      summary: z.string(),
      outputs: z.array(
        z.object({ name: z.string(), mediaType: z.string(), bytes: z.int(), path: z.string().optional() }),
      ),
    }),
    z.object({ status: z.enum(["bad input", "limit", "cancelled", "failed"]), message: z.string() }),
  ])
  .describe("How a run ended");

export const claimRow = z
  .object({
    slug: z.string(),
    title: z.string(),
    field: z.string(),
    runnable: z.boolean(),
    reported: z.array(reported),
    mark: mark.nullable(),
    outcomes: z.record(z.string(), z.int()).describe("How many runs came out each way"),
    verdict: verdict.nullable().describe("Of the latest run with standard parameters"),
    scale: scale.nullable(),
    durationMs: z.number().nullable(),
    finished: moment.nullable(),
  })
  .describe("What a paper reports, and what came out here");

export const claimPage = z.object({ items: z.array(claimRow), next: nextCursor });

const seed = z.union([z.int().min(0).max(0xffffffff), z.string()]).optional();
const params = z
  .record(z.string(), z.unknown())
  .optional()
  .describe("Judged by the schema of the paper’s parameters or the tool’s options");

export const claimJob = z
  .object({ kind: z.literal("claim").default("claim"), slug: z.string(), scale: scale.optional(), seed, params })
  .describe("A claim to be measured");

export const toolJob = z
  .object({ kind: z.literal("tool").default("tool"), slug: z.string(), tool: z.string().optional(), seed, params })
  .describe("A tool to be applied");

export const started = z.object({
  id: z.string(),
  page: z.string().describe("The path of the run’s page"),
  run: z.string().describe("The path of its record"),
  events: z.string().describe("The path of its events"),
});

export const run = z
  .object({
    id: z.string(),
    kind: z.enum(["claim", "tool"]),
    slug: z.string(),
    tool: z.string().nullable(),
    scale: scale.nullable(),
    seed: z.int(),
    params: z.record(z.string(), z.unknown()),
    standard: z.boolean().describe("The parameters are the defaults"),
    state: z.string().describe("queued, running, or how it ended"),
    outcome: outcome.nullable(),
    origin: z.string().describe("Where it was made: server, cli or browser"),
    version: z.string(),
    platform: z.string(),
    created: moment,
    started: moment.nullable(),
    finished: moment.nullable(),
    durationMs: z.number().nullable(),
    mine: z.boolean().describe("It was started by whoever asks"),
    outputs: z.array(z.object({ name: z.string(), mediaType: z.string(), size: z.int(), path: z.string() })),
  })
  .describe("The record of a run");

const runEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), fraction: z.number(), message: z.string() }),
  z.object({
    type: z.literal("table"),
    name: z.string(),
    title: z.string(),
    columns: z.array(
      z.object({ key: z.string(), label: z.string(), unit: z.string().optional(), digits: z.int().optional() }),
    ),
    rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  }),
  z.object({
    type: z.literal("chart"),
    name: z.string(),
    spec: z.record(z.string(), z.unknown()).describe("A Vega-Lite specification with its data"),
    alt: z.string(),
  }),
  z.object({ type: z.literal("note"), markdown: z.string() }),
]);

export const runMessage = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("event"),
      cursor: z.string(),
      event: z.object({ seq: z.int(), at: z.number().describe("Milliseconds since the start"), event: runEvent }),
    }),
    z
      .object({ type: z.literal("restart"), cursor: z.string() })
      .describe("The run starts again from the beginning: forget the events so far"),
    z.object({ type: z.literal("outcome"), cursor: z.string(), outcome }).describe("The last message"),
  ])
  .describe("A message of a run’s event stream");

export const cancelled = z.object({
  id: z.string(),
  cancelled: z.boolean().describe("False when the run had ended already"),
});

const cursor = z.string().max(200).optional().describe("Where to go on: `next` of the page before");
const flag = z.enum(["true", "false"]).optional();

export const paperQuery = z.object({
  scope: z
    .enum(["catalogue", "all"])
    .default("catalogue")
    .describe("Papers with a card, in the catalogue’s order; or all papers, the newest first"),
  field: z.string().optional().describe("One field only"),
  runnable: flag.describe("`true`: papers whose claim runs only"),
  cursor,
});

export const searchQuery = z.object({
  q: z
    .string()
    .min(1)
    .max(400)
    .describe('Words, "phrases", -exclusions, field:, year:, author:, runnable: and verdict:'),
  order: z.enum(["best", "newest"]).default("best"),
  cursor,
});

export const claimQuery = z.object({ field: z.string().optional().describe("One field only"), cursor });

export type Problem = z.infer<typeof problem>;
export type PaperSummary = z.infer<typeof paperSummary>;
export type PaperPage = z.infer<typeof paperPage>;
export type Paper = z.infer<typeof paper>;
export type SearchPage = z.infer<typeof searchPage>;
export type ClaimRow = z.infer<typeof claimRow>;
export type ClaimPage = z.infer<typeof claimPage>;
export type ClaimJob = z.input<typeof claimJob>;
export type ToolJob = z.input<typeof toolJob>;
export type Started = z.infer<typeof started>;
export type Run = z.infer<typeof run>;
export type RunMessage = z.infer<typeof runMessage>;
export type Outcome = z.infer<typeof outcome>;
export type Verdict = z.infer<typeof verdict>;
export type Cancelled = z.infer<typeof cancelled>;
export type PaperQuery = z.input<typeof paperQuery>;
export type SearchQuery = z.input<typeof searchQuery>;
export type ClaimQuery = z.input<typeof claimQuery>;
