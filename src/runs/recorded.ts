import { z } from "zod";
import { BadInput } from "../kit/errors.ts";
import type { ExperimentCard, RunEvent, Scale } from "../kit/paper.ts";
import { type PartResult, verdict } from "../kit/verdict.ts";
import type { Outcome, StampedEvent } from "./types.ts";

/** A run made elsewhere is checked before it is stored: it comes from a reader's browser. */

const mostEvents = 20_000;
/** Of a record as it is sent, and of its log. */
export const mostRecordBytes = 2 << 20;

const text = z.string().max(2000);
const name = z.string().max(200);
const cell = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);

const runEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), fraction: z.number().min(0).max(1), message: text }),
  z.object({
    type: z.literal("table"),
    name,
    title: text,
    columns: z.array(
      z.object({
        key: name,
        label: text,
        unit: name.optional(),
        digits: z.number().int().min(0).max(20).optional(),
      }),
    ),
    rows: z.array(z.record(z.string(), cell)),
  }),
  z.object({ type: z.literal("chart"), name, spec: z.record(z.string(), z.unknown()), alt: z.string().max(10_000) }),
  z.object({ type: z.literal("note"), markdown: z.string().max(100_000) }),
]);

const stamped = z.object({ at: z.number().min(0), event: runEvent });

const measured = z.object({
  label: text,
  // JSON has no way to say "not a number" but null.
  value: z.union([z.number(), z.null().transform(() => Number.NaN)]),
  low: z.number().optional(),
  high: z.number().optional(),
  n: z.number().optional(),
  unit: name.optional(),
});

const outcome = z.union([
  z.object({
    status: z.literal("done"),
    verdict: z.object({
      parts: z.array(
        z.object({
          name,
          outcome: z.enum(["holds", "does not hold", "inconclusive", "shown"]),
          measured: z.array(measured).max(1000),
          reason: text.optional(),
        }),
      ),
    }),
  }),
  z.object({
    status: z.literal("done"),
    summary: text,
    outputs: z.array(z.object({ name, mediaType: name, bytes: z.number().int().min(0) })).max(100),
  }),
  z.object({ status: z.enum(["bad input", "limit", "cancelled", "failed"]), message: text }),
]);

/**
 * Keys by which a chart would fetch or link, put fields into the page, or tell vega-embed how to draw it: `usermeta` can patch what is drawn, and `$schema`
 * can make it Vega, of which a link is also written another way.
 */
const reaching = new Set(["url", "href", "bind", "usermeta", "$schema"]);

/** A chart may draw what it carries and no more. */
function reachesOut(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(reachesOut);
  return Object.entries(value).some(([key, inner]) => reaching.has(key) || reachesOut(inner));
}

function refuse(what: string, error: z.ZodError): BadInput {
  const issue = error.issues[0];
  return new BadInput(`${what} is not as expected: ${issue?.message ?? "unknown"}`, {
    where: issue?.path.join(".") ?? "",
  });
}

/** Checked events, numbered again from 1. */
export function checkEvents(given: unknown): StampedEvent[] {
  const parsed = z.array(stamped).max(mostEvents).safeParse(given);
  if (!parsed.success) throw refuse("the run's log", parsed.error);
  if (JSON.stringify(parsed.data).length > mostRecordBytes) {
    throw new BadInput("the run's log is larger than 2 MB, as much as is kept of a run that was made elsewhere");
  }
  return parsed.data.map(({ at, event }, i) => {
    if (event.type === "chart" && reachesOut(event.spec)) {
      throw new BadInput(`a chart with links is not accepted (none of: ${[...reaching].join(", ")})`);
    }
    return { seq: i + 1, at: Math.round(at), event: event as RunEvent };
  });
}

/** A checked outcome. A verdict's parts keep their outcome and numbers; everything else is taken from the card, and the verdict follows from the parts. */
export function checkOutcome(given: unknown, card: ExperimentCard, scale: Scale | undefined): Outcome {
  const parsed = outcome.safeParse(given);
  if (!parsed.success) throw refuse("the run's outcome", parsed.error);
  const { data } = parsed;
  if (!("verdict" in data)) {
    if (scale !== undefined && data.status === "done") throw new BadInput("the outcome of a claim has a verdict");
    return data;
  }
  if (scale === undefined) throw new BadInput("the outcome of a tool has no verdict");
  const results: Record<string, PartResult> = {};
  for (const { name: part, ...result } of data.verdict.parts) results[part] = result;
  try {
    return { status: "done", verdict: verdict(card, scale, results) };
  } catch (error) {
    throw new BadInput(`the verdict does not fit the paper: ${error instanceof Error ? error.message : ""}`);
  }
}
