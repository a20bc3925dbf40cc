import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { readJson } from "../../../kit/tables.ts";
import { count, detectorMemory, learner, number, record, share, strategyMemory } from "./state-parts.ts";
import { arms, makeStrategy, strategyNames } from "./strategies.ts";

const shape = z.object({
  format: z.literal("livepapers online-active-learning"),
  version: z.literal(1),
  target: z.string(),
  classes: z.array(z.string()),
  /** Rows read, and a fingerprint of their features. */
  rows: count,
  fingerprint: count,
  strategy: z.enum(strategyNames),
  strategyState: z.unknown(),
  detector: z.enum(["none", "ddm", "adwin"]),
  detectorState: z.unknown(),
  encoder: z.object({
    columns: z.array(z.object({ name: z.string(), texts: z.array(z.string()).min(1).optional() })).min(1),
    rows: count,
    means: record,
    squares: z.array(z.number().min(0)),
  }),
  budget: z.object({
    rate: share,
    mode: z.enum(["cap", "window"]),
    window: number.min(1),
    records: count,
    labels: count,
    recent: number.min(0),
  }),
  learner,
  members: z.array(learner),
  /** Rows whose label was wanted and has not come, with what was known when it was. */
  pending: z.array(
    z.object({
      row: count,
      x: record,
      score: number,
      probability: share,
      // States written before these two were kept lack them: such a label tells the detector or the chooser nothing.
      blind: z.boolean().default(false),
      arm: z.object({ index: count.max(arms.length - 1), chance: share }).optional(),
    }),
  ),
  /** Labelled records kept since the drift detector warned. */
  buffer: z.array(z.object({ x: record, y: count, weight: number.min(0) })).default([]),
});

/** Everything between two visits to a stream that grows. */
export type SavedState = z.output<typeof shape>;

/** Refuses parts that do not fit each other. */
function checkTogether(state: SavedState, context: z.RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: "custom", path, message });
  const { encoder, classes, rows, budget, members } = state;
  const d = encoder.columns.reduce((sum, { texts }) => sum + (texts?.length ?? 1), 0);
  const inside = (name: string, memory: z.ZodType, value: unknown): void => {
    const issue = memory.safeParse(value ?? null).error?.issues[0];
    if (issue)
      refuse([name, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))], issue.message);
  };
  if (new Set(classes).size < classes.length) refuse(["classes"], "a class comes twice");
  for (const part of ["means", "squares"] as const)
    if (encoder[part].length !== encoder.columns.length) refuse(["encoder", part], "one a column is wanted");
  if (budget.labels > budget.records) refuse(["budget", "labels"], "they are more than the records");
  inside("strategyState", strategyMemory(state.strategy, d), state.strategyState);
  inside("detectorState", detectorMemory(state.detector), state.detectorState);
  const committee = makeStrategy(state.strategy).committee ?? 0;
  if (members.length !== committee) refuse(["members"], `${committee} are wanted`);
  for (const [i, { kind, dimension, classes: known }] of [state.learner, ...members].entries()) {
    const path = i === 0 ? ["learner"] : ["members", i - 1];
    if (kind !== state.learner.kind) refuse([...path, "kind"], "it is not that of the learner");
    if (dimension !== d) refuse([...path, "dimension"], `the features make ${d} numbers`);
    if (known > Math.max(2, classes.length)) refuse([...path, "classes"], "they are more than the state names");
  }
  for (const [i, { row, x }] of state.pending.entries()) {
    if (row >= rows) refuse(["pending", i, "row"], "it is beyond the rows that were read");
    if (x.length !== d) refuse(["pending", i, "x"], `${d} numbers are wanted`);
  }
  for (const [i, { x, y }] of state.buffer.entries()) {
    if (y >= classes.length) refuse(["buffer", i, "y"], "it is no class");
    if (x.length !== d) refuse(["buffer", i, "x"], `${d} numbers are wanted`);
  }
}

const schema = shape.superRefine(checkTogether);

/** Reads a state written earlier; anything else is refused by its place. */
export async function readState(file: InputFile): Promise<SavedState> {
  const read = schema.safeParse(await readJson(file));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue && issue.path.length > 0 ? `, ${issue.path.join(".")}` : "";
  throw new BadInput(`this is not a state that this tool wrote${issue ? ` (${issue.message})` : ""}`, {
    where: `${file.name}${place}`,
    remedy: "Give the state.json of an earlier run.",
  });
}
